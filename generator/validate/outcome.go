package validate

import (
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
		if findings := l.Judge(o.After, host, Disk{Exists: o.Exists}); len(findings) > 0 {
			return &FindingsError{findings}
		}
		return nil
	}
}
