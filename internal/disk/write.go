package disk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// errNotStaged is a defect of whoever calls Commit.
var errNotStaged = errors.New("the approved changes are not those that were staged")

// Staged is a set of changes whose contents are in the staging directory. None of
// them is in effect before Commit. Every Staged is ended by Commit or Discard; one
// that a crash ended has no journal, and the next Open discards it unread.
type Staged struct {
	dir      *Dir
	entries  []entry  // in the order they are applied in; empty when there is nothing to write
	unsynced []string // what was staged and may not be on the disk yet
	ended    bool     // by Commit or Discard
}

// Stage checks the changes against the directory and brings their contents onto
// the disk, in a directory that only its owner can read and that git ignores. It
// may run while the result of the changes is still being validated: the project's
// own files stay as they are, and FS may be read meanwhile. An error leaves nothing
// staged.
func (d *Dir) Stage(changes []tree.Change) (*Staged, error) {
	s, err := d.stage(changes)
	if err != nil || len(s.entries) == 0 {
		return s, err
	}
	if err := d.sync("stage", s.unsynced...); err != nil {
		return nil, d.undo(err)
	}
	s.unsynced = nil
	return s, nil
}

// Commit makes all staged changes or none. v must approve the very changes that were
// staged, in any order; anything else is a defect of the caller and an error. An
// error before the write is decided leaves the project as it was; one after that is
// an *fault.Error which says that the next Open finishes the write.
func (s *Staged) Commit(v tree.Valid) error { return s.commit(v.Changes()) }

// Discard removes what was staged. After Commit, whatever came of it, it does
// nothing. What an error leaves behind is discarded by the next Open.
func (s *Staged) Discard() error {
	if s.ended || len(s.entries) == 0 {
		return nil
	}
	s.ended = true
	if err := s.dir.clean(); err != nil {
		return fmt.Errorf("%s: %w", s.dir.full(tmpDir), err)
	}
	return nil
}

// write is Write for changes that need not be valid. Contents and journal are synced
// together, which saves Stage's own barrier.
func (d *Dir) write(changes []tree.Change) error {
	s, err := d.stage(changes)
	if err != nil {
		return err
	}
	return s.commit(changes)
}

// commit is Commit for changes that need not be valid.
func (s *Staged) commit(approved []tree.Change) error {
	if s.ended {
		return fmt.Errorf("%s: committed or discarded before", s.dir.full(tmpDir))
	}
	if len(s.entries) == 0 {
		if len(approved) > 0 {
			return errNotStaged
		}
		return nil
	}
	s.ended = true
	if err := s.decide(approved); err != nil {
		return s.dir.undo(err)
	}
	if err := s.dir.roll(s.entries); err != nil {
		return &fault.Error{
			What: s.dir.path + ": the write is decided but not finished",
			Hint: "remove the cause and run the command again: it finishes the write first",
			Err:  err,
		}
	}
	return nil
}

// decide writes the journal of approved changes and renames it into place: the one
// action that turns the old project into the new.
func (s *Staged) decide(approved []tree.Change) error {
	d := s.dir
	if err := s.check(approved); err != nil {
		return err
	}
	text, err := json.MarshalIndent(journal{Version: version, Entries: s.entries}, "", "  ")
	if err != nil {
		return err
	}
	if err := d.put(journalName+".new", text, 0o600, nil); err != nil {
		return err
	}
	// A name in a directory may reach the disk before the content of its file, and a
	// journal that is there must be whole and must find all that it names.
	if err := d.sync("journal", append(s.unsynced, tmp(journalName+".new"))...); err != nil {
		return err
	}
	if err := d.before("commit"); err != nil {
		return err
	}
	return d.root.Rename(tmp(journalName+".new"), tmp(journalName))
}

// check refuses changes other than those that were staged, and what has come to stand
// against them since: once the write is decided there is no way back.
func (s *Staged) check(approved []tree.Change) error {
	want := ordered(approved)
	if !slices.EqualFunc(s.entries, want, func(a, b entry) bool {
		return a.Op == b.Op && a.Path == b.Path && a.given == b.given
	}) {
		return errNotStaged
	}
	for i, e := range s.entries {
		if e.Op != tree.Remove {
			content, err := s.dir.readStaged(e)
			if err != nil {
				return err
			}
			if !bytes.Equal(content, want[i].content) {
				return fmt.Errorf("%s: the approved content is not the one that was staged", e.Path)
			}
		}
		if err := s.dir.checkTarget(e); err != nil {
			return err
		}
	}
	return nil
}

// undo removes the staging directory after err, which it returns with what it means.
func (d *Dir) undo(err error) error {
	// From here on it is the next Open that removes what cannot be removed now.
	if left := d.clean(); left != nil {
		err = fmt.Errorf("%w (%s is left: %w)", err, tmpDir, left)
	}
	return &fault.Error{What: d.path + ": nothing was changed", Err: err}
}
