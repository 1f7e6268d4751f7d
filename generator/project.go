package generator

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// File is one file of a project.
type File struct {
	Path    string      // slash-separated and relative to the project's directory
	Content []byte      // whole content
	Mode    fs.FileMode // permission bits: 0600 for secrets, 0644 for what is committed
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
	Op   Op
	File File
}

// Valid is a set of changes whose outcome passed Validate. Only Validate makes
// one with content, and a project's directory is written from nothing else.
type Valid struct {
	changes []Change
}

// Changes returns what is to be written, sorted by path.
func (v Valid) Changes() []Change { return v.changes }

// maxProjectFile is the size above which a file in a project's directory is
// taken for data (a backup, a dump) and not read: rcgen's own files are a
// hundredth of it (assumption).
const maxProjectFile = 1 << 20

// ReadProject reads the files of a project's directory. envFile is read in the
// place of EnvFile; it may be missing.
func ReadProject(dir fs.FS, envFile string) (Project, error) {
	var p Project
	err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".rcgen.tmp"):
			return fs.SkipDir
		case !d.Type().IsRegular() || path == EnvFile && envFile != EnvFile:
			return nil
		}
		info, err := d.Info()
		if err != nil || info.Size() > maxProjectFile {
			return err
		}
		content, err := fs.ReadFile(dir, path)
		p.Files = append(p.Files, File{Path: path, Content: content, Mode: info.Mode().Perm()})
		return err
	})
	if err == nil && envFile != EnvFile {
		var content []byte
		if content, err = fs.ReadFile(dir, strings.TrimPrefix(envFile, "./")); err != nil {
			return Project{}, fmt.Errorf("--env-file: %w", err)
		}
		p.Files = append(p.Files, File{Path: EnvFile, Content: content, Mode: 0o600})
	}
	p.sort()
	return p, err
}
