package tree

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
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
func files(pairs ...string) Project {
	var p Project
	for pair := range slices.Chunk(pairs, 2) {
		f := File{Path: pair[0], Content: []byte(pair[1]), Mode: 0o644, Origin: "templates/" + pair[0],
			Seed: pair[0] == OverrideFile}
		switch f.Path {
		case EnvFile:
			f.Mode, f.Origin = 0o600, ""
		case RequestFile:
			f.Origin = ""
		}
		p.Files = append(p.Files, f)
	}
	p.Sort()
	return p
}

// content returns a file that must be there.
func content(tb testing.TB, p Project, path string) string {
	tb.Helper()
	f, ok := p.File(path)
	if !ok {
		tb.Fatalf("%s: not in the project", path)
	}
	return string(f.Content)
}

// hintsOf returns what an error tells a person to do.
func hintsOf(err error) []string {
	var h interface{ Hints() []string }
	if errors.As(err, &h) {
		return h.Hints()
	}
	return nil
}

// exampleRoutes has the servers of twelve replicas and one more, as they are generated.
func exampleRoutes(t *testing.T) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString("http:\n  services:\n    rocketchat:\n      loadBalancer:\n        servers:\n")
	for i := range 12 {
		fmt.Fprintf(&b, "          - url: http://rocketchat-%d:3000\n", i+1)
	}
	b.WriteString("    grafana:\n      loadBalancer:\n        servers:\n          - url: http://grafana:3000\n")
	return []byte(b.String())
}
