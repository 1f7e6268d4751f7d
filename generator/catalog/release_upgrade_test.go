package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// way writes the steps of an upgrade in short.
func way(u Upgrade) string {
	var steps []string
	for _, s := range u.Steps {
		steps = append(steps, fmt.Sprintf("%s %s", s.Kind, s.To))
	}
	return strings.Join(steps, ", ")
}

func TestUpgrade(t *testing.T) {
	for _, c := range []struct {
		name    string
		from    Deployment
		release string
		want    string
	}{
		{"three majors with an old MongoDB", Deployment{"7.10.9", "5.0", "5.0"}, "9.0.0",
			"backup 7.10.9, release 7.13.9, backup 7.13.9, mongodb 6.0, fcv 6.0, backup 7.13.9, mongodb 7.0, fcv 7.0, " +
				"backup 7.13.9, mongodb 8.0, fcv 8.0, backup 7.13.9, release 8.9.1, backup 8.9.1, release 9.0.0"},
		{"nobody asked for the FCV", Deployment{"7.13.9", "7.0", ""}, "8.9.1",
			"fcv 7.0, backup 7.13.9, mongodb 8.0, fcv 8.0, backup 7.13.9, release 8.9.1"},
		{"the FCV was forgotten", Deployment{"7.13.9", "7.0", "6.0"}, "8.9.1",
			"fcv 7.0, backup 7.13.9, mongodb 8.0, fcv 8.0, backup 7.13.9, release 8.9.1"},
		{"no MongoDB step, no FCV", Deployment{"8.5.1", "8.0", "7.0"}, "8.9.1", "backup 8.5.1, release 8.9.1"},
		{"to the next major", Deployment{"8.9.1", "8.0", "8.0"}, "9.0.0", "backup 8.9.1, release 9.0.0"},
		{"through the last minor", Deployment{"8.5.1", "8.0", "8.0"}, "9.0.0",
			"backup 8.5.1, release 8.9.1, backup 8.9.1, release 9.0.0"},
		{"a patch", Deployment{"8.9.1", "8.0", "8.0"}, "8.9.4", "backup 8.9.1, release 8.9.4"},
		{"MongoDB 8.2 of Rocket.Chat 8.1", Deployment{"8.1.0", "8.2", "8.2"}, "8.9.1", "backup 8.1.0, release 8.9.1"},
		{"newer than all that is known", Deployment{"9.4.0", "8.0", "8.0"}, "10.0.0", "backup 9.4.0, release 10.0.0"},
		{"what runs", Deployment{"8.9.1", "8.0", "8.0"}, "8.9.1", ""},
		{"what runs, with a MongoDB too old", Deployment{"8.9.1", "6.0", "6.0"}, "8.9.1",
			"backup 8.9.1, mongodb 7.0, fcv 7.0, backup 8.9.1, mongodb 8.0, fcv 8.0"},
		{"from a candidate", Deployment{"9.0.0-rc.8", "8.0", "8.0"}, "9.0.0", "backup 9.0.0-rc.8, release 9.0.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := NewUpgrade(c.from, c.release, false)
			if err != nil || way(u) != c.want {
				t.Errorf("got %s, error %v\nwant %s", way(u), err, c.want)
			}
		})
	}
}

func TestUpgradeRefused(t *testing.T) {
	for _, c := range []struct {
		name       string
		from       Deployment
		release    string
		want, hint string
	}{
		{"downgrade", Deployment{"8.9.1", "8.0", ""}, "8.5.3", "8.5.3 is older than 8.9.1", "backup"},
		{"candidate", Deployment{"8.9.1", "8.0", ""}, "9.0.0-rc.8", "pre-release", "--allow-prerelease"},
		{"bad", Deployment{"8.8.1", "8.0", ""}, "8.9.0", "known bad", "8.9.1"},
		{"skips an unknown major", Deployment{"8.9.1", "8.0", ""}, "11.0.0", "skips 10.x", "rcgen releases"},
		{"no release", Deployment{"8.9.1", "8.0", ""}, "latest", `"latest"`, "all three numbers"},
		{"before the oldest", Deployment{"8.9.1", "8.0", ""}, "6.13.1", "older than 7.0.0", "7.0.0"},
		{"from before the oldest", Deployment{"6.13.1", "6.0", ""}, "8.9.1", "6.13.1, which runs", "7.0.0"},
		{"from nothing known", Deployment{"develop", "8.0", ""}, "8.9.1", `"develop"`, tree.RequestFile},
		{"no way back", Deployment{"8.1.6", "8.2", "8.2"}, "9.0.0", "no way back", "stay with Rocket.Chat 8.9.1"},
		{"no common MongoDB", Deployment{"7.13.9", "8.0", "8.0"}, "8.1.6", "both Rocket.Chat 7.13.9 and 8.1.6",
			DefaultRelease},
		{"MongoDB of long ago", Deployment{"7.10.9", "4.4", ""}, "9.0.0", `"4.4"`, "5.0, 6.0 or 7.0"},
		{"MongoDB unknown", Deployment{"8.9.1", "", ""}, "9.0.0", `""`, "--mongodb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewUpgrade(c.from, c.release, false)
			var refused *fault.Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(refused.What, c.want) || !strings.Contains(refused.Hint, c.hint) {
				t.Errorf("got %q, hint %q", refused.What, refused.Hint)
			}
		})
	}
	if u, err := NewUpgrade(Deployment{"8.9.1", "8.0", ""}, "9.0.0-rc.8", true); err != nil ||
		way(u) != "backup 8.9.1, release 9.0.0-rc.8" {
		t.Errorf("a candidate that is allowed: %s, %v", way(u), err)
	}
}

// TestUpgradeSteps walks every way between known releases: no step goes back, none
// skips, each has a backup before it, what runs afterwards is supported, and it ends
// where it should.
func TestUpgradeSteps(t *testing.T) {
	r := must(KnownReleases())(t)
	ways := 0
	for _, from := range append(r.Lines, ReleaseLine{Newest: OldestRelease}) {
		pairs := must(r.MongoDBFor(from.Newest))(t)
		for _, mongo := range slices.Concat(pairs.Supported, pairs.Also) {
			for _, to := range r.Lines {
				u, err := NewUpgrade(Deployment{from.Newest, mongo, ""}, to.Newest, false)
				if err != nil {
					continue // TestUpgradeRefused
				}
				ways++
				walk(t, r, u)
				if u.To.Release != to.Newest {
					t.Errorf("%v to %s: ends at %s", u.From, to.Newest, u.To.Release)
				}
			}
		}
	}
	if ways < 100 {
		t.Errorf("only %d ways were found", ways)
	}
}

func walk(t *testing.T, r Releases, u Upgrade) {
	t.Helper()
	at, saved := u.From, false
	for i, s := range u.Steps {
		where := fmt.Sprintf("%v to %s, step %d", u.From, u.To.Release, i+1)
		if s.Number != i+1 || s.Why == "" || s.Source == "" {
			t.Errorf("%s: number %d, why %q, source %q", where, s.Number, s.Why, s.Source)
		}
		was, is := semver.MustParse(at.Release), semver.MustParse(s.After.Release)
		up := slices.Index(mongoDBLadder, s.After.MongoDB) - slices.Index(mongoDBLadder, at.MongoDB)
		changes := map[bool]int{true: 1}
		moved := changes[at.Release != s.After.Release] + changes[up != 0] + changes[at.FCV != s.After.FCV]
		switch {
		case is.LessThan(was), is.Major() > was.Major()+1:
			t.Errorf("%s: from %s to %s", where, was, is)
		case is.Major() > was.Major() && r.lastOf(was.Major()).GreaterThan(was):
			t.Errorf("%s: leaves %s, which is not the last of its major version", where, was)
		case up < 0, up > 1, up == 1 && at.FCV != at.MongoDB:
			t.Errorf("%s: MongoDB from %s (FCV %q) to %s", where, at.MongoDB, at.FCV, s.After.MongoDB)
		case moved > 1, moved == 0 && s.Kind != StepBackup:
			t.Errorf("%s: changes %d things", where, moved)
		case !must(r.MongoDBFor(s.After.Release))(t).Fits(s.After.MongoDB):
			t.Errorf("%s: Rocket.Chat %s on MongoDB %s", where, s.After.Release, s.After.MongoDB)
		case (s.Kind == StepMongoDB || s.Kind == StepRelease) && !saved:
			t.Errorf("%s: no backup before it", where)
		}
		at, saved = s.After, s.Kind == StepBackup
	}
	if at != u.To {
		t.Errorf("%v to %s: ends at %v", u.From, u.To.Release, at)
	}
}

func TestUpgradeNotes(t *testing.T) {
	u := must(NewUpgrade(Deployment{"8.1.0", "8.2", ""}, "8.9.1", false))(t)
	if len(u.Notes) != 1 || !strings.Contains(u.Notes[0], "8.2 is stated to work") {
		t.Errorf("8.2 under 8.9.1: %q", u.Notes)
	}
	u = must(NewUpgrade(Deployment{"8.9.1", "8.0", ""}, "9.0.0", false))(t)
	if !slices.ContainsFunc(u.Notes, func(n string) bool { return strings.Contains(n, "/ufs") }) {
		t.Errorf("9.0.0: %q", u.Notes)
	}
}

func TestUpgradeChange(t *testing.T) {
	u := must(NewUpgrade(Deployment{"7.13.9", "7.0", ""}, "8.9.1", false))(t)
	if s, ok := u.Change(); !ok || s.Kind != StepMongoDB || s.After.MongoDB != "8.0" || s.Number != 3 {
		t.Errorf("first change: %+v, %t", s, ok)
	}
	if s, ok := (Upgrade{}).Change(); ok {
		t.Errorf("nothing to do: %+v", s)
	}
}
