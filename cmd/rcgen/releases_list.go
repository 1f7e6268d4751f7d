package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator"
	"rcgen/internal/releases"
)

// releaseList is what `rcgen releases --format json` prints.
type releaseList struct {
	AsOf     string       `json:"as_of"`   // of what rcgen was built with
	Today    string       `json:"today"`   // from which the days are counted
	Default  string       `json:"default"` // what init takes
	InUse    string       `json:"in_use,omitempty"`
	Rule     string       `json:"rule"` // by which ends of support are computed, and its source
	Service  *serviceRow  `json:"service,omitempty"`
	Releases []releaseRow `json:"releases"` // newest first
	Bad      []badRow     `json:"bad"`
}

// serviceRow is a release service that was asked.
type serviceRow struct {
	URL     string    `json:"url"`
	Fetched time.Time `json:"fetched"`
}

// badRow is a release that nobody should take.
type badRow struct {
	Release string `json:"release"`
	Why     string `json:"why"`
	Instead string `json:"instead"`
	Source  string `json:"source"`
}

// releaseRow is the newest known release of a line, or the one in use where its
// line is not known. What is empty is not known.
type releaseRow struct {
	Release        string   `json:"release"`
	Released       string   `json:"released,omitempty"`        // of its line; YYYY-MM where the day is not known
	SupportedUntil string   `json:"supported_until,omitempty"` // last day, YYYY-MM-DD
	Computed       bool     `json:"computed"`                  // by the rule; the vendor published no end
	DaysLeft       *int     `json:"days_left,omitempty"`       // below 0 when it has ended
	LTS            bool     `json:"lts"`
	Default        bool     `json:"default"`
	InUse          string   `json:"in_use,omitempty"` // the project's release, where it is of this line
	MongoDB        []string `json:"mongodb"`          // which the vendor declares, major.minor
	Node           string   `json:"node,omitempty"`
	Notes          []string `json:"notes"`
	Source         string   `json:"source"`

	version *semver.Version
}

// newReleaseList brings together what rcgen was built with, what a service says, and
// what a project uses.
func newReleaseList(known generator.Releases, asked *releases.List, inUse string, now time.Time) releaseList {
	l := releaseList{AsOf: known.AsOf, Today: now.Format(time.DateOnly), Default: known.Default, InUse: inUse,
		Rule: fmt.Sprintf("%d months, %d for a long-term line (%s)", known.Support.Months, known.Support.LTSMonths, known.Support.Source)}
	for _, b := range known.Bad {
		l.Bad = append(l.Bad, badRow(b))
	}
	for _, line := range known.Lines {
		l.Releases = append(l.Releases, newReleaseRow(line))
	}
	if asked != nil {
		l.Service = &serviceRow{asked.URL, asked.Fetched}
		for _, r := range asked.Releases {
			l.overlay(r, asked.URL)
		}
	}
	if inUse != "" {
		l.find(inUse).InUse = inUse
	}
	slices.SortFunc(l.Releases, func(a, b releaseRow) int { return b.version.Compare(a.version) })
	for i := range l.Releases {
		l.Releases[i].complete(known, now)
	}
	return l
}

func newReleaseRow(line generator.ReleaseLine) releaseRow {
	r := releaseRow{Release: line.Newest, Released: line.Released, SupportedUntil: line.SupportedUntil, Computed: line.Computed,
		LTS: line.LTS, Node: line.Node, Notes: slices.Clone(line.Breaking), Source: line.Source, version: semver.MustParse(line.Newest)} // a test has parsed it
	if line.DayUnknown {
		r.Released = r.Released[:len("2006-01")]
	}
	return r
}

// find returns the row of a release's line, which it makes where there is none. The
// release has been parsed before.
func (l *releaseList) find(release string) *releaseRow {
	v := semver.MustParse(release)
	i := slices.IndexFunc(l.Releases, func(r releaseRow) bool {
		return r.version.Major() == v.Major() && r.version.Minor() == v.Minor()
	})
	if i < 0 {
		l.Releases = append(l.Releases, releaseRow{Release: release, Source: "rcgen.yaml", version: v})
		i = len(l.Releases) - 1
	}
	return &l.Releases[i]
}

// overlay puts what a service says above what rcgen was built with.
func (l *releaseList) overlay(r releases.Release, url string) {
	row := l.find(r.Version)
	if v := semver.MustParse(r.Version); !v.LessThan(row.version) {
		row.version, row.Release = v, r.Version
	}
	if r.SupportedUntil != "" {
		row.SupportedUntil, row.Computed = r.SupportedUntil, false
	}
	if r.Node != "" {
		row.Node = r.Node
	}
	if len(r.MongoDB) > 0 {
		row.MongoDB = r.MongoDB
	}
	row.Source = strings.TrimPrefix(row.Source+"; "+url, "rcgen.yaml; ")
}

// complete fills in what follows from the rest.
func (r *releaseRow) complete(known generator.Releases, now time.Time) {
	r.Default = r.Release == known.Default
	if until, err := time.Parse(time.DateOnly, r.SupportedUntil); err == nil {
		today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
		days := int(until.Sub(today) / (24 * time.Hour))
		r.DaysLeft = &days
	}
	m, err := known.MongoDBFor(r.Release)
	if err != nil {
		r.MongoDB = append([]string{}, r.MongoDB...) // older than what rcgen knows
	} else if len(r.MongoDB) == 0 {
		r.MongoDB = m.Supported
	}
	r.Notes = append([]string{}, r.Notes...)
}

// until, left and tags are the words of the table.
func (r releaseRow) until() string {
	if r.Computed {
		return "~" + r.SupportedUntil
	}
	return orDash(r.SupportedUntil)
}

func (r releaseRow) left() string {
	switch {
	case r.DaysLeft == nil:
		return "-"
	case *r.DaysLeft < 0:
		return "ended"
	default:
		return fmt.Sprint(*r.DaysLeft)
	}
}

func (r releaseRow) tags() []string {
	var tags []string
	if r.LTS {
		tags = append(tags, "long-term")
	}
	if r.Default {
		tags = append(tags, "default")
	}
	switch r.InUse {
	case "":
	case r.Release:
		tags = append(tags, "in use")
	default:
		tags = append(tags, r.InUse+" in use")
	}
	return tags
}
