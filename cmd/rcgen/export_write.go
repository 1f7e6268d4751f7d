package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rcgen/generator"
	"rcgen/generator/helm"
)

// exportSums is the file that tells a later export what this one wrote, in the form
// that sha256sum -c reads.
const exportSums = "rcgen-export.sha256"

// writeExport writes an export into a directory. A new directory appears whole or
// not at all. In one that is there, files that the last export wrote are replaced;
// if any other stands in the way, nothing is written.
func writeExport(e env, dir string, files []helm.File) error {
	files = append(slices.Clone(files), helm.File{Path: exportSums, Content: sums(files)})
	_, err := os.Lstat(dir)
	var changed []string
	switch {
	case errors.Is(err, fs.ErrNotExist):
		changed, err = createExport(dir, files)
	case err == nil:
		changed, err = replaceExport(dir, files)
	}
	if err != nil {
		return err
	}
	if len(changed) == 0 {
		changed = []string{"nothing to write: every file is as it should be"}
	}
	_, err = fmt.Fprintln(e.stdout, strings.Join(changed, "\n"))
	return err
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

func sums(files []helm.File) []byte {
	var out strings.Builder
	for _, f := range files {
		fmt.Fprintf(&out, "%s  %s\n", sum(f.Content), f.Path)
	}
	return []byte(out.String())
}

// createExport fills a directory beside the new one and renames it.
func createExport(dir string, files []helm.File) (changed []string, err error) {
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, err
	}
	staging, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".rcgen-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(staging))
		}
	}()
	if err := os.Chmod(staging, 0o755); err != nil { // MkdirTemp's is for one user
		return nil, err
	}
	root, err := os.OpenRoot(staging)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for _, f := range files {
		if err := putExport(root, f); err != nil {
			return nil, err
		}
		changed = append(changed, "create   "+f.Path)
	}
	return changed, os.Rename(staging, dir)
}

// replaceExport brings a directory up to date. It reads everything before it writes
// anything, and the sums last: a run that was interrupted is finished by the next.
func replaceExport(dir string, files []helm.File) (changed []string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	last, err := lastExport(root)
	if err != nil {
		return nil, err
	}
	var write []helm.File
	var foreign []string
	for _, f := range files {
		old, err := fs.ReadFile(root.FS(), f.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changed = append(changed, "create   "+f.Path)
		case err != nil:
			return nil, err
		case string(old) == string(f.Content):
			delete(last, f.Path)
			continue
		case f.Path != exportSums && last[f.Path] != sum(old):
			foreign = append(foreign, f.Path)
		default:
			changed = append(changed, "replace  "+f.Path)
		}
		delete(last, f.Path)
		write = append(write, f)
	}
	if len(foreign) > 0 {
		return nil, &generator.Error{What: dir + ": not written by the last export, or changed since: " + strings.Join(foreign, ", "),
			Hint: "export into a new directory and compare, or remove these files"}
	}
	removed, err := removeExported(root, last)
	if err != nil {
		return nil, err
	}
	for _, f := range write {
		if err := putExport(root, f); err != nil {
			return nil, err
		}
	}
	return append(changed, removed...), nil
}

// lastExport returns the sums of what the last export wrote.
func lastExport(root *os.Root) (map[string]string, error) {
	data, err := fs.ReadFile(root.FS(), exportSums)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	last := map[string]string{}
	for _, line := range strings.Split(string(data), "\n") {
		if s, path, ok := strings.Cut(line, "  "); ok {
			last[path] = s
		}
	}
	return last, nil
}

// removeExported removes what the last export wrote and this one does not, unless a
// person has changed it.
func removeExported(root *os.Root, last map[string]string) (removed []string, err error) {
	for path, s := range last {
		old, err := fs.ReadFile(root.FS(), path)
		if err != nil || sum(old) != s {
			continue // gone, or a person's
		}
		if err := root.Remove(filepath.FromSlash(path)); err != nil {
			return nil, err
		}
		removed = append(removed, "remove   "+path)
	}
	slices.Sort(removed)
	return removed, nil
}

// putExport writes one file under another name first, so that it is never seen half.
func putExport(root *os.Root, f helm.File) error {
	path := filepath.FromSlash(f.Path)
	if err := root.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	staged := path + ".rcgen-new"
	if err := root.WriteFile(staged, f.Content, 0o644); err != nil {
		return errors.Join(err, root.Remove(staged))
	}
	return root.Rename(staged, path)
}
