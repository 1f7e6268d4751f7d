package catalog

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Masterminds/semver/v3"
	"github.com/distribution/reference"

	"rcgen/generator/stack"
)

func date(t *testing.T, what, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	return d
}

func TestReleases(t *testing.T) {
	r := must(Load())(t).Releases
	asOf := date(t, "as_of", r.AsOf)
	if r.Support.Source == "" {
		t.Error("support: has no source")
	}
	newestLTS := ""
	var above *semver.Version
	for _, l := range r.Lines {
		released, until := date(t, l.Line, l.Released), date(t, l.Line, l.SupportedUntil)
		if !released.Before(until) || released.After(asOf) || l.Source == "" {
			t.Errorf("%s: dates %s to %s, source %q", l.Line, l.Released, l.SupportedUntil, l.Source)
		}
		newest := must(semver.StrictNewVersion(l.Newest))(t)
		if !strings.HasPrefix(l.Newest, l.Line+".") {
			t.Errorf("%s: %s is of another line", l.Line, l.Newest)
		}
		if above != nil && !newest.LessThan(above) {
			t.Errorf("%s: the lines do not go from the newest to the oldest", l.Line)
		}
		above = newest
		if l.LTS && newestLTS == "" && !until.Before(asOf) {
			newestLTS = l.Newest
		}
	}
	if r.Default != DefaultRelease || newestLTS != DefaultRelease {
		t.Errorf("default: %s in releases.yaml, %s in the code, newest supported long-term line %s", r.Default,
			DefaultRelease, newestLTS)
	}
	if r.Oldest != OldestRelease {
		t.Errorf("oldest: %s in releases.yaml, %s in the code", r.Oldest, OldestRelease)
	}
}

func TestMongoDBForReleases(t *testing.T) {
	c := must(Load())(t)
	known := []string{OldestRelease, DefaultRelease, "99.0.0", "7.13.0", "7.12.99", "8.0.0", "8.1.9", "8.2.0",
		"8.2.0-rc.1", "9.1.0-develop"}
	for _, l := range c.Releases.Lines {
		known = append(known, l.Newest, l.Line+".0")
	}
	for _, release := range known {
		m, err := c.Releases.mongoDB(semver.MustParse(release))
		if err != nil || m.Source == "" {
			t.Errorf("%s: MongoDB %+v, error %v", release, m, err)
			continue
		}
		image, err := c.Image(ImageName(stack.MongoDBService, m.MongoDB))
		if err != nil || !strings.HasPrefix(image, "mongo:"+m.MongoDB+".") {
			t.Errorf("%s: MongoDB %s has the image %q, error %v", release, m.MongoDB, image, err)
		}
	}
	if _, err := c.Releases.mongoDB(semver.MustParse("6.9.9")); err == nil {
		t.Error("6.9.9: a MongoDB for a release before the oldest")
	}
	if _, err := (Releases{MongoDB: []MongoVersion{{Releases: "newest"}}}).mongoDB(semver.MustParse("8.0.0")); err == nil {
		t.Error("a range that is none was taken")
	}
}

func TestImages(t *testing.T) {
	c := must(Load())(t)
	var services []string
	for _, n := range (Shapes{}).All() {
		services = append(services, n.Name)
	}
	for name, img := range c.images {
		if img.Source == "" {
			t.Errorf("%s: has no source", name)
		}
		named, err := reference.ParseNormalizedNamed(img.Image)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		tagged, pinned := named.(reference.NamedTagged)
		if wants := name != stack.RocketChat; pinned != wants || pinned && tagged.Tag() == "latest" {
			t.Errorf("%s: %s: wants a tag, and not latest; only Rocket.Chat's is the release", name, img.Image)
		}
		service, _, _ := strings.Cut(name, "-7")
		service, _, _ = strings.Cut(service, "-8")
		if !slices.Contains(services, service) {
			t.Errorf("%s: no service uses it", name)
		}
	}
	if _, err := c.Image("redis"); err == nil {
		t.Error("an image that is not there was found")
	}
}
