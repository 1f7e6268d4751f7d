package generator

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// EditedError says which generated files were edited since rcgen wrote them:
// they are never overwritten.
type EditedError struct {
	Files []string // sorted
}

// Error names the files.
func (e *EditedError) Error() string {
	return strings.Join(e.Files, ", ") + ": edited since rcgen wrote it; nothing was changed"
}

// Hints says how to keep the edit and go on.
func (e *EditedError) Hints() []string {
	return []string{"move your change into compose.override.yaml, or delete the file to have it written anew"}
}

// ForeignError says which files are in the way that rcgen did not write.
type ForeignError struct {
	Files []string // sorted
}

// Error names the files.
func (e *ForeignError) Error() string {
	return strings.Join(e.Files, ", ") + ": exists and was not written by rcgen; nothing was changed"
}

// Hints says how to go on.
func (e *ForeignError) Hints() []string {
	return []string{"move it away, or use another directory with --dir"}
}

// Changes returns what must be written to turn the current directory into the
// project, sorted by path; files that are the same already are left out. Files
// that rcgen once wrote and no longer needs are removed unless they were edited.
// Edited and foreign files are an EditedError or a ForeignError.
func Changes(current fs.FS, project Project) ([]Change, error) {
	lock, err := ReadLock(current)
	if err != nil {
		return nil, err
	}
	var changes []Change
	var edited, foreign []string
	for _, f := range project.Files {
		was, err := ReadRegular(current, f.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changes = append(changes, Change{Create, f})
		case err != nil:
			return nil, err
		case bytes.Equal(was, f.Content):
		case lock.Files[f.Path] == checksum(was), own(f.Path) && lock.Version > 0:
			changes = append(changes, Change{Replace, f})
		case lock.Files[f.Path] != "":
			edited = append(edited, f.Path)
		default:
			foreign = append(foreign, f.Path)
		}
	}
	if len(foreign) > 0 {
		return nil, &ForeignError{foreign}
	}
	if len(edited) > 0 {
		return nil, &EditedError{edited}
	}
	gone, err := removals(current, lock, project)
	if err != nil {
		return nil, err
	}
	changes = append(changes, gone...)
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.File.Path, b.File.Path) })
	return changes, nil
}

// own reports whether a file is derived from its own former content, so that
// replacing it loses nothing.
func own(path string) bool { return path == RequestFile || path == EnvFile || path == LockFile }

func removals(current fs.FS, lock Lock, project Project) ([]Change, error) {
	var gone []Change
	for _, path := range sortedKeys(lock.Files) {
		if _, ok := project.File(path); ok {
			continue
		}
		was, err := ReadRegular(current, path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if checksum(was) == lock.Files[path] {
			gone = append(gone, Change{Remove, File{Path: path}})
		}
	}
	return gone, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
