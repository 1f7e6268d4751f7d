package tree

import "io/fs"

// Check reports why the outcome of a run must not be written, or nil.
type Check func(Outcome) error

// Approve returns the changes of an outcome that passed a check. It is the way to a Valid
// for all that Compose will read.
func (o Outcome) Approve(check Check) (Valid, error) {
	if err := check(o); err != nil {
		return Valid{}, err
	}
	return Valid{changes: o.Changes}, nil
}

// Valid is a set of changes that may be written, and a project's directory is written
// from nothing else. Only this package makes one: Approve by a check, Offers for what
// Compose does not read, Adopt and Eject for rcgen's own bookkeeping, and Rerouted,
// Recorded and HoldBack for the files of an apply.
type Valid struct {
	changes []Change
}

// Changes returns what is to be written, sorted by path.
func (v Valid) Changes() []Change { return v.changes }

// Offers returns the changes of a run that leaves everything as it is but puts
// rcgen's version beside each conflicted file. Compose reads none of what it
// changes, so there is nothing to validate.
func (o Outcome) Offers(current fs.FS) (Valid, error) {
	changes, err := o.changes(current, false)
	return Valid{changes: changes}, err
}
