package tree

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The versions of one file. Both changed texts merge with mine, clash does not.
const (
	v1     = "a\nb\nc\nd\ne\nf\n"
	v2     = "a\nb\nc\nd\ne\nF\n"
	clash  = "z\nb\nc\nd\ne\nf\n"
	clash2 = "y\nb\nc\nd\ne\nF\n"
	mine   = "A\nb\nc\nd\ne\nf\n"
	merged = "A\nb\nc\nd\ne\nF\n"
)

var versions = map[string]string{"v1": v1, "v2": v2, "clash": clash, "clash2": clash2, "mine": mine, "merged": merged}

// called returns the name of a version.
func called(text string) string {
	for name, v := range versions {
		if v == text {
			return name
		}
	}
	return text
}

// record is what the lock and the base hold of a file, by the names of versions:
// "sha v1, offered v2; base v1, offer v2".
func record(tb testing.TB, dir fstest.MapFS, path string) string {
	tb.Helper()
	lock, b := must(ReadLock(dir))(tb), must(readBase(dir))(tb)
	sums := map[string]string{"": "-"}
	for name, v := range versions {
		sums[Checksum([]byte(v))] = name
	}
	entry, known := lock.Files[path]
	if !known {
		return strings.TrimSpace("unknown " + called(b[path]))
	}
	out := "sha " + sums[entry.SHA256]
	if entry.Offered != "" {
		out += ", offered " + sums[entry.Offered]
	}
	if entry.Adopted {
		out += ", adopted"
	}
	if text, ok := b[path]; ok {
		out += "; base " + called(text)
	}
	if text, ok := b[path+NewSuffix]; ok {
		out += "; offer " + called(text)
	}
	return out
}

// classes: whose a file is, what becomes of it, and what is remembered.
var classes = []struct {
	name    string
	have    string // in the directory; "-": nothing
	known   bool   // written as v1 before
	adopted bool
	want    string // of the run; "-": no longer needed
	class   Class
	changes string
	after   string
	record  string
}{
	{"new", "-", false, false, "v1", New, "create conf/a", "v1", "sha v1; base v1"},
	{"missing, the same", "-", true, false, "v1", Missing, "create conf/a", "v1", "sha v1; base v1"},
	{"missing, changed", "-", true, false, "v2", Missing, "create conf/a", "v2", "sha v2; base v2"},
	{"missing, not needed", "-", true, false, "-", Missing, "", "-", "unknown"},
	{"untouched, the same", "v1", true, false, "v1", Untouched, "", "v1", "sha v1; base v1"},
	{"untouched, changed", "v1", true, false, "v2", Untouched, "replace conf/a", "v2", "sha v2; base v2"},
	{"untouched, not needed", "v1", true, false, "-", Untouched, "remove conf/a", "-", "unknown"},
	{"edited, the same", "mine", true, false, "v1", Edited, "", "mine", "sha v1; base v1"},
	{"edited, changed elsewhere", "mine", true, false, "v2", Edited, "merge conf/a", "merged", "sha v2; base v2"},
	{"edited, changed in the same place", "mine", true, false, "clash", Edited, "offer conf/a.rcgen-new", "mine",
		"sha v1, offered clash; base v1; offer clash"},
	{"edited, not needed", "mine", true, false, "-", Edited, "", "mine", "sha v1; base v1"},
	{"edited into what is wanted", "v2", true, false, "v2", Edited, "", "v2", "sha v2; base v2"},
	{"adopted, the same", "v1", true, true, "v1", Adopted, "", "v1", "sha v1, adopted; base v1"},
	{"adopted, changed", "v1", true, true, "v2", Adopted, "", "v1", "sha v1, adopted; base v1"},
	{"adopted and edited, changed", "mine", true, true, "clash", Adopted, "", "mine", "sha v1, adopted; base v1"},
	{"adopted, not needed", "mine", true, true, "-", Adopted, "", "mine", "sha v1, adopted; base v1"},
	{"adopted and deleted", "-", true, true, "v2", Adopted, "", "-", "sha v1, adopted; base v1"},
	{"foreign, as rcgen would have it", "v1", false, false, "v1", Untouched, "", "v1", "sha v1; base v1"},
	{"foreign, not needed", "mine", false, false, "-", "", "", "mine", "unknown"},
}

func TestClasses(t *testing.T) {
	for _, c := range classes {
		t.Run(c.name, func(t *testing.T) {
			was := []string{ComposeFile, "c\n"}
			if c.known {
				was = append(was, "conf/a", v1)
			}
			dir, _ := run(t, fstest.MapFS{}, files(was...))
			if c.adopted {
				dir = apply(t, dir, must(Adopt(dir, "conf/a", false))(t).Changes())
			}
			delete(dir, "conf/a")
			if c.have != "-" {
				dir = with(dir, "conf/a", versions[c.have])
			}
			project := files(ComposeFile, "c\n")
			if c.want != "-" {
				project = files(ComposeFile, "c\n", "conf/a", versions[c.want])
			}
			after, o := run(t, dir, project)
			if c.class != "" && stateOf(t, o, "conf/a").Class != c.class {
				t.Errorf("class %s, want %s", stateOf(t, o, "conf/a").Class, c.class)
			}
			if got := verbs(o.Changes); got != c.changes {
				t.Errorf("changes %q, want %q", got, c.changes)
			}
			if got := text(after, "conf/a"); got != versions[c.after] && (c.after != "-" || got != "(none)") {
				t.Errorf("afterwards %q, want %s", called(got), c.after)
			}
			if got := record(t, after, "conf/a"); got != c.record {
				t.Errorf("remembered %q, want %q", got, c.record)
			}
			if got := record(t, after, ComposeFile); !strings.HasPrefix(got, "sha") {
				t.Errorf("compose.yaml: remembered %q", got)
			}
		})
	}
}

// former are the files of a project as they were written.
var former = []string{ComposeFile, "old\n", "conf/a", "a\n"}

// directories are states of a directory before a write, with what the write does to
// it. Their locks are those of the first rcgen, which kept no base.
var directories = []struct {
	name      string
	dir       fstest.MapFS
	project   Project
	want      string // operations and paths
	conflicts []string
	foreign   []string
}{
	{"empty directory", disk(), files("b", "b\n", "a/b", "x\n"), "create a/b, create b", nil, nil},
	{"the same", disk("b", "b\n"), files("b", "b\n"), "", nil, nil},
	{"the same without a lock is nobody's", disk("b", "b\n"), files("b", "b\n", "c", "c\n"), "create c", nil, nil},
	{"untouched", disk(append(former, LockFile, lockOf(former...))...), files(ComposeFile, "new\n", "conf/a", "a\n"),
		"replace compose.yaml", nil, nil},
	{"deleted by hand", disk("conf/a", "a\n", LockFile, lockOf(former...)), files(former...), "create compose.yaml", nil,
		nil},
	{"edited, no base", disk(ComposeFile, "mine\n", "conf/a", "a\n", LockFile, lockOf(former...)),
		files(ComposeFile, "new\n", "conf/a", "b\n"),
		"offer compose.yaml.rcgen-new, replace conf/a", []string{ComposeFile}, nil},
	{"edited, no base, the same is wanted as before",
		disk(ComposeFile, "mine\n", "conf/a", "a\n", LockFile, lockOf(former...)), files(former...),
		"offer compose.yaml.rcgen-new", []string{ComposeFile}, nil},
	{"edited into what is wanted", disk(ComposeFile, "new\n", LockFile, lockOf(former...)), files(ComposeFile, "new\n"),
		"", nil, nil},
	{"several edited", disk(ComposeFile, "mine\n", "conf/a", "mine\n", LockFile, lockOf(former...)),
		files(ComposeFile, "new\n", "conf/a", "b\n"),
		"offer compose.yaml.rcgen-new, offer conf/a.rcgen-new", []string{ComposeFile, "conf/a"}, nil},
	{"foreign", disk(ComposeFile, "theirs\n"), files(ComposeFile, "new\n"), "", nil, []string{ComposeFile}},
	{"foreign beside a lock", disk("conf/b", "theirs\n", LockFile, lockOf(former...)), files("conf/b", "b\n"), "", nil,
		[]string{"conf/b"}},
	{"foreign before edited", disk(ComposeFile, "mine\n", "new", "theirs\n", LockFile, lockOf(former...)),
		files(ComposeFile, "new\n", "new", "n\n"), "", nil, []string{"new"}},
	{"several foreign", disk("b", "theirs\n", "a", "theirs\n"), files("b", "b\n", "a", "a\n", "c", "c\n"), "", nil,
		[]string{"a", "b"}},
	{"no longer needed", disk(append(former, LockFile, lockOf(former...))...), files(ComposeFile, "old\n"),
		"remove conf/a", nil, nil},
	{"no longer needed, edited", disk(ComposeFile, "old\n", "conf/a", "mine\n", LockFile, lockOf(former...)),
		files(ComposeFile, "old\n"), "", nil, nil},
	{"no longer needed, gone", disk(ComposeFile, "old\n", LockFile, lockOf(former...)), files(ComposeFile, "old\n"), "",
		nil, nil},
	{"own files", disk(RequestFile, "1", EnvFile, "1", LockFile, lockOf(former...)), files(RequestFile, "2", EnvFile, "2"),
		"replace .env, replace rcgen.yaml", nil, nil},
	{"own files that are the same, without a lock", disk(RequestFile, "1", EnvFile, "1"),
		files(RequestFile, "1", EnvFile, "1"), "", nil, nil},
	{"own files without a lock", disk(RequestFile, "1", EnvFile, "1"), files(RequestFile, "2", EnvFile, "2"), "", nil,
		[]string{EnvFile, RequestFile}},
	{"another's files stay", disk("notes", "n", "compose.override.yaml", "o", LockFile, lockOf(former...)),
		files(ComposeFile, "new\n"), "create compose.yaml", nil, nil},
	{"an empty file in its place", disk(ComposeFile, ""), files(ComposeFile, "new\n"), "", nil, []string{ComposeFile}},
	{"wanted empty", disk(ComposeFile, "old\n", LockFile, lockOf(former...)), files(ComposeFile, ""),
		"replace compose.yaml", nil, nil},
}

func TestReconcile(t *testing.T) {
	for _, c := range directories {
		t.Run(c.name, func(t *testing.T) {
			if c.foreign != nil {
				o, err := Reconcile(c.dir, c.project)
				var foreign *ForeignError
				if !errors.As(err, &foreign) || !slices.Equal(foreign.Files, c.foreign) {
					t.Fatalf("got error %v, want foreign %v", err, c.foreign)
				}
				for _, path := range c.foreign { // diff says so too
					if d := stateOf(t, o, path).difference(); d.Class != Foreign || d.Change != "blocked" || !d.Pending() {
						t.Errorf("%s: %+v", path, d)
					}
				}
				if len(hintsOf(err)) == 0 || !strings.Contains(err.Error(), strings.Join(c.foreign, ", ")) {
					t.Errorf("%v: hints %v", err, hintsOf(err))
				}
				return
			}
			_, o := run(t, c.dir, c.project)
			if got := verbs(o.Changes); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			var conflicts []string
			for _, s := range o.Conflicts() {
				conflicts = append(conflicts, s.Path)
			}
			if !slices.Equal(conflicts, c.conflicts) {
				t.Errorf("got conflicts %v, want %v", conflicts, c.conflicts)
			}
			for _, change := range o.Changes {
				if (change.Op == Remove) != (change.File.Content == nil) {
					t.Errorf("%s of %s with content %q", change.Op, change.File.Path, change.File.Content)
				}
			}
		})
	}
}

// TestReconcileOddDirectory: what is no plain file in the place of one stops the
// run, and a lock cannot lead out of the project.
func TestReconcileOddDirectory(t *testing.T) {
	for _, c := range []struct {
		name string
		dir  fstest.MapFS
	}{
		{"a directory in its place", disk(ComposeFile+"/x", "x")},
		{"a file above it", disk("conf", "x")},
		{"a lock that is a directory", disk(LockFile+"/x", "x")},
		{"a base that is a directory", disk(BaseFile+"/x", "x")},
		{"a file in the place of the base's directory", disk(".rcgen", "x")},
		{"a former file that is a directory now", disk("old/x", "x", LockFile, lockOf("old", "x"))},
		{"a link", fstest.MapFS{ComposeFile: {Data: []byte("conf/a"), Mode: fs.ModeSymlink}}},
		{"an override that is a directory", disk("compose.override.yml/x", "x")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if o, err := Reconcile(c.dir, files(ComposeFile, "new\n", "conf/a", "a\n")); err == nil {
				t.Errorf("got changes %s", verbs(o.Changes))
			}
		})
	}
	dir := disk("../outside", "x", "/etc/passwd", "x", LockFile,
		lockOf("../outside", "x", "/etc/passwd", "x", "a/../../outside", "x"))
	o, _ := Reconcile(dir, files(ComposeFile, "new\n"))
	for _, change := range o.Changes {
		if change.Op == Remove {
			t.Errorf("removes %s", change.File.Path)
		}
	}
}

// TestSeed: the override is made once and is a person's from then on.
func TestSeed(t *testing.T) {
	first, second := files(ComposeFile, "c\n", OverrideFile, "one\n"), files(ComposeFile, "d\n", OverrideFile, "two\n")
	dir, o := run(t, fstest.MapFS{}, first)
	if got := verbs(o.Changes); got != "create compose.override.yaml, create compose.yaml" {
		t.Errorf("first run: %s", got)
	}
	for _, c := range []struct {
		name string
		dir  fstest.MapFS
		want string // of the override afterwards
	}{
		{"untouched", dir, "one\n"},
		{"edited", with(dir, OverrideFile, "mine\n"), "mine\n"},
		{"deleted by hand", without(dir, OverrideFile), "(none)"},
		{"there before rcgen", disk(OverrideFile, "mine\n"), "mine\n"},
		{"there before this version of rcgen", disk(OverrideFile, "mine\n", ComposeFile, "c\n", LockFile,
			lockOf(ComposeFile, "c\n")), "mine\n"},
		{"not there before this version of rcgen", disk(ComposeFile, "c\n", LockFile, lockOf(ComposeFile, "c\n")), "two\n"},
		{"under its other name", disk("compose.override.yml", "mine\n"), "(none)"},
		{"under its other name since", with(without(dir, OverrideFile), "compose.override.yml", "mine\n"), "(none)"},
	} {
		after, o := run(t, c.dir, second)
		if got := text(after, OverrideFile); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := text(after, "compose.override.yml"); got != text(c.dir, "compose.override.yml") {
			t.Errorf("%s: compose.override.yml is %q", c.name, got)
		}
		for _, name := range OverrideFiles { // Compose reads it, so Validate must
			f, ok := o.After.File(name)
			if is := text(after, name); ok != (is != "(none)") || ok && string(f.Content) != is {
				t.Errorf("%s: validates %q for %s, which holds %q", c.name, f.Content, name, is)
			}
		}
		if text(after, ComposeFile) != "d\n" {
			t.Errorf("%s: compose.yaml was not replaced", c.name)
		}
		if again, _ := run(t, without(after, OverrideFile), second); text(again, OverrideFile) != "(none)" {
			t.Errorf("%s: OverrideFile a second time", c.name)
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
