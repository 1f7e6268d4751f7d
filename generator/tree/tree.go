package tree

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"rcgen/generator/fault"
)

// File is one file of a project.
type File struct {
	Path    string      // slash-separated and relative to the project's directory
	Content []byte      // whole content
	Mode    fs.FileMode // permission bits: 0600 for secrets, 0644 for what is committed
	Origin  string      // what it was made from, empty for a person's own
	Seed    bool        // made once, and a person's from then on
	From    string      // file that was read in its place: it is looked at and not written
}

// Project is a set of generated files, sorted by path.
type Project struct {
	Files []File
}

// File returns the file at path, and whether the project has one.
func (p Project) File(path string) (File, bool) {
	i, ok := slices.BinarySearchFunc(p.Files, path, func(f File, path string) int {
		return cmp.Compare(f.Path, path)
	})
	if !ok {
		return File{}, false
	}
	return p.Files[i], true
}

// Op says what a write does to one file.
type Op string

// The operations a write is made of.
const (
	Create  Op = "create"  // the file must not exist before
	Replace Op = "replace" // the file exists and was written by rcgen
	Remove  Op = "remove"  // the file was written by rcgen and is no longer needed
)

// Change is one file that a write creates, replaces or removes.
// For Remove only File.Path is set.
type Change struct {
	Op    Op
	File  File
	Class Class // of the file before
}

// Verb says what a change does in a person's eyes: an edited file is merged, and
// what stands against an edit is offered beside it.
func (c Change) Verb() string {
	switch {
	case c.Op == Replace && c.Class == Edited:
		return "merge"
	case c.Op != Remove && strings.HasSuffix(c.File.Path, NewSuffix):
		return "offer"
	default:
		return string(c.Op)
	}
}

// ReadRegular reads a file of a project's directory. A link, a pipe or anything
// else in its place, or in the place of a directory above it, is an error: rcgen
// neither follows links nor waits. A missing file matches fs.ErrNotExist.
func ReadRegular(dir fs.FS, name string) ([]byte, error) {
	const hint = "put a file of your own there, or move it away"
	for i, r := range name + "/" {
		if r != '/' {
			continue
		}
		part, last := name[:i], i == len(name)
		info, err := fs.Lstat(dir, part)
		switch {
		case err != nil:
			return nil, err
		case info.Mode()&fs.ModeSymlink != 0:
			return nil, fault.New("%s: is a link, which rcgen does not follow", part).Fix(hint)
		case last && info.IsDir():
			return nil, fault.New("%s: is a directory, not a file", part).Fix(hint)
		case last && !info.Mode().IsRegular():
			return nil, fault.New("%s: is not an ordinary file", part).Fix(hint)
		case !last && !info.IsDir():
			return nil, fault.New("%s: is not a directory", part).Fix(hint)
		}
	}
	return fs.ReadFile(dir, name)
}

// maxProjectFile is the size above which a file in a project's directory is
// taken for data (a backup, a dump) and not read: rcgen's own files are a
// hundredth of it (assumption).
const maxProjectFile = 1 << 20

// ReadProject reads the files of a project's directory as Compose would see them:
// links are followed as far as they stay inside. envFile is read in the place of
// EnvFile; it may be missing only if it is that.
func ReadProject(dir fs.FS, envFile string) (Project, error) {
	envFile = path.Clean(envFile)
	var p Project
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission) && ofSecrets(name):
			return nil
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".rcgen" || d.Name() == ".rcgen.tmp"):
			return fs.SkipDir
		case name == EnvFile && envFile != EnvFile:
			return nil
		}
		info, err := fs.Stat(dir, name)
		if err != nil {
			return fault.New("%s: leads out of the project", name).
				Fix("put a file there: Compose may read it otherwise than rcgen")
		}
		if !info.Mode().IsRegular() || info.Size() > maxProjectFile {
			return nil
		}
		f := File{Path: name, Mode: info.Mode().Perm()}
		if name == envFile && name != EnvFile {
			f.Path, f.Mode = EnvFile, 0o600 // a stand-in for it, which others may read
		}
		f.Content, err = fs.ReadFile(dir, name)
		if errors.Is(err, fs.ErrPermission) && ofSecrets(name) {
			return nil
		}
		p.Files = append(p.Files, f)
		return err
	})
	p.Sort()
	if _, ok := p.File(EnvFile); err == nil && !ok && envFile != EnvFile {
		err = fault.New("--env-file %s: is not there", envFile).
			Fix("name a file of the project, like .env.example")
	}
	return p, err
}

// ofSecrets tells what may well be root's alone.
func ofSecrets(name string) bool { return name == "secrets" || path.Dir(name) == "secrets" }

// Sort puts the files in the order that File relies on.
func (p Project) Sort() {
	slices.SortFunc(p.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
}
