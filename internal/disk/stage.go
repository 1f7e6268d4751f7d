package disk

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// stage is Stage without the sync.
func (d *Dir) stage(changes []tree.Change) (*Staged, error) {
	entries, err := d.plan(changes)
	if err != nil || len(entries) == 0 {
		return &Staged{dir: d}, err
	}
	if err := d.mkdirTmp(); err != nil {
		return nil, err
	}
	if err := d.fill(entries); err != nil {
		return nil, d.undo(err)
	}
	s := &Staged{dir: d, entries: entries, unsynced: []string{".", tmpDir, tmp(".gitignore")}}
	for _, e := range entries {
		if e.Op != tree.Remove {
			s.unsynced = append(s.unsynced, tmp(e.Staged))
		}
	}
	return s, nil
}

// plan returns the changes as entries in the order they are applied in, once
// nothing in the directory stands against them.
func (d *Dir) plan(changes []tree.Change) ([]entry, error) {
	entries := ordered(changes)
	for i, e := range entries {
		if e.Op == tree.Remove {
			continue
		}
		entries[i].Staged = strconv.Itoa(i)
		entries[i].SHA256 = tree.Checksum(e.content)
	}
	if err := checkEntries(entries); err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := d.checkTarget(e); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// ordered returns the changes as entries in the order they are applied in.
func ordered(changes []tree.Change) []entry {
	var entries []entry
	for _, c := range changes {
		mode := c.File.Mode.Perm()
		entries = append(entries, entry{
			Op: c.Op, Path: c.File.Path, Mode: mode, given: mode, content: c.File.Content,
		})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Path, b.Path))
	})
	return entries
}

// rank orders the entries of a write. The project's .gitignore comes before the
// secrets it names. What records the others comes
// last: what it knows of is there by then.
func rank(e entry) int {
	switch {
	case e.Path == tree.LockFile, e.Path == exportSums:
		return 3
	case e.Op == tree.Remove:
		return 2
	case e.Path == ".gitignore":
		return 0
	}
	return 1
}

// mkdirTmp makes the staging directory. It is apart from fill because one
// that exists belongs to another write and must not be cleaned away.
func (d *Dir) mkdirTmp() error {
	if err := d.before("mkdir " + tmpDir); err != nil {
		return err
	}
	if err := d.root.Mkdir(tmpDir, 0o700); err != nil {
		return &fault.Error{What: d.path + ": cannot be written", Hint: "use a directory that you may write to", Err: err}
	}
	return nil
}

// fill stages the contents of the entries.
func (d *Dir) fill(entries []entry) error {
	// Secrets are staged here, which git must not see.
	if err := d.put(".gitignore", []byte("*\n"), 0o600, nil); err != nil {
		return err
	}
	for i := range entries {
		if err := d.fillOne(&entries[i]); err != nil {
			return fmt.Errorf("%s: %w", entries[i].Path, err)
		}
	}
	return nil
}

// fillOne stages the content of e, and sets its mode to the one it will have.
func (d *Dir) fillOne(e *entry) error {
	if e.Op == tree.Remove {
		return nil
	}
	old, err := d.root.Lstat(e.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if old != nil {
		e.Mode = keptMode(old.Mode().Perm(), e.Mode)
	}
	return d.put(e.Staged, e.content, e.Mode, old)
}

// keptMode returns the mode of a replaced file: the one it had, for it may have
// been set by the user, but for a secret nothing beyond the given one.
func keptMode(old, given fs.FileMode) fs.FileMode {
	if given&0o077 == 0 {
		return old & given
	}
	return old
}

// put writes a new file into the staging directory. old is the file it will
// replace, or nil.
func (d *Dir) put(name string, content []byte, mode fs.FileMode, old fs.FileInfo) (err error) {
	if err := d.before("stage " + name); err != nil {
		return err
	}
	f, err := d.root.OpenFile(tmp(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, f.Close()) }()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := keepOwner(f, old); err != nil {
		return err
	}
	// After the owner, whose change may clear bits, and regardless of the umask.
	return f.Chmod(mode)
}

// sync brings files, and the names in directories, onto the disk. It asks for
// all of them at once, for a file system then does most of the work only once;
// one after the other, a write of twenty files took half of rcgen's time.
func (d *Dir) sync(what string, names ...string) error {
	if err := d.before("sync " + what); err != nil {
		return err
	}
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { errs[i] = d.syncOne(name) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// syncOne is sync for one name. A directory that a removal took is no error.
func (d *Dir) syncOne(name string) error {
	f, err := d.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return syncFile(f)
}

// syncFile brings a file, or the names in a directory, onto the disk.
func syncFile(f *os.File) error {
	err := f.Sync()
	// Some file systems sync names on their own and refuse to be asked.
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// before announces an action to the tests.
func (d *Dir) before(action string) error {
	if d.step == nil {
		return nil
	}
	return d.step(action)
}
