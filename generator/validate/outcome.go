package validate

import (
	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// Validate returns a check by which an outcome is approved: Compose loads it, and it keeps
// rcgen's own rules. Anything found is a FindingsError.
func Outcome(host stack.Host) tree.Check {
	return func(o tree.Outcome) error {
		if findings := Files(o.After, host, Disk{Exists: o.Exists}); len(findings) > 0 {
			return &FindingsError{findings}
		}
		return nil
	}
}
