package tree

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestDifferences(t *testing.T) {
	was := files("a/adopted", v1, "a/clash", v1, "a/edited", v1, "a/gone", v1, "a/kept", v1, "a/merged", v1, "a/missing",
		v1, "a/replaced", v1, "a/same", v1)
	dir, _ := run(t, fstest.MapFS{}, was)
	dir = apply(t, dir, must(Adopt(dir, "a/adopted", false))(t).Changes())
	dir = with(without(dir, "a/missing"), "a/adopted", mine, "a/clash", mine, "a/edited", mine, "a/kept", mine, "a/merged",
		mine)
	o := must(Reconcile(dir, files("a/adopted", v2, "a/clash", clash, "a/edited", v1, "a/merged", v2, "a/missing", v1,
		"a/new", "n\n", "a/replaced", v2, "a/same", v1)))(t)
	type row struct {
		class     Class
		change    string
		conflicts string
		diff      []string // lines that the diff must hold; none: there is none
	}
	want := map[string]row{
		"a/adopted":  {Adopted, "keep", "", nil},
		"a/clash":    {Edited, "conflict", "line 1", []string{"--- a/a/clash", "+++ b/a/clash", "-A", "+z"}},
		"a/edited":   {Edited, "keep", "", nil},
		"a/gone":     {Untouched, "remove", "", []string{"--- a/a/gone", "+++ /dev/null", "-a", "-f"}},
		"a/kept":     {Edited, "keep", "", nil},
		"a/merged":   {Edited, "merge", "", []string{"--- a/a/merged", " e", "-f", "+F"}},
		"a/missing":  {Missing, "create", "", []string{"--- /dev/null", "+++ b/a/missing", "+a"}},
		"a/new":      {New, "create", "", []string{"--- /dev/null", "+++ b/a/new", "@@ -0,0 +1,1 @@", "+n"}},
		"a/replaced": {Untouched, "replace", "", []string{"-f", "+F"}},
		"a/same":     {Untouched, "none", "", nil},
	}
	all := slices.DeleteFunc(o.Differences(), func(d Difference) bool {
		own := d.Path == LockFile || d.Path == BaseFile
		if own && (d.Class != Own || d.Change != "replace" || d.Diff != "") {
			t.Errorf("got %+v", d)
		}
		return own
	})
	if len(all) != len(want) {
		t.Errorf("%d differences of %d files", len(all), len(want))
	}
	for i, d := range all {
		w := want[d.Path]
		if d.Class != w.class || d.Change != w.change || strings.Join(d.Conflicts, ", ") != w.conflicts ||
			d.Path != o.States[i].Path {
			t.Errorf("%s: got %+v, want %+v", d.Path, d, w)
		}
		if d.Pending() != (w.diff != nil) || d.Pending() != (d.Diff != "") {
			t.Errorf("%s: pending %v, diff %q", d.Path, d.Pending(), d.Diff)
		}
		for _, line := range w.diff {
			if !strings.Contains("\n"+d.Diff, "\n"+line+"\n") {
				t.Errorf("%s: the diff has no line %q:\n%s", d.Path, line, d.Diff)
			}
		}
	}
}

// TestDifferencesConflict: the diff of a conflict leads to what rcgen would write,
// also where nobody knows what it had written.
func TestDifferencesConflict(t *testing.T) {
	o := must(Reconcile(disk("a", mine, LockFile, lockOf("a", v1)), files("a", v2)))(t)
	d := o.Differences()[0]
	if d.Change != "conflict" || len(d.Conflicts) > 0 || !strings.Contains(d.Diff, "\n+F\n") || !d.Pending() {
		t.Errorf("got %+v", d)
	}
}

// TestDifferencesSecrets: no value of .env is in a diff, whatever becomes of it.
func TestDifferencesSecrets(t *testing.T) {
	const old, added, multi = "hunter2hunter2", "correcthorse", "battery\\nstaple"
	env := "OLD=" + old + "\nGONE=" + old + "\n"
	lock := lockOf(ComposeFile, "c\n")
	for name, c := range map[string]struct{ have, want, names string }{
		"a secret more":         {env, env + "NEW=" + added + "\n", "NEW"},
		"another value":         {env, "OLD=" + added + "\nGONE=" + old + "\n", ""},
		"a secret less":         {env, "OLD=" + old + "\n", ""},
		"new":                   {"", "A=" + added + "\nB=\"" + multi + "\"\n", "A B"},
		"what is there is odd":  {"OLD='" + old + "\nX=" + added + "\n", env, ""},
		"what is wanted is odd": {env, "OLD='" + added + "\n", ""},
		"comments":              {env, "# " + added + "\n" + env, ""},
	} {
		dir := disk(LockFile, lock)
		if c.have != "" {
			dir = with(dir, EnvFile, c.have)
		}
		for _, d := range must(Reconcile(dir, files(ComposeFile, "c\n", EnvFile, c.want)))(t).Differences() {
			for _, value := range []string{old, added, "battery", "staple"} {
				if strings.Contains(string(must(json.Marshal(d))(t)), value) {
					t.Errorf("%s: %s: shows %s:\n%s", name, d.Path, value, d.Diff)
				}
			}
			if d.Path != EnvFile {
				continue
			}
			var names []string
			for line := range strings.Lines(d.Diff) {
				v, _, _ := strings.Cut(strings.TrimPrefix(line, "+"), " ")
				names = append(names, v)
			}
			if got := strings.Join(names, " "); got != c.names || d.Class != Own || !d.Pending() {
				t.Errorf("%s: got %+v, want the names %s", name, d, c.names)
			}
		}
	}
}

// TestDifferenceJSON: the keys are for machines and stay.
func TestDifferenceJSON(t *testing.T) {
	for _, c := range []struct {
		d    Difference
		want string
	}{
		{Difference{Path: "a", Class: Edited, Change: "conflict", Conflicts: []string{"lines 1-2"}, Diff: "d"},
			`{"path":"a","class":"edited","change":"conflict","conflicts":["lines 1-2"],"diff":"d"}`},
		{Difference{Path: "a", Class: Untouched, Change: "none"}, `{"path":"a","class":"untouched","change":"none"}`},
	} {
		if got := string(must(json.Marshal(c.d))(t)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestEdits: what a person changed, seen from what rcgen had made.
func TestEdits(t *testing.T) {
	dir, _ := run(t, fstest.MapFS{}, files("a/adopted", v1, "a/edited", v1, "a/same", v1, "a/adopted-gone", v1, EnvFile,
		"A=secret\n"))
	for _, path := range []string{"a/adopted", "a/adopted-gone"} {
		dir = apply(t, dir, must(Adopt(dir, path, false))(t).Changes())
	}
	dir = with(without(dir, "a/adopted-gone"), "a/adopted", mine, "a/edited", mine, EnvFile, "A=other\n")
	o := must(Reconcile(dir, files("a/adopted", v2, "a/edited", v2, "a/same", v2, "a/adopted-gone", v2, EnvFile,
		"A=other\n")))(t)
	for _, s := range o.States {
		edits := s.Edits()
		want := ""
		if s.Path == "a/adopted" || s.Path == "a/edited" {
			want = "--- a/" + s.Path + "\n+++ b/" + s.Path + "\n@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n d\n"
		}
		if edits != want {
			t.Errorf("%s: got\n%s\nwant\n%s", s.Path, edits, want)
		}
	}
	o = must(Reconcile(without(dir, BaseFile), files("a/edited", v2)))(t)
	if edits := stateOf(t, o, "a/edited").Edits(); edits != "" {
		t.Errorf("without a base:\n%s", edits)
	}
}
