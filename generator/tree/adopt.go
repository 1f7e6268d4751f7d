package tree

import (
	"bytes"
	"cmp"
	"io/fs"
	"slices"

	"rcgen/generator/fault"
	"rcgen/generator/routes"
)

// Adopt returns the changes that make a generated file a person's: rcgen leaves
// it alone from then on. With back, it is rcgen's again, and what the person
// changed meanwhile is merged by the next run.
func Adopt(current fs.FS, path string, back bool) (Valid, error) {
	lock, err := ReadLock(current)
	if err != nil {
		return Valid{}, err
	}
	entry, known := lock.Files[path]
	if own(path) || path == LockFile || path == BaseFile {
		return Valid{}, fault.New("%s: is no generated file", path).Fix("it is yours, or rcgen's own")
	}
	if !known {
		return Valid{}, fault.New("%s: is no generated file of this project", path).
			Fix("rcgen diff lists the generated files")
	}
	if entry.Adopted != back {
		return Valid{}, nil
	}
	if back && (entry.SHA256 == "" || path == OverrideFile) {
		return Valid{}, fault.New("%s: was yours from the beginning", path).Fix("delete it to have it written anew")
	}
	entry.Adopted = !back
	b, err := readBase(current)
	if err != nil {
		return Valid{}, err
	}
	var changes []Change
	if entry.Offered != "" {
		offer, err := ReadOptional(current, path+NewSuffix)
		if err != nil {
			return Valid{}, err
		}
		switch text, kept := b[path+NewSuffix]; {
		case offer == nil && kept: // the conflict was settled
			entry.SHA256, b[path] = entry.Offered, text
		case offer != nil && Checksum(offer) == entry.Offered:
			changes = append(changes, Change{Op: Remove, File: File{Path: path + NewSuffix}})
		}
		entry.Offered = ""
		delete(b, path+NewSuffix)
		if text, err := b.encode(); err != nil {
			return Valid{}, err
		} else if len(b) > 0 { // else there is no such file
			changes = append(changes, Change{Op: Replace, File: File{Path: BaseFile, Content: text, Mode: 0o644}})
		}
	}
	lock.Version, lock.Rcgen, lock.Files[path] = LockVersion, Version, entry
	was, err := ReadRegular(current, LockFile)
	if text := lock.encode(); err == nil && !bytes.Equal(was, text) {
		changes = append(changes, Change{Op: Replace, File: File{Path: LockFile, Content: text, Mode: 0o644}})
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.File.Path, b.File.Path) })
	return Valid{changes: changes}, err
}

// Eject returns the changes that leave a plain Compose project: what rendering it
// without rcgen's traces makes of it, and the removal of what only rcgen reads.
// Unsettled conflicts are a ConflictError.
func Eject(current fs.FS, o Outcome, check Check) (Valid, error) {
	if conflicts := o.Conflicts(); len(conflicts) > 0 {
		return Valid{}, &ConflictError{States: conflicts, Ejected: true}
	}
	v, err := o.Approve(check)
	if err != nil {
		return Valid{}, err
	}
	traces := []string{BaseFile, LockFile, RequestFile, ApplyFile, AppliedFile, routes.SteerFile}
	changes := slices.DeleteFunc(slices.Clone(v.changes), func(c Change) bool {
		return slices.Contains(traces, c.File.Path)
	})
	for _, path := range traces {
		was, err := ReadOptional(current, path)
		if err != nil {
			return Valid{}, err
		}
		if was != nil {
			changes = append(changes, Change{Op: Remove, File: File{Path: path}, Class: Own})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.File.Path, b.File.Path) })
	return Valid{changes: changes}, nil
}
