// Package golden compares examples/ with what rcgen writes, for the tests that
// render it. SHA256SUMS covers every file of every example; on disk are those that
// are worth reading.
//
// What belongs here: reading, comparing and writing these files. What does not:
// rendering an example (the tests of generator, generator/helm and cmd/rcgen).
package golden

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Files are the contents of files by their slash-separated paths.
type Files map[string][]byte

// Read returns every file below a directory.
func Read(dir string) (Files, error) {
	files := Files{}
	tree := os.DirFS(dir)
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(tree, name)
		return err
	})
	return files, err
}

// WriteDir writes files and removes every other file of the directory.
func WriteDir(dir string, files Files) error {
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	all, err := Read(dir)
	if err != nil {
		return err
	}
	for name := range all {
		if _, ok := files[name]; ok {
			continue
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return nil
}

// CompareDir returns how the files of a directory differ from what is rendered.
func CompareDir(dir string, rendered Files) []error {
	files, err := Read(dir)
	if err != nil {
		return []error{err}
	}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(rendered)) {
		is, ok := files[name]
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("%s: %s: missing; to write it: make examples", dir, name))
		case !bytes.Equal(is, rendered[name]):
			faults = append(faults, fmt.Errorf("%s: %s: differs from what is rendered, from %s; if that is meant: make examples",
				dir, name, FirstDifference(is, rendered[name])))
		}
		delete(files, name)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		faults = append(faults, fmt.Errorf("%s: %s: not rendered; to remove it: make examples", dir, name))
	}
	return faults
}

// FirstDifference names the first line in which two texts differ.
func FirstDifference(was, is []byte) string {
	a, b := bytes.Split(was, []byte("\n")), bytes.Split(is, []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return fmt.Sprintf("line %d (%s, now %s)", i+1, a[i], b[i])
		}
	}
	return "the end of the shorter one"
}

// Compare returns how an example differs from its rendered files: those on disk, and
// the checksums of all. Root is the directory examples/, the example a path below it.
func Compare(root, example string, rendered Files) []error {
	listed, err := readSums(root)
	if err != nil {
		return []error{err}
	}
	faults := CompareDir(filepath.Join(root, filepath.FromSlash(example)), onDisk(example, rendered))
	return append(faults, listed.compare(sumsOf(example, rendered), example)...)
}

// Write writes the files of an example that are kept, and the checksums of all.
func Write(root, example string, rendered Files) error {
	if err := WriteDir(filepath.Join(root, filepath.FromSlash(example)), onDisk(example, rendered)); err != nil {
		return err
	}
	listed, err := readSums(root)
	if err != nil {
		return err
	}
	listed.drop(example)
	maps.Copy(listed, sumsOf(example, rendered))
	return os.WriteFile(filepath.Join(root, SumsFile), listed.text(), 0o644)
}
