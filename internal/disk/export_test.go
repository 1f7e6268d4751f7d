package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// exportOf returns the files of the nth export: one stays, one changes, one goes and
// one comes.
func exportOf(n int) []tree.File {
	file := func(path, content string) tree.File {
		return tree.File{Path: path, Content: []byte(content), Mode: 0o644}
	}
	return []tree.File{
		file("README.md", "always\n"),
		file(fmt.Sprintf("only%d/x.yaml", n), "once\n"),
		file("values/values.yaml", fmt.Sprintf("export %d\n", n)),
	}
}

// exported returns a directory that holds the first export and a file of its user.
func exported(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	_, err := Export(dir, exportOf(1), wait)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine\n"), 0o644))
	return dir
}

// listed returns changes as they are printed.
func listed(changes []tree.Change) string {
	var out strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&out, "%s %s\n", c.Op, c.File.Path)
	}
	return out.String()
}

func wantChanges(t *testing.T, got []tree.Change, want string) {
	t.Helper()
	if listed(got) != want {
		t.Errorf("changes: got\n%swant\n%s", listed(got), want)
	}
}

func TestExport(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "a", "out")
	changes, err := Export(dir+"/", exportOf(1), wait)
	must(t, err)
	wantChanges(t, changes,
		"create README.md\ncreate only1/x.yaml\ncreate values/values.yaml\ncreate rcgen-export.sha256\n")
	found := contents(t, top)
	if text := found["a/out/rcgen-export.sha256"]; strings.Count(text, "\n") != 3 ||
		!strings.Contains(text, tree.Checksum([]byte("always\n"))+"  README.md\n") {
		t.Errorf("checksums: got %q", text)
	}
	delete(found, "a/out/rcgen-export.sha256")
	same(t, "new", found, map[string]string{
		"a": "drwxr-xr-x", "a/out": "drwxr-xr-x", "a/out/only1": "drwxr-xr-x", "a/out/values": "drwxr-xr-x",
		"a/out/README.md": "-rw-r--r-- always\n", "a/out/only1/x.yaml": "-rw-r--r-- once\n",
		"a/out/values/values.yaml": "-rw-r--r-- export 1\n",
	})

	changes, err = Export(dir, exportOf(1), wait)
	must(t, err)
	wantChanges(t, changes, "")

	changes, err = Export(dir, exportOf(2), wait)
	must(t, err)
	wantChanges(t, changes,
		"create only2/x.yaml\nreplace values/values.yaml\nreplace rcgen-export.sha256\nremove only1/x.yaml\n")
	found = contents(t, dir)
	delete(found, "rcgen-export.sha256")
	same(t, "replaced", found, map[string]string{
		"README.md": "-rw-r--r-- always\n", "only2": "drwxr-xr-x", "only2/x.yaml": "-rw-r--r-- once\n",
		"values": "drwxr-xr-x", "values/values.yaml": "-rw-r--r-- export 2\n",
	})
}

func TestExportWritesTheChecksumsLast(t *testing.T) {
	var last string
	step := func(action string) error {
		if strings.HasPrefix(action, "rename ") || strings.HasPrefix(action, "remove ") {
			last = action
		}
		return nil
	}
	_, err := exporter{wait, step}.export(exported(t), exportOf(2))
	must(t, err)
	if last != "rename rcgen-export.sha256" {
		t.Errorf("last: got %q", last)
	}
}

func TestExportLeavesWhatWasEdited(t *testing.T) {
	write := func(t *testing.T, dir, name string) {
		t.Helper()
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("edited\n"), 0o644))
	}
	t.Run("in the way", func(t *testing.T) {
		dir := exported(t)
		write(t, dir, "values/values.yaml")
		write(t, dir, "only2/x.yaml")
		before := contents(t, dir)
		_, err := Export(dir, exportOf(2), wait)
		refused(t, err, dir+": not written by the last export, or changed since: only2/x.yaml, values/values.yaml")
		var hinted *fault.Error
		if !errors.As(err, &hinted) || !strings.Contains(hinted.Hint, "new directory") {
			t.Errorf("hint: got %v", err)
		}
		same(t, "after the refusal", contents(t, dir), before)
	})
	t.Run("no longer needed", func(t *testing.T) {
		dir := exported(t)
		write(t, dir, "only1/x.yaml")
		changes, err := Export(dir, exportOf(2), wait)
		must(t, err)
		if strings.Contains(listed(changes), "remove") {
			t.Errorf("changes: got %s", listed(changes))
		}
		if got := contents(t, dir)["only1/x.yaml"]; got != "-rw-r--r-- edited\n" {
			t.Errorf("edited: got %q", got)
		}
	})
	t.Run("link in the way", func(t *testing.T) {
		dir := exported(t)
		must(t, os.Symlink("values", filepath.Join(dir, "only2")))
		before := contents(t, dir)
		_, err := Export(dir, exportOf(2), wait)
		refused(t, err, "only2: is a link")
		same(t, "after the refusal", contents(t, dir), before)
	})
}

// TestExportTrustsNoList removes nothing that a list from elsewhere names.
func TestExportTrustsNoList(t *testing.T) {
	dir := exported(t)
	outside := filepath.Join(filepath.Dir(dir), "outside")
	must(t, os.WriteFile(outside, []byte("mine\n"), 0o644))
	must(t, os.Mkdir(filepath.Join(dir, ".git"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, ".git/config"), []byte("mine\n"), 0o644))
	list := func(path string) {
		t.Helper()
		text := tree.Checksum([]byte("mine\n")) + "  " + path + "\n"
		must(t, os.WriteFile(filepath.Join(dir, exportSums), []byte(text), 0o644))
	}
	list("../outside")
	_, err := Export(dir, exportOf(1), wait)
	must(t, err)
	list(".git/config")
	_, err = Export(dir, exportOf(1), wait)
	refused(t, err, ".git is not for project files")
	for _, path := range []string{outside, filepath.Join(dir, ".git/config")} {
		_, err := os.Stat(path)
		must(t, err)
	}
}

func TestExportWaitsForTheLock(t *testing.T) {
	dir := exported(t)
	d, err := Open(dir, wait)
	must(t, err)
	defer d.Close()
	_, err = Export(dir, exportOf(2), time.Millisecond)
	refused(t, err, dir+": another rcgen is at work here")
}

// exportTrees returns what dir is after the first and the second export.
func exportTrees(t *testing.T, dir func(*testing.T) string) (before, after map[string]string, actions []string) {
	t.Helper()
	at := dir(t)
	top := filepath.Dir(at)
	before = contents(t, top)
	_, err := exporter{wait, func(action string) error {
		actions = append(actions, action)
		return nil
	}}.export(at, exportOf(2))
	must(t, err)
	return before, contents(t, top), actions
}

func newOut(t *testing.T) string { return filepath.Join(t.TempDir(), "out") }

func TestExportErrorAtEveryStep(t *testing.T) {
	for name, dir := range map[string]func(*testing.T) string{"new": newOut, "old": exported} {
		before, after, actions := exportTrees(t, dir)
		commit, public := slices.Index(actions, "commit"), slices.Index(actions, "publish")
		for i, action := range actions {
			at := dir(t)
			_, err := exporter{wait, failAt(i, errInjected, false)}.export(at, exportOf(2))
			if !errors.Is(err, errInjected) {
				t.Fatalf("%s %d %s: got %v", name, i, action, err)
			}
			found := contents(t, filepath.Dir(at))
			switch {
			case i <= commit || i == public:
				same(t, fmt.Sprintf("%s %d %s", name, i, action), found, before)
			case name == "new" && i < public:
				if _, ok := found["out"]; ok {
					t.Errorf("%s %d %s: appeared unfinished", name, i, action)
				}
			}
			_, err = Export(at, exportOf(2), wait)
			must(t, err)
			same(t, fmt.Sprintf("%s %d %s, again", name, i, action), contents(t, filepath.Dir(at)), after)
		}
	}
}

func TestExportIntoADirectoryThatAppears(t *testing.T) {
	dir := newOut(t)
	_, err := exporter{wait, func(action string) error {
		if action != "publish" {
			return nil
		}
		return os.MkdirAll(filepath.Join(dir, "mine"), 0o755)
	}}.export(dir, exportOf(1))
	if err == nil {
		t.Fatal("it went over another directory")
	}
	theirs := map[string]string{"out": "drwxr-xr-x", "out/mine": "drwxr-xr-x"}
	same(t, "after the error", contents(t, filepath.Dir(dir)), theirs)
}
