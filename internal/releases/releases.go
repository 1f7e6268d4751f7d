// Package releases asks the vendor's release service which Rocket.Chat releases
// there are, and keeps the answer in the user's cache directory. Nothing needs it:
// without network and without a cache rcgen lists what it was built with.
//
// What the service says is taken for data of strangers: bounded in size and time,
// read field by field, and left out where it is not of the form that is known. It
// signs its list, but publishes no key to check that with; https vouches for it.
//
// What belongs here: the service's list and its cache. What does not: the releases that
// plans use (generator/catalog): nothing here changes one, and printing (cmd/rcgen).
package releases

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/fault"
)

// Service is where the vendor answers (RocketChat/Docker.Official.Image,
// build-automation.mjs).
const Service = "https://releases.rocket.chat"

// List is what a release service said.
type List struct {
	URL      string    `json:"url"` // of the service, without credentials
	Fetched  time.Time `json:"fetched"`
	Releases []Release `json:"releases"` // the newest stable one of each line, newest first
}

// Release is one release as the service describes it. What it does not say, or not
// in a known form, is empty.
type Release struct {
	Version        string   `json:"version"`
	SupportedUntil string   `json:"supported_until,omitempty"` // last day, YYYY-MM-DD
	MongoDB        []string `json:"mongodb,omitempty"`         // major.minor
	Node           string   `json:"node,omitempty"`            // version or range of Node.js
}

// Bounds of what is asked; assumptions: the service lists a dozen lines in well
// below 1 MiB, and answers within a second.
const (
	maxLines  = 40
	maxList   = 4 << 20 // bytes
	maxInfo   = 1 << 20
	oneAnswer = 10 * time.Second
	allOfThem = time.Minute
)

// Fetch asks the service at base for its releases. What it could not say of single
// releases is in the notes. The error is a *fault.Error, or matches that of ctx.
func Fetch(ctx context.Context, base string, now time.Time) (l List, notes []string, err error) {
	return fetch(ctx, base, now, oneAnswer)
}

func fetch(ctx context.Context, base string, now time.Time, limit time.Duration) (l List, notes []string, err error) {
	c, err := newClient(base, limit)
	if err != nil {
		return List{}, nil, err
	}
	slow := unusable(c.base.Host, fmt.Sprintf("has not said everything within %v", allOfThem))
	ctx, cancel := context.WithTimeoutCause(ctx, allOfThem, slow)
	defer cancel()
	text, err := c.get(ctx, maxList, "v2", "server", "supportedVersions")
	if err != nil {
		return List{}, nil, err
	}
	l = List{URL: c.base.Redacted(), Fetched: now.UTC().Truncate(time.Second)}
	if l.Releases, err = parseList(c.base.Host, text); err != nil {
		return List{}, nil, err
	}
	for i := range l.Releases {
		text, err := c.get(ctx, maxInfo, l.Releases[i].Version, "info")
		if err == nil {
			err = l.Releases[i].parseInfo(text)
		}
		if ctx.Err() != nil {
			return List{}, nil, context.Cause(ctx)
		}
		if err != nil {
			notes = append(notes, fmt.Sprintf("%s: %v", l.Releases[i].Version, err))
		}
	}
	return l, notes, nil
}

// parseList reads the list of the service at host, leaving out what is no stable
// release.
func parseList(host string, text []byte) ([]Release, error) {
	var read struct {
		Versions []struct {
			Version     string
			ReleaseType string
			Expiration  string
		}
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, unusable(host, "answers with something else than the list of releases: "+plain(err.Error()))
	}
	newest := map[string]*semver.Version{}
	until := map[string]string{}
	for _, r := range read.Versions {
		v, err := semver.StrictNewVersion(r.Version)
		if err != nil || v.Prerelease() != "" || v.Metadata() != "" || r.ReleaseType != "stable" && r.ReleaseType != "" {
			continue
		}
		line := lineOf(v)
		if newest[line] == nil || newest[line].LessThan(v) {
			newest[line], until[line] = v, day(r.Expiration)
		}
	}
	if len(newest) == 0 {
		return nil, unusable(host, "names no release")
	}
	all := make([]*semver.Version, 0, len(newest))
	for _, v := range newest {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b *semver.Version) int { return b.Compare(a) })
	var out []Release
	for _, v := range all[:min(maxLines, len(all))] {
		out = append(out, Release{Version: v.String(), SupportedUntil: until[lineOf(v)]})
	}
	return out, nil
}

func lineOf(v *semver.Version) string { return fmt.Sprintf("%d.%d", v.Major(), v.Minor()) }

// day returns the date of a point in time, or nothing where it is none.
func day(s string) string {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Format(time.DateOnly)
		}
	}
	return ""
}

var (
	mongoForm = regexp.MustCompile(`^([1-9][0-9]?)(\.[0-9])?(\.[0-9]{1,3})?$`)
	nodeForm  = regexp.MustCompile(`^[0-9<>=~^|. ]{1,64}$`)
)

// parseInfo reads what the service says of a release. Of 7.13 it names "8" for what
// it elsewhere calls "8.0".
func (r *Release) parseInfo(text []byte) error {
	var read struct {
		NodeVersion             string
		CompatibleMongoVersions []string
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return fmt.Errorf("its description is of an unknown form: %s", plain(err.Error()))
	}
	if nodeForm.MatchString(read.NodeVersion) {
		r.Node = read.NodeVersion
	}
	for _, s := range read.CompatibleMongoVersions {
		m := mongoForm.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		if m[2] == "" {
			m[2] = ".0"
		}
		r.MongoDB = append(r.MongoDB, m[1]+m[2])
	}
	if len(r.MongoDB) == 0 {
		return fmt.Errorf("its description names no MongoDB")
	}
	return nil
}

// plain makes one line of printable text of what may quote a stranger.
func plain(s string) string {
	const most = 160 // characters that an error may quote (assumption: one is read)
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return s[:min(most, len(s))]
}

// unusable is the error for a service that answers, but not as it should.
func unusable(host, what string) error {
	return &fault.Error{
		What: plain(host) + ": " + what,
		Hint: "rcgen releases lists what is known without it; --url or " + Variable + " names another service",
	}
}

// Variable is the environment's name for another service.
const Variable = "RCGEN_RELEASES_URL"

// baseURL reads the address of a service.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
		return nil, &fault.Error{
			What: fmt.Sprintf("url: %q is not the address of a release service", plain(s)),
			Hint: "like " + Service,
		}
	}
	return u, nil
}
