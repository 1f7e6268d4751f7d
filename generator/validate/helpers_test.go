package validate

import (
	"slices"
	"testing"

	"rcgen/generator/tree"
)

// must returns a value, or ends the test with its error:
//
//	plan := must(NewPlan(r, nil))(t)
func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// files makes a project from pairs of a path and a content.
func files(pairs ...string) tree.Project {
	var p tree.Project
	for pair := range slices.Chunk(pairs, 2) {
		f := tree.File{Path: pair[0], Content: []byte(pair[1]), Mode: 0o644, Origin: "templates/" + pair[0],
			Seed: pair[0] == tree.OverrideFile}
		switch f.Path {
		case tree.EnvFile:
			f.Mode, f.Origin = 0o600, ""
		case tree.RequestFile:
			f.Origin = ""
		}
		p.Files = append(p.Files, f)
	}
	p.Sort()
	return p
}
