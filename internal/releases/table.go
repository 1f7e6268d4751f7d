package releases

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/catalog"
)

// Table is what `rcgen releases --format json` prints.
type Table struct {
	AsOf     string `json:"as_of"`            // of what rcgen was built with
	Today    string `json:"today"`            // from which the days are counted
	Default  string `json:"default"`          // what init takes
	InUse    string `json:"in_use,omitempty"` // release of the project
	Rule     string `json:"rule"`             // by which ends of support are computed, and its source
	Service  *Asked `json:"service,omitempty"`
	Releases []Row  `json:"releases"` // newest first
	Bad      []Bad  `json:"bad"`
}

// Asked is a release service that was asked.
type Asked struct {
	URL     string    `json:"url"`
	Fetched time.Time `json:"fetched"`
}

// Bad is a release that nobody should take.
type Bad struct {
	Release string `json:"release"`
	Why     string `json:"why"`
	Instead string `json:"instead"`
	Source  string `json:"source"`
}

// Row is the newest known release of a line, or the one in use where its
// line is not known. What is empty is not known.
type Row struct {
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

// NewTable brings together what rcgen was built with, what a service said (nil: it was
// never asked), and the release that a project uses, or nothing. The days left count from
// now's date.
func NewTable(known catalog.Releases, asked *List, inUse string, now time.Time) Table {
	support := known.Support
	rule := fmt.Sprintf("%d months, %d for a long-term line (%s)", support.Months, support.LTSMonths, support.Source)
	t := Table{
		AsOf: known.AsOf, Today: now.Format(time.DateOnly), Default: known.Default, InUse: inUse, Rule: rule,
	}
	for _, b := range known.Bad {
		t.Bad = append(t.Bad, Bad(b))
	}
	for _, line := range known.Lines {
		t.Releases = append(t.Releases, newRow(line))
	}
	if asked != nil {
		t.Service = &Asked{asked.URL, asked.Fetched}
		for _, r := range asked.Releases {
			t.overlay(r, asked.URL)
		}
	}
	if inUse != "" {
		t.find(inUse).InUse = inUse
	}
	slices.SortFunc(t.Releases, func(a, b Row) int { return b.version.Compare(a.version) })
	for i := range t.Releases {
		t.Releases[i].complete(known, now)
	}
	return t
}

func newRow(line catalog.ReleaseLine) Row {
	r := Row{Release: line.Newest, Released: line.Released, SupportedUntil: line.SupportedUntil, Computed: line.Computed,
		LTS: line.LTS, Node: line.Node, Notes: slices.Clone(line.Breaking), Source: line.Source,
		version: semver.MustParse(line.Newest)} // a test has parsed it
	if line.DayUnknown {
		r.Released = r.Released[:len("2006-01")]
	}
	return r
}

// find returns the row of a release's line, which it makes where there is none. The
// release has been parsed before.
func (t *Table) find(release string) *Row {
	v := semver.MustParse(release)
	i := slices.IndexFunc(t.Releases, func(r Row) bool {
		return r.version.Major() == v.Major() && r.version.Minor() == v.Minor()
	})
	if i < 0 {
		t.Releases = append(t.Releases, Row{Release: release, Source: "rcgen.yaml", version: v})
		i = len(t.Releases) - 1
	}
	return &t.Releases[i]
}

// overlay puts what a service says above what rcgen was built with.
func (t *Table) overlay(r Release, url string) {
	row := t.find(r.Version)
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
func (r *Row) complete(known catalog.Releases, now time.Time) {
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
