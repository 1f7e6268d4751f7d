package tree

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestLockRoundTrip(t *testing.T) {
	hex := func(s string) string { return strings.Repeat(s, 64)[:64] }
	l := Lock{Version: LockVersion, Rcgen: Version, Files: map[string]Entry{
		ComposeFile: {SHA256: hex("a"), Origin: "templates/compose.yaml.tmpl"},
		"conf/a":    {SHA256: hex("0123456789"), Origin: "generator", Offered: hex("1")},
		// YAML takes them for numbers
		"conf/digits":           {SHA256: hex("7"), Offered: "1" + strings.Repeat("0", 61) + "e1"},
		"conf/b":                {SHA256: hex("f"), Adopted: true},
		".gitignore":            {SHA256: hex("0")},
		OverrideFile:            {Adopted: true},
		"grafana/with-dash.yml": {Origin: "templates/x"},
	}}
	data := l.encode()
	if got := must(ReadLock(disk(LockFile, string(data))))(t); !reflect.DeepEqual(got, l) {
		t.Errorf("wrote\n%s\nand read %+v", data, got)
	}
	if again := l.encode(); string(again) != string(data) {
		t.Error("written twice, and differently")
	}
	var paths []string
	for line := range strings.Lines(string(data)) {
		if path, _, ok := strings.Cut(strings.TrimPrefix(line, "  "), ": {"); ok {
			paths = append(paths, path)
		}
	}
	if !slices.Equal(paths, slices.Sorted(maps.Keys(l.Files))) {
		t.Errorf("not a sorted line for each file: %v", paths)
	}
	empty := Lock{Version: LockVersion, Rcgen: Version, Files: map[string]Entry{}}
	if got := must(ReadLock(disk(LockFile, string(empty.encode()))))(t); got.Version != LockVersion ||
		len(got.Files) != 0 {
		t.Errorf("an empty lock was read as %+v", got)
	}
}

func TestReadLockFirstFormat(t *testing.T) {
	got := must(ReadLock(disk(LockFile, lockOf("a", "1", "b/c", "2"))))(t)
	want := Lock{Version: 1, Rcgen: "0.1.0", Files: map[string]Entry{"a": {SHA256: Checksum([]byte("1"))},
		"b/c": {SHA256: Checksum([]byte("2"))}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := must(ReadLock(disk()))(t); got.Version != 0 || got.Files == nil {
		t.Errorf("no lock was read as %+v", got)
	}
}

// TestMigration: a project of the first format becomes one of this, its edited file
// is offered since nobody knows what it was, and merged from then on.
func TestMigration(t *testing.T) {
	dir := disk(ComposeFile, v1, "conf/a", mine, "conf/old", v1, LockFile,
		lockOf(ComposeFile, v1, "conf/a", v1, "conf/old", v1))
	project := files(ComposeFile, v2, "conf/a", v1)
	dir, o := run(t, dir, project)
	if got := verbs(o.Changes); got != "replace compose.yaml, offer conf/a.rcgen-new, remove conf/old" {
		t.Fatalf("first run: %s", got)
	}
	s := stateOf(t, o, "conf/a")
	if !s.NoBase || !s.Conflicted() || text(dir, "conf/a") != mine || text(dir, "conf/a.rcgen-new") != v1 {
		t.Errorf("conf/a: %+v, offered %q", s, text(dir, "conf/a.rcgen-new"))
	}
	err := &ConflictError{States: o.Conflicts()}
	if msg := err.Error(); !strings.Contains(msg, "conf/a: you edited it") {
		t.Errorf("message %q", msg)
	}
	lock := must(ReadLock(dir))(t)
	if lock.Version != LockVersion || lock.Rcgen != Version || lock.Files[ComposeFile].Origin == "" {
		t.Errorf("the lock is %+v", lock)
	}
	dir, o = run(t, without(dir, "conf/a.rcgen-new"), project)
	if got := verbs(o.Changes); got != "" || record(t, dir, "conf/a") != "sha v1; base v1" {
		t.Errorf("settled: %q, %s", got, record(t, dir, "conf/a"))
	}
	dir, o = run(t, dir, files(ComposeFile, v2, "conf/a", v2))
	if got := verbs(o.Changes); got != "merge conf/a" || text(dir, "conf/a") != merged {
		t.Errorf("next change: %q, %q", got, text(dir, "conf/a"))
	}
}

func TestReconcileLockErrors(t *testing.T) {
	const newer = "version: 3\nrcgen: 9.9.9\n"
	for _, c := range []struct{ name, lock, want string }{
		{"newer format", newer + "files: {}\n", "9.9.9"},
		{"newer with new keys", newer + "files: {}\nsigned: abc\n", "9.9.9"},
		{"newer with files written otherwise", newer + "files: [compose.yaml]\n", "9.9.9"},
		{"newer rcgen with this format", "version: 2\nrcgen: 0.9.1\nfiles: {}\n", "0.9.1"},
		{"newer rcgen with the first format", "version: 1\nrcgen: 0.10.0\nfiles: {}\n", "0.10.0"},
		{"newer rcgen, new key in a file", "version: 2\nrcgen: 1.0.0\nfiles:\n  a: {sha512: ab}\n", "1.0.0"},
		{"empty", "", "is empty"},
		{"not YAML", "version: [\n", LockFile},
		{"merged by git", "<<<<<<< HEAD\nversion: 1\n=======\nversion: 1\n>>>>>>> b\n", LockFile},
		{"files merged by git", "version: 2\nrcgen: 0.1.0\nfiles:\n<<<<<<< HEAD\n  a: {sha256: ab}\n=======\n  a: {sha256: cd}\n>>>>>>> b\n", LockFile},
		{"unknown key", "version: 1\nrcgen: 0.1.0\nfile: {}\n", "file"},
		{"unknown key of this format", "version: 2\nrcgen: 0.1.0\nfiles:\n  a: {sha512: ab}\n", "sha512"},
		{"files are a list", "version: 1\nfiles: [a]\n", "line 2"},
		{"checksums as in the first format", "version: 2\nrcgen: 0.1.0\nfiles:\n  a: ab\n", "line 4"},
		{"twice the same file", "version: 1\nfiles:\n  a: x\n  a: y\n", "line 4"},
		{"no version", "rcgen: 0.1.0\nfiles: {}\n", "version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := Reconcile(disk(LockFile, c.lock), files(ComposeFile, "new\n"))
			if err == nil || !strings.HasPrefix(err.Error(), LockFile) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got error %v, want %q in it", err, c.want)
			}
			if o.Changes != nil || len(hintsOf(err)) == 0 {
				t.Errorf("changes %v, hints %v", o.Changes, hintsOf(err))
			}
			if strings.HasPrefix(c.name, "newer") && !strings.Contains(err.Error(), Version) {
				t.Errorf("%v: does not say which rcgen this is", err)
			}
		})
	}
	older := must(ReadLock(disk(LockFile, "version: 2\nrcgen: 0.0.9\nfiles: {}\n")))(t)
	if older.Rcgen != "0.0.9" {
		t.Errorf("an older rcgen's lock was read as %+v", older)
	}
}
