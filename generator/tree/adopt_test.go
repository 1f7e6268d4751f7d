package tree

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestAdopt(t *testing.T) {
	dir, _ := run(t, fstest.MapFS{}, files(ComposeFile, "c\n", "conf/a", v1, OverrideFile, "s\n", RequestFile, "r\n",
		EnvFile, "A=b\n"))
	dir, _ = run(t, with(dir, "mine.yaml", "m\n", "compose.override.yaml", "mine\n"),
		files(ComposeFile, "c\n", "conf/a", v1, OverrideFile, "s\n", RequestFile, "r\n", EnvFile, "A=b\n"))
	seededByHand, _ := run(t, disk(OverrideFile, "mine\n"), files(ComposeFile, "c\n", OverrideFile, "s\n"))
	for _, c := range []struct {
		name    string
		dir     fstest.MapFS
		path    string
		back    bool
		changes int
		want    string // in the error
	}{
		{"a generated file", dir, "conf/a", false, 1, ""},
		{"one that is not adopted, back", dir, "conf/a", true, 0, ""},
		{"one that is a person's already", dir, OverrideFile, false, 0, ""},
		{"a person's own", dir, "mine.yaml", false, 0, "mine.yaml: is no generated file"},
		{"one that is not there", dir, "conf/b", false, 0, "conf/b: is no generated file"},
		{"a directory", dir, "conf", false, 0, "conf: is no generated file"},
		{"rcgen.yaml", dir, RequestFile, false, 0, "rcgen.yaml: is no generated file"},
		{"the secrets", dir, EnvFile, false, 0, ".env: is no generated file"},
		{"the lock", dir, LockFile, false, 0, "rcgen.lock: is no generated file"},
		{"the base", dir, BaseFile, false, 0, BaseFile + ": is no generated file"},
		{"a way out", dir, "../conf/a", false, 0, "is no generated file"},
		{"without a project", disk(), "conf/a", false, 0, "conf/a: is no generated file"},
		{"back, what rcgen never wrote", seededByHand, OverrideFile, true, 0, "was yours from the beginning"},
		{"with a lock of a newer rcgen", with(dir, LockFile, "version: 9\nrcgen: 9.9.9\n"), "conf/a", false, 0, "9.9.9"},
	} {
		v, err := Adopt(c.dir, c.path, c.back)
		if c.want == "" && err != nil || c.want != "" &&
			(err == nil || !strings.Contains(err.Error(), c.want) || len(hintsOf(err)) == 0) {
			t.Errorf("%s: error %v with hints %v, want %q", c.name, err, hintsOf(err), c.want)
		}
		if len(v.Changes()) != c.changes {
			t.Errorf("%s: changes %v", c.name, v.Changes())
		}
		if after := apply(t, c.dir, v.Changes()); len(without(after, LockFile)) != len(without(c.dir, LockFile)) {
			t.Errorf("%s: files came or went", c.name)
		}
	}
}

// TestAdoptLife: an adopted file is a person's through any change, and given back it
// is merged upon what rcgen had made before.
func TestAdoptLife(t *testing.T) {
	dir, _ := run(t, fstest.MapFS{}, files("conf/a", v1))
	dir = with(apply(t, dir, must(Adopt(dir, "conf/a", false))(t).Changes()), "conf/a", mine)
	for _, want := range []string{v1, clash, v2} {
		var o Outcome
		if dir, o = run(t, dir, files("conf/a", want)); verbs(o.Changes) != "" || text(dir, "conf/a") != mine {
			t.Errorf("adopted: %s, %q", verbs(o.Changes), text(dir, "conf/a"))
		}
	}
	dir, _ = run(t, dir, files("conf/b", v1)) // not needed for a while
	dir = apply(t, dir, must(Adopt(dir, "conf/a", true))(t).Changes())
	if text(dir, "conf/a") != mine {
		t.Errorf("given back: %q", text(dir, "conf/a"))
	}
	dir, o := run(t, dir, files("conf/a", v2, "conf/b", v1))
	if verbs(o.Changes) != "merge conf/a" || text(dir, "conf/a") != merged ||
		record(t, dir, "conf/a") != "sha v2; base v2" {
		t.Errorf("after that: %s, %q, %s", verbs(o.Changes), text(dir, "conf/a"), record(t, dir, "conf/a"))
	}
}

// TestAdoptConflict: adopting settles a conflict, and the offer goes with it.
func TestAdoptConflict(t *testing.T) {
	dir := conflicted(t)
	v := must(Adopt(dir, "conf/a", false))(t)
	after := apply(t, dir, v.Changes())
	if verbs(v.Changes()) != "remove conf/a.rcgen-new" || text(after, "conf/a") != mine {
		t.Errorf("%s, %q", verbs(v.Changes()), text(after, "conf/a"))
	}
	after, o := run(t, after, files("conf/a", clash2, "conf/b", v2))
	if len(o.Conflicts()) > 0 || verbs(o.Changes) != "" || record(t, after, "conf/a") != "sha v1, adopted; base v1" {
		t.Errorf("the next run: %s, %s", verbs(o.Changes), record(t, after, "conf/a"))
	}
	own := with(dir, "conf/a.rcgen-new", "notes\n")
	after = apply(t, own, must(Adopt(own, "conf/a", false))(t).Changes())
	if text(after, "conf/a.rcgen-new") != "notes\n" {
		t.Errorf("what a person wrote into the offer: %q", text(after, "conf/a.rcgen-new"))
	}
}

// TestAdoptFirstFormat: the lock of the first rcgen is enough to adopt a file.
func TestAdoptFirstFormat(t *testing.T) {
	dir := disk("conf/a", mine, "conf/b", v1, LockFile, lockOf("conf/a", v1, "conf/b", v1))
	dir = apply(t, dir, must(Adopt(dir, "conf/a", false))(t).Changes())
	after, o := run(t, dir, files("conf/a", v2, "conf/b", v2))
	if verbs(o.Changes) != "replace conf/b" || text(after, "conf/a") != mine {
		t.Errorf("%s, conf/a is %q", verbs(o.Changes), text(after, "conf/a"))
	}
}

// TestAdoptSorted: changes are sorted by path, also where the offer comes after the lock.
func TestAdoptSorted(t *testing.T) {
	dir, _ := run(t, fstest.MapFS{}, files("traefik/t", v1))
	dir, _ = run(t, with(dir, "traefik/t", mine), files("traefik/t", clash))
	apply(t, dir, must(Adopt(dir, "traefik/t", false))(t).Changes())
}

// TestAdoptSeed: a OverrideFile file was a person's from the beginning.
func TestAdoptSeed(t *testing.T) {
	dir, _ := run(t, fstest.MapFS{}, files(OverrideFile, v1))
	if v, err := Adopt(dir, OverrideFile, true); err == nil || !strings.Contains(err.Error(), "yours from the beginning") {
		t.Errorf("got changes %v, error %v", v.Changes(), err)
	}
}
