package generator

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rcgen/generator/tree"
)

// disk makes a directory from pairs of a path and a content.
func disk(pairs ...string) fstest.MapFS {
	dir := fstest.MapFS{}
	for pair := range slices.Chunk(pairs, 2) {
		dir[pair[0]] = &fstest.MapFile{Data: []byte(pair[1]), Mode: 0o644}
	}
	return dir
}

// apply returns a directory after a write. Like the disk, it creates nothing over
// what is there, and replaces and removes only that.
func apply(tb testing.TB, dir fstest.MapFS, changes []tree.Change) fstest.MapFS {
	tb.Helper()
	after := maps.Clone(dir)
	last := ""
	for _, c := range changes {
		_, there := dir[c.File.Path]
		if there != (c.Op != tree.Create) {
			tb.Fatalf("%s of %s, which is there: %v", c.Op, c.File.Path, there)
		}
		if c.File.Path <= last {
			tb.Fatalf("%s after %s: changes are not sorted", c.File.Path, last)
		}
		last = c.File.Path
		if c.Op == tree.Remove {
			delete(after, c.File.Path)
		} else {
			after[c.File.Path] = &fstest.MapFile{Data: slices.Clone(c.File.Content), Mode: c.File.Mode}
		}
	}
	return after
}

// run reconciles and writes. A second run after it must find nothing to do.
func run(tb testing.TB, dir fstest.MapFS, project tree.Project) (fstest.MapFS, tree.Outcome) {
	tb.Helper()
	before := maps.Clone(dir)
	o := must(tree.Reconcile(dir, project))(tb)
	if !maps.Equal(before, dir) {
		tb.Error("the directory was changed")
	}
	after := apply(tb, dir, o.Changes)
	again := must(tree.Reconcile(after, project))(tb)
	if len(again.Changes) > 0 || len(again.Conflicts()) != len(o.Conflicts()) {
		tb.Errorf("a second run: %s, %d conflicts after %d", verbs(again.Changes), len(again.Conflicts()), len(o.Conflicts()))
	}
	return after, o
}

// with returns a directory with more files, or other ones, in it.
func with(dir fstest.MapFS, pairs ...string) fstest.MapFS {
	after := maps.Clone(dir)
	maps.Copy(after, disk(pairs...))
	return after
}

// without returns a directory in which files are missing.
func without(dir fstest.MapFS, paths ...string) fstest.MapFS {
	after := maps.Clone(dir)
	for _, p := range paths {
		delete(after, p)
	}
	return after
}

// text returns the content of a file, or "(none)".
func text(dir fstest.MapFS, path string) string {
	f, ok := dir[path]
	if !ok {
		return "(none)"
	}
	return string(f.Data)
}

// verbs lists changes but for those of the lock and the base, which nearly every run
// changes.
func verbs(changes []tree.Change) string {
	var all []string
	for _, c := range changes {
		if c.File.Path != tree.LockFile && c.File.Path != tree.BaseFile {
			all = append(all, c.Verb()+" "+c.File.Path)
		}
	}
	return strings.Join(all, ", ")
}
