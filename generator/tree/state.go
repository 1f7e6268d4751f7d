package tree

import (
	"bytes"
	"errors"
	"io/fs"

	"rcgen/generator/textdiff"
)

// Class says whose a file of a project is.
type Class string

// The classes of files.
const (
	New       Class = "new"       // not there, and rcgen never wrote it
	Missing   Class = "missing"   // deleted since rcgen wrote it
	Untouched Class = "untouched" // as rcgen wrote it
	Edited    Class = "edited"    // changed since rcgen wrote it
	Adopted   Class = "adopted"   // taken over by a person
	Foreign   Class = "foreign"   // there, and rcgen never wrote it
	Own       Class = "own"       // rcgen.yaml and .env: made from their own former content
)

// NewSuffix is the end of the file that lies beside an edited one after a
// conflict: what rcgen would have written.
const NewSuffix = ".rcgen-new"

// State is one file of a project as it is and as rcgen makes it.
type State struct {
	Path      string
	Class     Class
	Have      []byte              // what is there; nil: nothing
	Want      []byte              // what rcgen makes of it now; nil: it is no longer needed
	After     []byte              // what will be there; nil: nothing
	Conflicts []textdiff.Conflict // where After is Have because both changed the same lines
	NoBase    bool                // ... because it is not known what rcgen had made

	file    File  // to be written
	entry   Entry // of the lock
	known   bool  // the lock has the entry
	base    []byte
	former  []byte // the base before a conflict that was settled, in case the change was given up
	offered []byte // content of Path+NewSuffix; nil: there is none
	offer   string // what rcgen put there
}

// reworked reports whether a person edited the offer beside the file: it is left to
// them.
func (s State) reworked() bool { return s.offered != nil && Checksum(s.offered) != s.entry.Offered }

// Conflicted reports whether rcgen's version could not be brought in.
func (s State) Conflicted() bool { return len(s.Conflicts) > 0 || s.NoBase }

// inTheWay reports whether a person's own file stands where the offer must go.
func (s State) inTheWay(current fs.FS) bool {
	if !s.Conflicted() || s.entry.Offered != "" {
		return false
	}
	_, err := fs.Lstat(current, s.Path+NewSuffix)
	return err == nil
}

// newState classifies a file and decides what becomes of it. want is nil for one
// that is no longer needed.
func newState(current fs.FS, lock Lock, b base, path string, want *File) (State, error) {
	s := State{Path: path}
	s.entry, s.known = lock.Files[path]
	var err error
	if s.Have, err = ReadOptional(current, path); err != nil {
		return s, err
	}
	if s.known && s.entry.Offered != "" {
		if s.offered, err = ReadOptional(current, path+NewSuffix); err != nil {
			return s, err
		}
	}
	if want != nil {
		s.file, s.Want = *want, want.Content
		if s.Want == nil {
			s.Want = []byte{}
		}
	}
	s.findBase(b)
	s.Class = s.classify(lock)
	s.decide()
	return s, nil
}

// ReadOptional is ReadRegular for a file that may be missing: then it returns nil,
// and for an empty one an empty slice.
func ReadOptional(dir fs.FS, name string) ([]byte, error) {
	data, err := ReadRegular(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if data == nil && err == nil {
		data = []byte{}
	}
	return data, err
}

func (s State) classify(lock Lock) Class {
	seeded := s.file.Seed && !s.known && s.Have != nil
	switch {
	case own(s.Path) && (lock.Version > 0 || s.Have == nil || bytes.Equal(s.Have, s.Want)):
		return Own
	case s.entry.Adopted || seeded:
		return Adopted
	case s.Have == nil && s.known:
		return Missing
	case s.Have == nil:
		return New
	case s.known && Checksum(s.Have) == s.entry.SHA256:
		return Untouched
	case s.known:
		return Edited
	case bytes.Equal(s.Have, s.Want):
		return Untouched
	default:
		return Foreign
	}
}

// findBase sets what rcgen had made. A conflict is taken for settled once the
// offered file is gone: what it held is the base from then on.
func (s *State) findBase(b base) {
	text, ok := b[s.Path]
	s.offer = b[s.Path+NewSuffix]
	if s.entry.Offered != "" && s.offered == nil {
		if ok && Checksum([]byte(text)) == s.entry.SHA256 {
			s.former = []byte(text)
		}
		text, ok = b[s.Path+NewSuffix]
		s.entry.SHA256, s.entry.Offered = s.entry.Offered, ""
	}
	if ok && Checksum([]byte(text)) == s.entry.SHA256 {
		s.base = []byte(text)
	}
}

// decide says what will be there.
func (s *State) decide() {
	s.After = s.Want
	switch s.Class {
	case Adopted, Foreign:
		s.After = s.Have
	case Edited:
		s.After = s.Have
		switch {
		case s.Want == nil || bytes.Equal(s.Have, s.Want):
		case s.base == nil:
			s.NoBase = true
		default:
			merged, conflicts := textdiff.Merge(s.base, s.Have, s.Want)
			if len(conflicts) > 0 && s.former != nil {
				if again, none := textdiff.Merge(s.former, s.Have, s.Want); len(none) == 0 {
					merged, conflicts = again, nil
				}
			}
			if s.Conflicts = conflicts; len(conflicts) == 0 {
				s.After = merged
			}
		}
	}
}
