package disk

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/generator/tree"
)

// wait is long enough for a lock that nobody holds.
const wait = 30 * time.Second

// oldFiles is a project as an earlier run left it, with a file of its user.
var oldFiles = map[string]string{
	".env":              "PASSWORD=old\n",
	".gitignore":        ".env\n",
	"compose.yaml":      "old\n",
	"conf/old.conf":     "old\n",
	"gone/deep/x.conf":  "old\n",
	"mine/notes.txt":    "mine\n",
	"mine/removed.conf": "old\n",
	"rcgen.lock":        "old\n",
}

// changes is a write of every kind of change to that project.
func changes() []tree.Change {
	file := func(op tree.Op, path string, mode fs.FileMode) tree.Change {
		return tree.Change{Op: op, File: tree.File{
			Path: path, Content: []byte("new " + path + "\n"), Mode: mode,
		}}
	}
	remove := func(path string) tree.Change {
		return tree.Change{Op: tree.Remove, File: tree.File{Path: path}}
	}
	return []tree.Change{
		file(tree.Replace, ".env", 0o600),
		file(tree.Replace, ".gitignore", 0o644),
		file(tree.Create, "Makefile", 0o644),
		file(tree.Replace, "compose.yaml", 0o644),
		file(tree.Create, "conf/sub/new.conf", 0o644),
		remove("gone/deep/x.conf"),
		remove("mine/removed.conf"),
		remove("never/there.conf"),
		file(tree.Replace, "rcgen.lock", 0o644),
	}
}

// project returns a new directory with the old project.
func project(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "chat")
	fill(t, dir)
	return dir
}

func fill(t *testing.T, dir string) {
	t.Helper()
	for name, content := range oldFiles {
		path := filepath.Join(dir, name)
		mode := fs.FileMode(0o644)
		if name == ".env" {
			mode = 0o600
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(content), mode))
	}
}

// contents returns every path below dir with its mode and its content or target.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String()
		switch info.Mode().Type() {
		case 0:
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += " " + string(content)
		case fs.ModeSymlink:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			text += " " + target
		}
		found[strings.TrimPrefix(path, dir+"/")] = text
		return nil
	}))
	return found
}

// approval is the name that the tests give to the moment between Stage and Commit.
const approval = "approval"

// A form is a way to write.
type form struct {
	name  string
	write func(*Dir, []tree.Change) error
	from  string // the first action in which it differs from those before it; empty: the first
	ends  bool   // with the new project
}

// forms are all of them. The last stands for changes that are not approved.
func forms() []form {
	return []form{
		{"write", (*Dir).write, "", true},
		{"stage and commit", stageAndCommit, "sync stage", true},
		{"stage and discard", stageAndDiscard, approval, false},
	}
}

func stageAndCommit(d *Dir, changes []tree.Change) error {
	s, err := d.Stage(changes)
	if err != nil {
		return err
	}
	if err := d.before(approval); err != nil {
		return errors.Join(err, s.Discard())
	}
	return errors.Join(s.commit(changes), s.Discard())
}

func stageAndDiscard(d *Dir, changes []tree.Change) error {
	s, err := d.Stage(changes)
	if err != nil {
		return err
	}
	return errors.Join(d.before(approval), s.Discard())
}

// decided tells whether f has decided the write when it fails at the ith of its actions.
func (f form) decided(actions []string, i int) bool {
	return f.ends && i > slices.Index(actions, "commit")
}

// outcomes returns the trees of the old project and of the new one, and the
// actions that lead from one to the other.
func outcomes(t *testing.T) (before, after map[string]string, actions []string) {
	t.Helper()
	return forms()[0].outcomes(t)
}

func (f form) outcomes(t *testing.T) (before, after map[string]string, actions []string) {
	t.Helper()
	dir := project(t)
	before = contents(t, dir)
	must(t, f.in(dir, func(action string) error {
		actions = append(actions, action)
		return nil
	}))
	return before, contents(t, dir), actions
}

// in makes changes in dir with a step hook that is there from Open on.
func (f form) in(dir string, step func(string) error) error {
	d, err := (&Dir{path: dir, step: step}).open(wait)
	if err != nil {
		return err
	}
	return errors.Join(f.write(d, changes()), d.Close())
}

// writeWith makes changes in dir with a step hook that is there from Open on.
func writeWith(dir string, step func(string) error, changes []tree.Change) error {
	d, err := (&Dir{path: dir, step: step}).open(wait)
	if err != nil {
		return err
	}
	return errors.Join(d.write(changes), d.Close())
}

// settled opens and closes dir, which ends an interrupted write in it.
func settled(t *testing.T, dir string) map[string]string {
	t.Helper()
	d, err := Open(dir, wait)
	must(t, err)
	must(t, d.Close())
	return contents(t, dir)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same fails the test at the first path in which got is not want.
func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if got[path] != want[path] {
			t.Fatalf("%s: %s: got %q, want %q", what, path, got[path], want[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			t.Fatalf("%s: %s: should not be there", what, path)
		}
	}
}

// refused fails the test unless err says what.
func refused(t *testing.T, err error, what string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), what) {
		t.Fatalf("error: got %v, want %q", err, what)
	}
}
