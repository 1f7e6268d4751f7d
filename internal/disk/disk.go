// Package disk reads the directory of a project and replaces its files whole or
// not at all.
//
// A write stages every new content in .rcgen.tmp, decides itself by renaming a
// journal into place there, and is then rolled forward: each staged file is
// renamed over its target. Whatever stops it, the next Open finishes a decided
// write and removes an undecided one, so a project is only ever seen old or new.
//
// A write waits for the disk at three points, for a file system may bring onto it
// in any order what it was not asked to sync:
//   - contents and journal, before the journal is renamed into place: a journal must
//     be whole and must find all that it names;
//   - the journal in its place, before the first target is renamed: otherwise some
//     targets are new and nothing says that the others must follow;
//   - the targets, before the journal is removed: otherwise nothing repeats a rename
//     that was lost.
//
// Stage syncs the contents before the approval, as a point of its own, so that names
// and the journal alone are left to Commit.
//
// An export is written the same way. It is no project, and knows its files by
// their checksums alone.
//
// What belongs here: reading, staging, syncing, renaming, and the lock of the directory.
// What does not: what is written and whether it may be (generator/tree,
// generator/validate), and containers.
package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// lockRetry is how often a taken lock is tried again.
const lockRetry = 50 * time.Millisecond

// Dir is a project's directory, locked against every other rcgen until Close.
// Its methods, and those of what it staged, may be called from any goroutine as
// long as no two calls overlap. FS alone may be called and read at any time.
type Dir struct {
	path string
	root *os.Root
	lock *flock.Flock
	made []string // the directories that Create made, outermost first

	// step is called before each single action that changes the disk, and an
	// error of it is that action's error. Only tests set it.
	step func(action string) error
}

// Open locks the directory at path, for which it waits at most wait, and ends
// an interrupted write found there. The error matches fs.ErrNotExist when there
// is no such directory, and is an *fault.Error when path is no directory, when another
// rcgen holds the lock for longer than wait, or when the write cannot be ended.
func Open(path string, wait time.Duration) (*Dir, error) {
	return (&Dir{path: path}).open(wait)
}

// Create is Open that makes the directory and its parents when they are missing.
// What it made and is empty at Close is removed there. The errors are those of
// Open and of making a directory.
func Create(path string, wait time.Duration) (*Dir, error) {
	path = filepath.Clean(path)
	made, err := makeDirs(path)
	if err != nil {
		return nil, err
	}
	// When the lock cannot be had, what was made stays: whoever has it works there.
	return (&Dir{path: path, made: made}).open(wait)
}

// FS returns the directory's files. It follows no link out of the directory,
// and fs.Lstat tells what is a link. It is valid until Close.
func (d *Dir) FS() fs.FS { return d.root.FS() }

// Write makes all changes of v or none: Stage and Commit in one. An error before the
// write is decided leaves the project as it was; one after that is an *fault.Error which
// says that the next Open finishes the write.
func (d *Dir) Write(v tree.Valid) error { return d.write(v.Changes()) }

// Close removes the directories that Create made if they are still empty, and
// unlocks. The error is that of the system; the lock ends with the process anyway.
func (d *Dir) Close() error {
	// Still locked: another rcgen may be waiting to fill these directories.
	removeEmpty(d.made)
	d.made = nil
	var err error
	if d.root != nil {
		err = d.root.Close()
	}
	return errors.Join(err, d.lock.Unlock())
}

// open locks and opens d.path. When that fails nothing needs to be closed.
func (d *Dir) open(wait time.Duration) (*Dir, error) {
	info, err := os.Stat(d.path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fault.Error{What: d.path + ": not a directory", Hint: "name a directory"}
	}
	if d.lock, err = acquire(d.path, wait); err != nil {
		return nil, err
	}
	if err := d.enter(); err != nil {
		_ = d.Close() // the first error is the one to act on
		return nil, err
	}
	return d, nil
}

// enter opens the locked directory and ends an interrupted write in it.
func (d *Dir) enter() error {
	var err error
	d.root, err = os.OpenRoot(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return replaced(d.path, err)
	}
	if err != nil {
		return err
	}
	locked, err := d.lock.Stat()
	if err != nil {
		return err
	}
	opened, err := d.root.Stat(".")
	if err != nil {
		return err
	}
	// The path may lead elsewhere since it was locked, for a Create that gives up
	// removes its directory, and the lock of another directory protects nothing.
	if !os.SameFile(locked, opened) {
		return replaced(d.path, nil)
	}
	if err := d.settle(); err != nil {
		return &fault.Error{What: d.path + ": an interrupted write is here and cannot be ended", Err: err}
	}
	return nil
}

// replaced is the error for a directory that was there a moment ago.
func replaced(path string, err error) error {
	return &fault.Error{
		What: path + ": removed or replaced by another process", Hint: "run the command again", Err: err,
	}
}

// acquire locks the directory itself, so that no lock file is left in a project.
func acquire(path string, wait time.Duration) (*flock.Flock, error) {
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	// TryLockContext alone does not try even once when wait is zero.
	locked, err := lock.TryLock()
	if !locked && err == nil {
		_, err = lock.TryLockContext(ctx, lockRetry)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, &fault.Error{
			What: path + ": another rcgen is at work here",
			Hint: "wait until it is done, or end it, and run the command again",
		}
	case errors.Is(err, fs.ErrNotExist):
		return nil, replaced(path, err)
	case err != nil:
		return nil, &fault.Error{What: path + ": cannot be locked", Err: err}
	}
	return lock, nil
}

// makeDirs makes the missing directories of path and returns those it made,
// outermost first. When one cannot be made, none is left.
func makeDirs(path string) ([]string, error) {
	var missing []string
	for p := path; ; p = filepath.Dir(p) {
		_, err := os.Stat(p)
		if !errors.Is(err, fs.ErrNotExist) || p == filepath.Dir(p) {
			break
		}
		missing = append(missing, p)
	}
	var made []string
	for _, p := range slices.Backward(missing) {
		err := os.Mkdir(p, 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue // made by someone else in the meantime, and theirs to remove
		}
		if err != nil {
			removeEmpty(made)
			return nil, err
		}
		made = append(made, p)
	}
	return made, nil
}

// removeEmpty removes dirs, innermost first, as far as they are empty.
func removeEmpty(dirs []string) {
	for _, dir := range slices.Backward(dirs) {
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return // not empty, so that its parents are not either
		}
	}
}
