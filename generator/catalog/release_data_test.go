package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/stack"
)

func TestMonthEnd(t *testing.T) {
	for _, c := range []struct {
		date   string
		months int
		want   string
	}{
		{"2026-11-10", 6, "2027-05-31"},
		{"2026-06-30", 6, "2026-12-31"},
		{"2026-10-31", 12, "2027-10-31"},
		{"2027-08-31", 6, "2028-02-29"},
		{"2026-08-01", 6, "2027-02-28"},
		{"2099-08-01", 6, "2100-02-28"},
		{"1999-08-01", 6, "2000-02-29"},
	} {
		if got, err := monthEnd(c.date, c.months); got != c.want || err != nil {
			t.Errorf("%s and %d months: %s, %v, want %s", c.date, c.months, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "2026", "2026-13-01", "October 2026"} {
		if got, err := monthEnd(bad, 6); err == nil {
			t.Errorf("%q: %s", bad, got)
		}
	}
}

// TestSupportEnds: what is computed is what the vendor published, where it did so
// by its own rule.
func TestSupportEnds(t *testing.T) {
	want := map[string]string{"9.0": "2027-05-31", "8.9": "2027-10-31", "8.8": "2027-03-31", "8.7": "2027-02-28",
		"8.6": "2027-01-31"}
	computed := 0
	for _, l := range must(KnownReleases())(t).Lines {
		if !l.Computed {
			continue
		}
		computed++
		if want[l.Line] != l.SupportedUntil {
			t.Errorf("%s: %s, want %s", l.Line, l.SupportedUntil, want[l.Line])
		}
	}
	if computed != len(want) {
		t.Errorf("%d lines were computed", computed)
	}
}

// TestReleaseData: the parts of releases.yaml fit each other and the images.
func TestReleaseData(t *testing.T) {
	c := must(Load())(t)
	var images []string
	for name := range c.images {
		if version, ok := strings.CutPrefix(name, stack.MongoDBService+"-"); ok && version[0] <= '9' {
			images = append(images, version)
		}
	}
	slices.Sort(images)
	if !slices.Equal(images, bundledMongoDB) {
		t.Errorf("images of MongoDB %v, the code has %v", images, bundledMongoDB)
	}
	for _, m := range c.Releases.MongoDB {
		if !slices.Contains(m.Supported, m.MongoDB) || !slices.Contains(bundledMongoDB, m.MongoDB) {
			t.Errorf("%s: %s is not supported, or has no image", m.Releases, m.MongoDB)
		}
		for _, v := range slices.Concat(m.Supported, m.Also) {
			if i := slices.Index(mongoDBLadder, v); i < 0 || slices.Contains(m.Supported, v) &&
				i > slices.Index(mongoDBLadder, m.MongoDB) {
				t.Errorf("%s: %s has no place below %s", m.Releases, v, m.MongoDB)
			}
		}
	}
	for _, b := range c.Releases.Bad {
		bad, instead := must(semver.StrictNewVersion(b.Release))(t), must(semver.StrictNewVersion(b.Instead))(t)
		if !bad.LessThan(instead) || b.Why == "" || b.Source == "" || c.Releases.bad(b.Instead) != nil {
			t.Errorf("%+v", b)
		}
	}
	for _, l := range c.Releases.Lines {
		if c.Releases.bad(l.Newest) != nil {
			t.Errorf("%s: its newest release is bad", l.Line)
		}
	}
}
