package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

const (
	tmpDir      = ".rcgen.tmp"   // where a write is staged, on the project's file system
	journalName = "journal.json" // in tmpDir; the write is decided when it is there
	version     = 1              // of the journal
)

// journal is a decided write.
type journal struct {
	Version int     `json:"version"`
	Entries []entry `json:"entries"` // in the order they are applied in
}

// entry is one change of a write.
type entry struct {
	Op     tree.Op     `json:"op"`
	Path   string      `json:"path"`
	Staged string      `json:"staged,omitempty"` // name in tmpDir: the entry's index
	Mode   fs.FileMode `json:"mode,omitempty"`
	SHA256 string      `json:"sha256,omitempty"` // of the staged content, in hex

	content []byte      // only until it is staged
	given   fs.FileMode // the mode of the change, of which Mode keeps what the old file had
}

// tmp returns the path of name in the staging directory.
func tmp(name string) string { return tmpDir + "/" + name }

// checkEntries refuses entries that no write of this rcgen is made of. A journal
// may come from a damaged disk, or from a repository of someone else.
func checkEntries(entries []entry) error {
	ops := []tree.Op{tree.Create, tree.Replace, tree.Remove}
	for i, e := range entries {
		if !slices.Contains(ops, e.Op) {
			return fmt.Errorf("%s: unknown operation %q", e.Path, e.Op)
		}
		if e.Op != tree.Remove && e.Staged != strconv.Itoa(i) {
			return fmt.Errorf("%s: staged as %q, not as %d", e.Path, e.Staged, i)
		}
	}
	return checkPaths(entries)
}

// settle ends the write that is in the directory, if there is one: a decided one
// is finished and an undecided one undone.
func (d *Dir) settle() error {
	info, err := d.root.Lstat(tmpDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return d.wrongKind(tmpDir, info, "a directory")
	}
	entries, decided, err := d.load()
	if err != nil {
		return &fault.Error{
			What: d.full(tmp(journalName)) + ": not a journal this rcgen understands",
			Hint: "finish it with the rcgen that began it, or remove " + d.full(tmpDir) +
				" and restore the project with git",
			Err: err,
		}
	}
	if !decided {
		return d.clean()
	}
	return d.finish(entries)
}

// load returns the entries of the journal, and whether there is one.
func (d *Dir) load() ([]entry, bool, error) {
	info, err := d.root.Lstat(tmp(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, false, d.wrongKind(tmp(journalName), info, "a file")
	}
	text, err := d.root.ReadFile(tmp(journalName))
	if err != nil {
		return nil, false, err
	}
	var j journal
	if err := json.Unmarshal(text, &j); err != nil {
		return nil, false, err
	}
	if j.Version != version {
		return nil, false, fmt.Errorf("version %d: want %d", j.Version, version)
	}
	return j.Entries, true, checkEntries(j.Entries)
}

// verify refuses an entry that cannot be applied to what is in the directory now.
func (d *Dir) verify(e entry) error {
	if e.Op == tree.Remove {
		return d.checkTarget(e)
	}
	content, err := d.readStaged(e)
	if errors.Is(err, fs.ErrNotExist) {
		return d.verifyPlaced(e)
	}
	if err != nil {
		return err
	}
	if tree.Checksum(content) != e.SHA256 {
		return &fault.Error{
			What: fmt.Sprintf("%s: not what was staged for %s", d.full(tmp(e.Staged)), e.Path),
			Hint: d.giveUp(),
		}
	}
	return d.checkTarget(e)
}

// readStaged returns the content that is staged for e.
func (d *Dir) readStaged(e entry) ([]byte, error) {
	info, err := d.root.Lstat(tmp(e.Staged))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, d.wrongKind(tmp(e.Staged), info, "a file")
	}
	return d.root.ReadFile(tmp(e.Staged))
}

// verifyPlaced is verify for an entry whose staged file is gone because it was
// already renamed. What its user did to the target since then stands.
func (d *Dir) verifyPlaced(e entry) error {
	_, err := d.root.Lstat(e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{
			What: fmt.Sprintf("%s: neither there nor staged as %s", d.full(e.Path), tmp(e.Staged)),
			Hint: d.giveUp(),
		}
	}
	e.Op = tree.Replace
	return d.checkTarget(e)
}

// giveUp is the hint for a write that was damaged by something else than rcgen.
func (d *Dir) giveUp() string {
	return "remove " + d.full(tmpDir) + " and restore the project with git"
}

// finish makes every change of a decided write that is not made yet, or none
// when one of them cannot be.
func (d *Dir) finish(entries []entry) error {
	for _, e := range entries {
		if err := d.verify(e); err != nil {
			return err
		}
	}
	return d.roll(entries)
}
