package disk

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/generator/tree"
)

func change(op tree.Op, path string) tree.Change {
	return tree.Change{Op: op, File: tree.File{Path: path, Content: []byte("new"), Mode: 0o644}}
}

// refuses fails the test unless dir refuses the changes and stays as it is.
func refuses(t *testing.T, dir, what string, changes ...tree.Change) {
	t.Helper()
	before := contents(t, dir)
	d, err := Open(dir, wait)
	must(t, err)
	defer d.Close()
	refused(t, d.write(changes), what)
	same(t, "after "+what, contents(t, dir), before)
}

func TestPathsRefused(t *testing.T) {
	for _, path := range []string{
		"", ".", "..", "../x", "a/../../x", "a/../b", "/etc/x", "a//b", "./a", "a/",
		".git/x", ".git", ".GIT/hooks/x", "sub/.git/config",
		".rcgen.tmp/x", ".rcgen.tmp", ".rcgen.TMP/x",
	} {
		t.Run(path, func(t *testing.T) {
			for _, op := range []tree.Op{tree.Create, tree.Replace, tree.Remove} {
				refuses(t, project(t), path, change(op, path))
			}
		})
	}
}

func TestSetsRefused(t *testing.T) {
	dir := project(t)
	refuses(t, dir, "changed twice", change(tree.Create, "a"), change(tree.Remove, "a"))
	refuses(t, dir, "both a file and the directory of",
		change(tree.Create, "a"), change(tree.Create, "a/b/c"))
	refuses(t, dir, "unknown operation", change("rename", "a"))
}

func TestTargetsRefused(t *testing.T) {
	link := func(target string) func(string) error {
		return func(path string) error { return os.Symlink(target, path) }
	}
	mkdir := func(path string) error { return os.Mkdir(path, 0o755) }
	cases := []struct {
		name string
		make func(path string) error // at "in"
		path string
		what string
	}{
		{"link to a file", link("compose.yaml"), "in", "symbolic link"},
		{"link to a directory", link("mine"), "in/x", "symbolic link"},
		{"link to a directory, deeper", link("mine"), "in/a/b/x", "symbolic link"},
		{"dangling link", link("nowhere"), "in", "symbolic link"},
		{"dangling link as a parent", link("nowhere"), "in/x", "symbolic link"},
		{"link out", link("/etc"), "in/hostname", "symbolic link"},
		{"directory where a file goes", mkdir, "in", "a directory where a file belongs"},
		{"fifo where a file goes", mkfifo, "in", "special file"},
		{"fifo where a directory goes", mkfifo, "in/x", "special file"},
		{"file where a directory goes", func(path string) error {
			return os.WriteFile(path, nil, 0o644)
		}, "in/x", "a regular file where a directory belongs"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := project(t)
			must(t, c.make(filepath.Join(dir, "in")))
			for _, op := range []tree.Op{tree.Create, tree.Replace, tree.Remove} {
				refuses(t, dir, c.what, change(tree.Create, "aaa"), change(op, c.path))
			}
		})
	}
}

func TestCreateRefusesAForeignFile(t *testing.T) {
	dir := project(t)
	refuses(t, dir, filepath.Join(dir, "mine/notes.txt")+": exists and was not written by rcgen",
		change(tree.Create, "aaa"), change(tree.Create, "mine/notes.txt"))
}

// interrupted returns a project whose write was stopped at the named action.
func interrupted(t *testing.T, action string) string {
	t.Helper()
	dir := project(t)
	// Everything after it fails too, or the write would clean up.
	if err := writeWith(dir, failFrom(action), changes()); err == nil {
		t.Fatalf("%s: never came", action)
	}
	return dir
}

// wontOpen fails the test unless dir is refused by Open and stays as it is.
func wontOpen(t *testing.T, dir, what string) {
	t.Helper()
	before := contents(t, dir)
	_, err := Open(dir, wait)
	refused(t, err, what)
	same(t, "after "+what, contents(t, dir), before)
}

func TestJournalsRefused(t *testing.T) {
	cases := []struct{ name, old, new, what string }{
		{"version", `"version": 1`, `"version": 2`, "version 2: want 1"},
		{"cut off", "]\n}", "", "unexpected end"},
		{"trailing", "]\n}", "]\n}}", "invalid character"},
		{"operation", `"op": "create"`, `"op": "chmod"`, "unknown operation"},
		{"path of git", `"path": "Makefile"`, `"path": ".git/hooks/post-checkout"`, ".git is not for project files"},
		{"path outside", `"path": "Makefile"`, `"path": "../Makefile"`, "not a path inside the project"},
		{"staged outside", `"staged": "2"`, `"staged": "../mine/notes.txt"`, "not as 2"},
		{"hash", `"sha256": "`, `"sha256": "0`, "not what was staged for"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := interrupted(t, "rename Makefile")
			file := filepath.Join(dir, tmp(journalName))
			text, err := os.ReadFile(file)
			must(t, err)
			if !strings.Contains(string(text), c.old) {
				t.Fatalf("journal: no %s in %s", c.old, text)
			}
			must(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(text), c.old, c.new)), 0o600))
			wontOpen(t, dir, c.what)
		})
	}
}

func TestJournalNamesItself(t *testing.T) {
	dir := interrupted(t, "rename Makefile")
	file := filepath.Join(dir, tmp(journalName))
	must(t, os.WriteFile(file, []byte("what"), 0o600))
	wontOpen(t, dir, file)
}

func TestJournalIsData(t *testing.T) {
	dir := interrupted(t, "rename Makefile")
	text, err := os.ReadFile(filepath.Join(dir, tmp(journalName)))
	must(t, err)
	var j journal
	must(t, json.Unmarshal(text, &j))
	env := j.Entries[1]
	if env.Path != ".env" || env.Mode != 0o600 || env.SHA256 != tree.Checksum([]byte("new .env\n")) ||
		env.Op != tree.Replace {
		t.Errorf("journal: got %+v for .env", env)
	}
}

func TestDirectoryChangedAfterTheCrash(t *testing.T) {
	cases := []struct {
		name   string
		change func(dir string) error
		what   string
	}{
		{"a file where one is to be created", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "Makefile"), []byte("mine"), 0o644)
		}, "Makefile: exists and was not written by rcgen"},
		{"a link on the way", func(dir string) error {
			return os.Symlink("../mine", filepath.Join(dir, "conf/sub"))
		}, "conf/sub: a symbolic link"},
		{"a staged file that is gone", func(dir string) error {
			return os.Remove(filepath.Join(dir, tmpDir, "2"))
		}, "Makefile: neither there nor staged"},
		{"a staged file that is a link", func(dir string) error {
			path := filepath.Join(dir, tmpDir, "2")
			if err := os.Rename(path, path+".moved"); err != nil {
				return err
			}
			return os.Symlink("2.moved", path)
		}, "2: a symbolic link where a file belongs"},
		{"another staged file", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, tmpDir, "2"), []byte("bad"), 0o644)
		}, "not what was staged for Makefile"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := interrupted(t, "rename Makefile")
			must(t, c.change(dir))
			wontOpen(t, dir, c.what)
		})
	}
}

func TestEditAfterTheCrashStands(t *testing.T) {
	dir := interrupted(t, "rename Makefile")
	must(t, os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("mine"), 0o644))
	if got := settled(t, dir)[".gitignore"]; got != "-rw-r--r-- mine" {
		t.Errorf("edited after its rename: got %q", got)
	}
}

func TestStagingDirectoryOfAnotherKind(t *testing.T) {
	dir := project(t)
	path := filepath.Join(dir, tmpDir)
	must(t, os.Symlink("mine", path))
	wontOpen(t, dir, ".rcgen.tmp: a symbolic link where a directory belongs")
	must(t, os.Remove(path))
	must(t, os.WriteFile(path, nil, 0o644))
	wontOpen(t, dir, ".rcgen.tmp: a regular file where a directory belongs")
	must(t, os.Remove(path))
	must(t, os.MkdirAll(filepath.Join(path, journalName), 0o755))
	wontOpen(t, dir, "journal.json: a directory where a file belongs")
}
