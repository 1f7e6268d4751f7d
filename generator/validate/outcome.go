package validate

import (
	"bytes"

	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// Outcome returns a check by which an outcome is approved: Compose loads it, and it keeps
// rcgen's own rules. Anything found is a FindingsError.
func Outcome(host stack.Host) tree.Check {
	return func(o tree.Outcome) error { return Load(o.After, "").Check(host)(o) }
}

// Check is Outcome for an outcome whose Compose files have been loaded ahead.
func (l Loaded) Check(host stack.Host) tree.Check {
	return func(o tree.Outcome) error {
		if !l.of(o.After) { // somebody saved a file meanwhile
			l = Load(o.After, "")
		}
		if findings := l.Judge(o.After, host, Disk{Exists: o.Exists}); len(findings) > 0 {
			return &FindingsError{findings}
		}
		return nil
	}
}

// of reports whether l was loaded from the files of a project.
func (l Loaded) of(p tree.Project) bool {
	for _, name := range append([]string{tree.EnvFile}, composeFiles...) {
		was, _ := l.from.File(name)
		if f, _ := p.File(name); !bytes.Equal(was.Content, f.Content) {
			return false
		}
	}
	return true
}
