package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// checkPaths refuses a set of paths that cannot be a set of files below the
// project's directory. A rename that can never succeed must be found here: once
// the write is decided there is no way back.
func checkPaths(entries []entry) error {
	seen := make(map[string]bool)
	for _, e := range entries {
		if err := checkPath(e.Path); err != nil {
			return err
		}
		if seen[e.Path] {
			return fmt.Errorf("%s: changed twice in one write", e.Path)
		}
		seen[e.Path] = true
	}
	for _, e := range entries {
		for _, dir := range parents(e.Path) {
			if seen[dir] {
				return fmt.Errorf("%s: both a file and the directory of %s", dir, e.Path)
			}
		}
	}
	return nil
}

// checkPath refuses a path outside the project's directory, and inside it what
// belongs to git or to the write itself, also where the file system ignores case.
func checkPath(name string) error {
	if name == "." || !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%q: not a path inside the project", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.EqualFold(part, ".git") || strings.EqualFold(part, tmpDir) {
			return fmt.Errorf("%s: %s is not for project files", name, part)
		}
	}
	return nil
}

// parents returns the directories name is in, outermost first and without ".".
func parents(name string) []string {
	var dirs []string
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		dirs = append(dirs, dir)
	}
	slices.Reverse(dirs)
	return dirs
}

// checkTarget refuses an entry whose path does not lead through directories to
// a regular file or to nothing, and for a create also one that leads to a file.
func (d *Dir) checkTarget(e entry) error {
	nearest := "." // the innermost directory that exists
	for _, dir := range parents(e.Path) {
		info, err := d.root.Lstat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return d.checkDir(nearest)
		}
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return d.wrongKind(dir, info, "a directory")
		}
		nearest = dir
	}
	info, err := d.root.Lstat(e.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return d.wrongKind(e.Path, info, "a file")
	case e.Op == tree.Create:
		return &fault.Error{
			What: d.full(e.Path) + ": exists and was not written by rcgen",
			Hint: "move it away, or use another directory",
		}
	}
	return d.checkDir(nearest)
}

// checkDir refuses a directory in which a rename from the staging directory
// would fail, while there is still a way back.
func (d *Dir) checkDir(dir string) error {
	top, err := d.root.Lstat(".")
	if err != nil {
		return err
	}
	info, err := d.root.Lstat(dir)
	if err != nil {
		return err
	}
	if !sameDevice(top, info) {
		return &fault.Error{
			What: d.full(dir) + ": on another file system than the project",
			Hint: "unmount it, or use another directory",
		}
	}
	if err := writable(d.full(dir)); err != nil {
		return &fault.Error{
			What: d.full(dir) + ": cannot be written",
			Hint: "run rcgen as the owner of the directory, or change its permissions",
			Err:  err,
		}
	}
	return nil
}

// wrongKind is the error for a path that is something else than wanted.
func (d *Dir) wrongKind(name string, info fs.FileInfo, wanted string) error {
	kind := "special file"
	switch info.Mode().Type() {
	case 0:
		kind = "regular file"
	case fs.ModeDir:
		kind = "directory"
	case fs.ModeSymlink:
		kind = "symbolic link"
	}
	return &fault.Error{
		What: fmt.Sprintf("%s: a %s where %s belongs", d.full(name), kind, wanted),
		Hint: "move it away, or use another directory",
	}
}

// full returns the path of name as the user knows it.
func (d *Dir) full(name string) string {
	return filepath.Join(d.path, filepath.FromSlash(name))
}
