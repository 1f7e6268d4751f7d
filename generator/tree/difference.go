package tree

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rcgen/generator/dotenv"
	"rcgen/generator/textdiff"
)

// Difference is what a run would do to one file, for people and machines.
type Difference struct {
	Path      string   `json:"path"`
	Class     Class    `json:"class"`
	Change    string   `json:"change"`              // create, replace, merge, remove, conflict, blocked, keep or none
	Conflicts []string `json:"conflicts,omitempty"` // places in the file, like "lines 12-14"
	Diff      string   `json:"diff,omitempty"`      // unified, from what is there to what would be
}

// Pending reports whether a run would change something, or could not.
func (d Difference) Pending() bool { return d.Change != "none" && d.Change != "keep" }

// Differences returns what a run would do to every file, by path.
func (o Outcome) Differences() []Difference {
	var all []Difference
	for _, s := range o.States {
		all = append(all, s.difference())
	}
	for _, c := range o.Changes {
		if c.File.Path == LockFile || c.File.Path == BaseFile {
			all = append(all, Difference{Path: c.File.Path, Class: Own, Change: string(c.Op)})
		}
	}
	return all
}

func (s State) difference() Difference {
	d := Difference{Path: s.Path, Class: s.Class, Change: "none"}
	to := s.After
	switch {
	case s.Class == Foreign:
		d.Change, to = "blocked", s.Want
	case s.Conflicted():
		d.Change, to = "conflict", s.Want
		for _, c := range s.Conflicts {
			d.Conflicts = append(d.Conflicts, c.String())
		}
	case s.Have == nil && s.After == nil:
	case s.Have == nil:
		d.Change = "create"
	case s.After == nil:
		d.Change = "remove"
	case !bytes.Equal(s.Have, s.After):
		d.Change = "replace"
		if s.Class == Edited {
			d.Change = "merge"
		}
	case s.Class == Adopted, s.Class == Edited:
		d.Change = "keep"
	}
	if !d.Pending() {
		return d
	}
	if s.Path == EnvFile {
		d.Diff = envDifference(s.Have, to)
		return d
	}
	from, target := s.Path, s.Path
	if s.Have == nil {
		from = ""
	}
	if to == nil {
		target = ""
	}
	d.Diff = textdiff.Unified(from, target, s.Have, to)
	return d
}

// envDifference names what is added and shows no value.
func envDifference(have, want []byte) string {
	known, err1 := dotenv.Parse(have)
	env, err2 := dotenv.Parse(want)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if _, there := known[name]; !there && err1 == nil && err2 == nil {
			fmt.Fprintf(&b, "+%s (the value is not shown)\n", name)
		}
	}
	return b.String()
}

// Edits returns what a person changed in a generated file, as a unified diff from
// what rcgen made; empty where that is not known.
func (s State) Edits() string {
	if s.Class != Edited && s.Class != Adopted || s.base == nil || s.Have == nil {
		return ""
	}
	return textdiff.Unified(s.Path, s.Path, s.base, s.Have)
}
