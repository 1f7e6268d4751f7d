package disk

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"sync"

	"rcgen/generator/tree"
)

// roll makes the changes of a decided write. It is the only way in which files come
// into a project. All of them are on the disk before the journal goes.
func (d *Dir) roll(entries []entry) error {
	// Without this the disk may know a rename but not the journal that led to it.
	if err := d.sync("decision", tmpDir); err != nil {
		return err
	}
	free := d.hold(entries)
	defer free()
	// The names that leave tmpDir too: a journal that came back must find none of them.
	dirs := []string{".", tmpDir}
	for _, e := range entries {
		act := d.place
		if e.Op == tree.Remove {
			act = d.remove
		}
		if err := act(e); err != nil {
			return err
		}
		dirs = append(dirs, parents(e.Path)...)
	}
	slices.Sort(dirs)
	var freed sync.WaitGroup
	freed.Go(free)
	err := d.sync("project", slices.Compact(dirs)...)
	freed.Wait()
	if err != nil {
		return err
	}
	return d.clean()
}

// hold opens the files that are going to be replaced, and returns what closes them.
// To free what a file occupies takes ext4 longer than all else that a rename over it
// does, and much longer while others write to the same disk. A file that is open is
// freed when it is closed: all of them together, and while the disk is waited for.
func (d *Dir) hold(entries []entry) (free func()) {
	var held []*os.File
	for _, e := range entries {
		if e.Op != tree.Replace {
			continue
		}
		if f, err := d.root.Open(e.Path); err == nil { // otherwise it is freed by its rename
			held = append(held, f)
		}
	}
	return func() {
		var closing sync.WaitGroup
		for _, f := range held {
			closing.Go(func() { f.Close() })
		}
		closing.Wait()
		held = nil
	}
}

// place renames a staged file over its target.
func (d *Dir) place(e entry) error {
	if dir := path.Dir(e.Path); dir != "." {
		if err := d.before("mkdir " + dir); err != nil {
			return err
		}
		if err := d.mkdir(e.Path); err != nil {
			return err
		}
	}
	if err := d.before("rename " + e.Path); err != nil {
		return err
	}
	err := d.root.Rename(tmp(e.Staged), e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // verify has seen it in its place
	}
	return err
}

// mkdir makes the directories of a file that are missing, regardless of the umask: the
// users inside the containers must get through to what is mounted.
func (d *Dir) mkdir(file string) error {
	for _, dir := range parents(file) {
		err := d.root.Mkdir(dir, 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		info, err := d.root.Lstat(dir)
		if err != nil {
			return err
		}
		if err := d.root.Chmod(dir, info.Mode()|0o755); err != nil { // a set-group-ID bit stays
			return err
		}
	}
	return nil
}

// remove removes a file and the directories it leaves empty.
func (d *Dir) remove(e entry) error {
	if err := d.before("remove " + e.Path); err != nil {
		return err
	}
	if err := d.root.Remove(e.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, dir := range slices.Backward(parents(e.Path)) {
		if err := d.before("remove " + dir); err != nil {
			return err
		}
		if err := d.root.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil // not empty, and an empty one that stays does no harm
		}
	}
	return nil
}

// clean removes the staging directory. Its .gitignore goes last, for it hides
// secrets. A journal that is there has nothing staged any more, so it does no
// harm if a crash brings it back.
func (d *Dir) clean() error {
	found, err := fs.ReadDir(d.root.FS(), tmpDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var names []string
	for _, f := range found {
		if f.Name() != ".gitignore" {
			names = append(names, tmp(f.Name()))
		}
	}
	for _, name := range append(names, tmp(".gitignore"), tmpDir) {
		if err := d.before("clean " + name); err != nil {
			return err
		}
		if err := d.root.RemoveAll(name); err != nil {
			return err
		}
	}
	return nil
}
