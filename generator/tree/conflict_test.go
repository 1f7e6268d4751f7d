package tree

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// conflicted is a project in which conf/a conflicts, beside a file that is replaced.
func conflicted(t *testing.T) fstest.MapFS {
	t.Helper()
	dir, _ := run(t, fstest.MapFS{}, files("conf/a", v1, "conf/b", v1))
	dir, o := run(t, with(dir, "conf/a", mine), files("conf/a", clash, "conf/b", v2))
	if got := verbs(o.Changes); got != "offer conf/a.rcgen-new, replace conf/b" {
		t.Fatalf("the conflict: %s", got)
	}
	return dir
}

// TestConflictLife: a conflict stays until a person settles it, in one way or another.
func TestConflictLife(t *testing.T) {
	const offer = "conf/a" + NewSuffix
	type turn struct {
		edit    func(fstest.MapFS) fstest.MapFS // by a person, before the run
		want    string                          // of the run; "": no longer needed
		changes string                          // without those of conf/b
		after   string                          // in conf/a
		record  string
	}
	leave := func(dir fstest.MapFS) fstest.MapFS { return dir }
	settle := func(dir fstest.MapFS) fstest.MapFS { return without(dir, offer) }
	put := func(text string) func(fstest.MapFS) fstest.MapFS {
		return func(dir fstest.MapFS) fstest.MapFS { return with(dir, "conf/a", text) }
	}
	const stands = "sha v1, offered clash; base v1; offer clash"
	for _, c := range []struct {
		name  string
		turns []turn
	}{
		{"nothing done", []turn{{leave, clash, "", mine, stands}, {leave, clash, "", mine, stands}}},
		{"rcgen goes on: the offer is refreshed", []turn{
			{leave, clash2, "replace conf/a.rcgen-new", mine, "sha v1, offered clash2; base v1; offer clash2"},
			{settle, clash2, "", mine, "sha clash2; base clash2"},
		}},
		{"rcgen goes back: no conflict any more", []turn{
			{leave, v1, "remove conf/a.rcgen-new", mine, "sha v1; base v1"},
			{leave, v2, "merge conf/a", merged, "sha v2; base v2"},
		}},
		{"offer deleted: settled, and the next change is merged", []turn{
			{settle, clash, "", mine, "sha clash; base clash"},
			{leave, strings.Replace(clash, "f\n", "F\n", 1), "merge conf/a", merged, ""},
		}},
		{"settled, and changed elsewhere in the same run", []turn{
			{settle, clash2, "conflict", mine, "sha clash, offered clash2; base clash; offer clash2"},
			{settle, clash2, "", mine, "sha clash2; base clash2"},
		}},
		{"the offer is moved over the file", []turn{
			{func(dir fstest.MapFS) fstest.MapFS { return settle(put(clash)(dir)) }, clash, "", clash, "sha clash; base clash"},
			{leave, v2, "replace conf/a", v2, "sha v2; base v2"},
		}},
		{"the offer is moved over the file, which is no longer needed then", []turn{
			{func(dir fstest.MapFS) fstest.MapFS { return settle(put(clash)(dir)) }, "", "remove conf/a", "(none)", "unknown"},
		}},
		{"rcgen's text is taken over: the offer goes",
			[]turn{{put(clash), clash, "remove conf/a.rcgen-new", clash, "sha clash; base clash"}}},
		{"the edit is undone", []turn{{put(v1), clash, "replace conf/a, remove conf/a.rcgen-new", clash,
			"sha clash; base clash"}}},
		{"rcgen's text is brought in by hand", []turn{
			{func(dir fstest.MapFS) fstest.MapFS { return settle(put("A\nz\nb\nc\nd\ne\nf\n")(dir)) }, clash, "",
				"A\nz\nb\nc\nd\ne\nf\n", "sha clash; base clash"},
			{leave, strings.Replace(clash, "f\n", "F\n", 1), "merge conf/a", "A\nz\nb\nc\nd\ne\nF\n", ""},
		}},
		{"the file is deleted", []turn{{func(dir fstest.MapFS) fstest.MapFS { return without(dir, "conf/a") }, clash,
			"create conf/a, remove conf/a.rcgen-new", clash, "sha clash; base clash"}}},
		{"no longer needed, then needed again", []turn{
			{leave, "", "remove conf/a.rcgen-new", mine, "sha v1; base v1"},
			{leave, "", "", mine, "sha v1; base v1"},
			{leave, v2, "merge conf/a", merged, "sha v2; base v2"},
		}},
		{"settled while no longer needed, then needed again", []turn{
			{settle, "", "", mine, "sha clash; base clash"},
			{leave, "", "", mine, "sha clash; base clash"},
			{leave, clash, "", mine, "sha clash; base clash"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := conflicted(t)
			for i, turn := range c.turns {
				project := files("conf/b", v2)
				if turn.want != "" {
					project = files("conf/a", turn.want, "conf/b", v2)
				}
				after, o := run(t, turn.edit(dir), project)
				if got := strings.ReplaceAll(verbs(o.Changes), "offer "+offer, "conflict"); got != strings.ReplaceAll(turn.changes,
					"replace "+offer, "conflict") {
					t.Errorf("turn %d: changes %q, want %q", i, got, turn.changes)
				}
				if got := text(after, "conf/a"); got != turn.after {
					t.Errorf("turn %d: conf/a is %q, want %q", i, got, turn.after)
				}
				if got := record(t, after, "conf/a"); turn.record != "" && got != turn.record {
					t.Errorf("turn %d: remembered %q, want %q", i, got, turn.record)
				}
				conflicts := strings.Contains(turn.record, "offered")
				if lies := text(after, offer) != "(none)"; lies != conflicts || len(o.Conflicts()) > 0 != conflicts {
					t.Errorf("turn %d: %d conflicts, an offer lies there: %v", i, len(o.Conflicts()), lies)
				}
				if conflicts && text(after, offer) != turn.want {
					t.Errorf("turn %d: offers %q", i, text(after, offer))
				}
				dir = after
			}
		})
	}
}

// TestConflictForeignOffer: what a person has under the name of an offer is never
// written over: it is in the way where an offer must go there.
func TestConflictForeignOffer(t *testing.T) {
	dir, _ := run(t, fstest.MapFS{}, files("conf/a", v1))
	dir = with(dir, "conf/a", mine, "conf/a.rcgen-new", "notes\n")
	var foreign *ForeignError
	if _, err := Reconcile(dir, files("conf/a", clash)); !errors.As(err, &foreign) ||
		!slices.Equal(foreign.Files, []string{"conf/a.rcgen-new"}) {
		t.Errorf("got error %v", err)
	}
	after, _ := run(t, dir, files("conf/a", v2)) // no conflict, no offer
	if text(after, "conf/a.rcgen-new") != "notes\n" || text(after, "conf/a") != merged {
		t.Errorf("conf/a is %q, the notes are %q", text(after, "conf/a"), text(after, "conf/a.rcgen-new"))
	}
}

// TestConflictEditedOffer: what a person wrote into the offer is kept, whatever
// becomes of the conflict.
func TestConflictEditedOffer(t *testing.T) {
	const own = clash + "mine\n"
	for name, want := range map[string]string{"the same": clash, "changed": clash2, "no conflict": v2, "not needed": ""} {
		dir := with(conflicted(t), "conf/a.rcgen-new", own)
		project := files("conf/b", v2)
		if want != "" {
			project = files("conf/a", want, "conf/b", v2)
		}
		after, o := run(t, dir, project)
		if text(after, "conf/a.rcgen-new") != own {
			t.Errorf("%s: the offer is %q now (%s)", name, text(after, "conf/a.rcgen-new"), verbs(o.Changes))
		}
	}
}

// TestConflictError names files and lines, and says what to do in each case.
func TestConflictError(t *testing.T) {
	dir, _ := run(t, fstest.MapFS{}, files("conf/a", v1, "conf/b", v1))
	dir = with(dir, "conf/a", "A\nb\nc\nd\nE\nF\n", "conf/b", mine)
	o := must(Reconcile(dir, files("conf/a", "z\nb\nc\nd\nx\ny\n", "conf/b", clash)))(t)
	err := &ConflictError{States: o.Conflicts()}
	if msg := err.Error(); msg != "conf/a: line 1, lines 5-6: changed by you and by rcgen; conf/b: line 1: changed by you and by rcgen" {
		t.Errorf("message %q", msg)
	}
	for _, c := range []struct {
		err  *ConflictError
		want []string
	}{
		{err, []string{NewSuffix, "rcgen adopt"}},
		{&ConflictError{States: err.States, Alone: true}, []string{NewSuffix, "nothing else was written"}},
		{&ConflictError{States: err.States, Ejected: true}, []string{"rcgen adopt FILE"}},
	} {
		hints := strings.Join(hintsOf(c.err), "\n")
		for _, want := range c.want {
			if !strings.Contains(hints, want) {
				t.Errorf("%+v: hints %q", c.err, hints)
			}
		}
	}
}

// TestOffers: where the whole would not be valid, the conflicting files get their
// offers and nothing else happens, to the files or to what is remembered of them.
func TestOffers(t *testing.T) {
	first := files("conf/a", v1, "conf/b", v1, "conf/c", v1, "conf/d", v1, "conf/e", v1, "conf/gone", v1, RequestFile, "4")
	dir, _ := run(t, fstest.MapFS{}, first)
	dir, _ = run(t, with(dir, "conf/e", mine), files("conf/a", v1, "conf/b", v1, "conf/c", v1, "conf/d", v1, "conf/e",
		clash, "conf/gone", v1, RequestFile, "4"))
	dir = without(with(dir, "conf/a", mine, "conf/c", mine), "conf/d", "conf/e"+NewSuffix) // conf/e is settled
	second := files("conf/a", clash, "conf/b", v2, "conf/c", v2, "conf/d", v2, "conf/e", clash, "conf/new", v1,
		RequestFile, "6")
	o := must(Reconcile(dir, second))(t)
	v := must(o.Offers(dir))(t)
	if got := verbs(v.Changes()); got != "offer conf/a.rcgen-new" {
		t.Fatalf("changes %s", got)
	}
	after := apply(t, dir, v.Changes())
	for path, want := range map[string]string{
		"conf/a": "sha v1, offered clash; base v1; offer clash", "conf/b": "sha v1; base v1", "conf/c": "sha v1; base v1",
		"conf/d": "sha v1; base v1", "conf/e": "sha clash; base clash", "conf/gone": "sha v1; base v1", "conf/new": "unknown",
	} {
		if got := record(t, after, path); got != want {
			t.Errorf("%s: remembered %q, want %q", path, got, want)
		}
		if text(after, path) != text(dir, path) {
			t.Errorf("%s was changed", path)
		}
	}
	if again := must(must(Reconcile(after, second))(t).Offers(after))(t); len(again.Changes()) > 0 {
		t.Errorf("a second time: %s", verbs(again.Changes()))
	}
	// The rest is done by the run after the settlement.
	final, o := run(t, without(after, "conf/a.rcgen-new"), second)
	if got := verbs(o.Changes); got != "replace conf/b, merge conf/c, create conf/d, remove conf/gone, create conf/new, replace rcgen.yaml" {
		t.Errorf("settled: %s", got)
	}
	if text(final, "conf/a") != mine || text(final, "conf/e") != mine || text(final, "conf/c") != merged {
		t.Errorf("conf/a %q, conf/e %q, conf/c %q", text(final, "conf/a"), text(final, "conf/e"), text(final, "conf/c"))
	}
}
