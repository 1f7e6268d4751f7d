package generator

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rcgen/generator/tree"
	"rcgen/generator/validate"
	"rcgen/internal/golden"
)

// ejected renders an example as a project that goes on without rcgen.
func ejected(t *testing.T, e example) tree.Project {
	t.Helper()
	in := Inputs{Request: []byte(content(t, e.project, tree.RequestFile)), Secrets: fakeSecrets(t, e.plan.Request),
		Ejected: true}
	return must(Render(e.plan, in))(t)
}

// directoryOf returns the directory of an example after rcgen init.
func directoryOf(t *testing.T, e example) fstest.MapFS {
	t.Helper()
	in := Inputs{Request: []byte(content(t, e.project, tree.RequestFile)), Secrets: fakeSecrets(t, e.plan.Request)}
	dir, _ := run(t, fstest.MapFS{}, must(Render(e.plan, in))(t))
	return dir
}

// TestEject: no file speaks of rcgen afterwards but those a person wrote, edits
// survive, and the project is valid.
func TestEject(t *testing.T) {
	const edit = "\n# ours: not for rcgen to touch\n"
	edited := []string{tree.ComposeFile, "traefik/traefik.yaml", "prometheus/prometheus.yaml"}
	for _, e := range examples(t) {
		dir := directoryOf(t, e)
		persons := map[string]string{tree.OverrideFile: "# mine, from before rcgen\nservices: {}\n",
			"notes.md": "what rcgen did\n"}
		for _, path := range edited {
			persons[path] = text(dir, path) + edit
		}
		for path, content := range persons {
			dir = with(dir, path, content)
		}
		dir[tree.EnvFile].Mode = 0o600
		o := must(tree.Reconcile(dir, ejected(t, e)))(t)
		v := must(tree.Eject(dir, o, validate.Outcome(e.plan.Host)))(t)
		after := apply(t, dir, v.Changes())
		for path, f := range after {
			rest := f.Data
			if slices.Contains(edited, path) {
				if rest = bytes.ReplaceAll(rest, []byte(edit), nil); len(rest) == len(f.Data) {
					t.Errorf("%s: %s lost its edit", e.name, path)
				}
			} else if persons[path] != "" || path == tree.EnvFile {
				continue
			}
			if i := bytes.Index(bytes.ToLower(rest), []byte("rcgen")); i >= 0 {
				t.Errorf("%s: %s speaks of rcgen: %q", e.name, path, rest[max(0, i-40):min(len(rest), i+40)])
			}
			if strings.Contains(strings.ToLower(path), "rcgen") {
				t.Errorf("%s: %s is left", e.name, path)
			}
		}
		for _, path := range []string{tree.OverrideFile, "notes.md", tree.EnvFile} {
			if text(after, path) != text(dir, path) {
				t.Errorf("%s: %s was changed", e.name, path)
			}
		}
		project := must(tree.ReadProject(after, tree.EnvFile))(t)
		for _, f := range validate.Files(project, e.plan.Host, validate.Disk{}) {
			t.Errorf("%s: ejected: %s", e.name, f)
		}
	}
}

// TestEjectUntouched: nothing but comments and rcgen's own files differ for Compose.
func TestEjectUntouched(t *testing.T) {
	for _, e := range examples(t) {
		dir := directoryOf(t, e)
		o := must(tree.Reconcile(dir, ejected(t, e)))(t)
		after := apply(t, dir, must(tree.Eject(dir, o, validate.Outcome(e.plan.Host)))(t).Changes())
		was, is := must(tree.ReadProject(dir, tree.EnvFile))(t), must(tree.ReadProject(after, tree.EnvFile))(t)
		a := must(must(composeModel(t, was))(t).MarshalYAML())(t)
		b := must(must(composeModel(t, is))(t).MarshalYAML())(t)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: Compose reads another project, from %s on", e.name, golden.FirstDifference(a, b))
		}
	}
}

func TestEjectRefuses(t *testing.T) {
	e := examples(t)[0]
	dir := directoryOf(t, e)
	first, _, _ := strings.Cut(text(dir, tree.ComposeFile), "\n")
	i := strings.Index(strings.ToLower(text(dir, tree.ComposeFile)), "rcgen")
	if i < 0 {
		t.Fatalf("compose.yaml begins with %q and does not name rcgen: this tests nothing", first)
	}
	edit := text(dir, tree.ComposeFile)[:i] + "OURS" + text(dir, tree.ComposeFile)[i:]
	broken := with(dir, tree.ComposeFile, edit)
	o := must(tree.Reconcile(broken, ejected(t, e)))(t)
	v, err := tree.Eject(broken, o, validate.Outcome(e.plan.Host))
	var conflict *tree.ConflictError
	if !errors.As(err, &conflict) || !conflict.Ejected || conflict.States[0].Path != tree.ComposeFile ||
		len(v.Changes()) > 0 {
		t.Errorf("a conflict: changes %s, error %v", verbs(v.Changes()), err)
	}
	broken = with(dir, tree.OverrideFile, "services:\n  b: {image: b}\n")
	o = must(tree.Reconcile(broken, ejected(t, e)))(t)
	v, err = tree.Eject(broken, o, validate.Outcome(e.plan.Host))
	var found *validate.FindingsError
	if !errors.As(err, &found) || len(v.Changes()) > 0 {
		t.Errorf("an invalid project: changes %s, error %v", verbs(v.Changes()), err)
	}
}

// TestEjectLeavesOutcome: Eject does not change the outcome it is given.
func TestEjectLeavesOutcome(t *testing.T) {
	e := examples(t)[0]
	dir := directoryOf(t, e)
	o := must(tree.Reconcile(dir, ejected(t, e)))(t)
	before := slices.Clone(o.Changes)
	must(tree.Eject(dir, o, validate.Outcome(e.plan.Host)))(t)
	for i, c := range o.Changes {
		if c.Op != before[i].Op || c.File.Path != before[i].File.Path {
			t.Fatalf("change %d is %s of %s, was %s of %s", i, c.Op, c.File.Path, before[i].Op, before[i].File.Path)
		}
	}
}
