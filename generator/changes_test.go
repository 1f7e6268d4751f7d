package generator

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// disk makes a directory from pairs of a path and a content.
func disk(pairs ...string) fstest.MapFS {
	dir := fstest.MapFS{}
	for pair := range slices.Chunk(pairs, 2) {
		dir[pair[0]] = &fstest.MapFile{Data: []byte(pair[1]), Mode: 0o644}
	}
	return dir
}

// lockOf is the lock of a project that had these files, as the first rcgen wrote it.
func lockOf(pairs ...string) string {
	lock := "version: 1\nrcgen: 0.1.0\nfiles:\n"
	for pair := range slices.Chunk(pairs, 2) {
		lock += fmt.Sprintf("  %s: %x\n", pair[0], sha256.Sum256([]byte(pair[1])))
	}
	return lock
}

// former are the files of a project as they were written.
var former = []string{ComposeFile, "old\n", "conf/a", "a\n"}

// directories are states of a directory before a write, with what the write does to it.
var directories = []struct {
	name    string
	dir     fstest.MapFS
	project Project
	want    string // operations and paths
	edited  []string
	foreign []string
}{
	{"empty directory", disk(), files("b", "b\n", "a/b", "x\n"), "create a/b, create b", nil, nil},
	{"the same", disk("b", "b\n"), files("b", "b\n"), "", nil, nil},
	{"the same without a lock is nobody's", disk("b", "b\n"), files("b", "b\n", "c", "c\n"), "create c", nil, nil},
	{"untouched", disk(append(former, LockFile, lockOf(former...))...), files(ComposeFile, "new\n", "conf/a", "a\n"), "replace compose.yaml", nil, nil},
	{"deleted by hand", disk("conf/a", "a\n", LockFile, lockOf(former...)), files(former...), "create compose.yaml", nil, nil},
	{"edited", disk(ComposeFile, "mine\n", "conf/a", "a\n", LockFile, lockOf(former...)), files(ComposeFile, "new\n", "conf/a", "b\n"), "", []string{ComposeFile}, nil},
	{"edited into what is wanted", disk(ComposeFile, "new\n", LockFile, lockOf(former...)), files(ComposeFile, "new\n"), "", nil, nil},
	{"several edited", disk(ComposeFile, "mine\n", "conf/a", "mine\n", LockFile, lockOf(former...)), files(ComposeFile, "new\n", "conf/a", "b\n"), "", []string{ComposeFile, "conf/a"}, nil},
	{"foreign", disk(ComposeFile, "theirs\n"), files(ComposeFile, "new\n"), "", nil, []string{ComposeFile}},
	{"foreign beside a lock", disk("conf/b", "theirs\n", LockFile, lockOf(former...)), files("conf/b", "b\n"), "", nil, []string{"conf/b"}},
	{"foreign before edited", disk(ComposeFile, "mine\n", "new", "theirs\n", LockFile, lockOf(former...)), files(ComposeFile, "new\n", "new", "n\n"), "", nil, []string{"new"}},
	{"no longer needed", disk(append(former, LockFile, lockOf(former...))...), files(ComposeFile, "old\n"), "remove conf/a", nil, nil},
	{"no longer needed, edited", disk(ComposeFile, "old\n", "conf/a", "mine\n", LockFile, lockOf(former...)), files(ComposeFile, "old\n"), "", nil, nil},
	{"no longer needed, gone", disk(ComposeFile, "old\n", LockFile, lockOf(former...)), files(ComposeFile, "old\n"), "", nil, nil},
	{"own files", disk(RequestFile, "1", EnvFile, "1", LockFile, lockOf(former...)), files(RequestFile, "2", EnvFile, "2", LockFile, "3"), "replace .env, replace rcgen.lock, replace rcgen.yaml", nil, nil},
	{"own files without a lock", disk(RequestFile, "1", EnvFile, "1"), files(RequestFile, "2", EnvFile, "2"), "", nil, []string{EnvFile, RequestFile}},
	{"another's files stay", disk("notes", "n", "compose.override.yaml", "o", LockFile, lockOf(former...)), files(ComposeFile, "new\n"), "create compose.yaml", nil, nil},
}

func TestChanges(t *testing.T) {
	for _, c := range directories {
		t.Run(c.name, func(t *testing.T) {
			before := maps.Clone(c.dir)
			got, err := Changes(c.dir, c.project)
			var ops []string
			for _, change := range got {
				ops = append(ops, string(change.Op)+" "+change.File.Path)
				if (change.Op == Remove) != (change.File.Content == nil) {
					t.Errorf("%s of %s with content %q", change.Op, change.File.Path, change.File.Content)
				}
			}
			if strings.Join(ops, ", ") != c.want {
				t.Errorf("got %q, want %q", ops, c.want)
			}
			var edited *EditedError
			if errors.As(err, &edited) != (c.edited != nil) || edited != nil && !slices.Equal(edited.Files, c.edited) {
				t.Errorf("got error %v, want edited %v", err, c.edited)
			}
			var foreign *ForeignError
			if errors.As(err, &foreign) != (c.foreign != nil) || foreign != nil && !slices.Equal(foreign.Files, c.foreign) {
				t.Errorf("got error %v, want foreign %v", err, c.foreign)
			}
			if err != nil && (len(hintsOf(err)) == 0 || !strings.Contains(err.Error(), strings.Join(append(c.edited, c.foreign...), ", "))) {
				t.Errorf("%v: hints %v", err, hintsOf(err))
			}
			if !maps.Equal(before, c.dir) {
				t.Error("the directory was changed")
			}
		})
	}
}

func TestChangesLockErrors(t *testing.T) {
	const newer = "version: 2\nrcgen: 9.9.9\n"
	for _, c := range []struct{ name, lock, want string }{
		{"newer", newer + "files: {}\n", "newer rcgen, 9.9.9"},
		{"newer with new keys", newer + "files: {}\nsigned: abc\n", "newer rcgen, 9.9.9"},
		{"newer with files written otherwise", newer + "files: [compose.yaml]\n", "newer rcgen, 9.9.9"},
		{"empty", "", "is empty"},
		{"not YAML", "version: [\n", LockFile},
		{"merged by git", "<<<<<<< HEAD\nversion: 1\n=======\nversion: 1\n>>>>>>> b\n", LockFile},
		{"unknown key", "version: 1\nrcgen: 0.1.0\nfile: {}\n", "file"},
		{"files are a list", "version: 1\nfiles: [a]\n", "line 2"},
		{"twice the same file", "version: 1\nfiles:\n  a: x\n  a: y\n", "line 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changes, err := Changes(disk(LockFile, c.lock), files(ComposeFile, "new\n"))
			if err == nil || !strings.HasPrefix(err.Error(), LockFile) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got error %v, want %q in it", err, c.want)
			}
			if changes != nil || len(hintsOf(err)) == 0 {
				t.Errorf("changes %v, hints %v", changes, hintsOf(err))
			}
		})
	}
}

// TestChangesOddDirectory: what is no plain file in the place of one stops the
// run, and a lock cannot lead out of the project.
func TestChangesOddDirectory(t *testing.T) {
	for _, c := range []struct {
		name string
		dir  fstest.MapFS
	}{
		{"a directory in its place", disk(ComposeFile+"/x", "x")},
		{"a file above it", disk("conf", "x")},
		{"a lock that is a directory", disk(LockFile+"/x", "x")},
		{"a former file that is a directory now", disk("old/x", "x", LockFile, lockOf("old", "x"))},
		{"a link", fstest.MapFS{ComposeFile: {Data: []byte("conf/a"), Mode: fs.ModeSymlink}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if changes, err := Changes(c.dir, files(ComposeFile, "new\n", "conf/a", "a\n")); err == nil {
				t.Errorf("got changes %v", changes)
			}
		})
	}
	dir := disk("../outside", "x", "/etc/passwd", "x", LockFile, lockOf("../outside", "x", "/etc/passwd", "x", "a/../../outside", "x"))
	changes, _ := Changes(dir, files(ComposeFile, "new\n"))
	for _, change := range changes {
		if change.Op == Remove {
			t.Errorf("removes %s", change.File.Path)
		}
	}
}

func TestProjectFile(t *testing.T) {
	p := files("b", "2", "a", "1", "a/b", "3")
	for path, want := range map[string]string{"a": "1", "b": "2", "a/b": "3"} {
		if f, ok := p.File(path); !ok || string(f.Content) != want {
			t.Errorf("%s: got %q, %v", path, f.Content, ok)
		}
	}
	if f, ok := p.File("c"); ok || f.Path != "" {
		t.Errorf("c: got %+v", f)
	}
}
