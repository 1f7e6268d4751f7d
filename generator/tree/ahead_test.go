package tree

import (
	"bytes"
	"testing"
	"testing/fstest"
)

// TestAhead: what is loaded ahead is what Reconcile makes of the same files.
func TestAhead(t *testing.T) {
	const c1, c2 = "services:\n  a: {}\n", "services:\n  a: {}\n  b: {}\n"
	project := files(ComposeFile, c2, OverrideFile, "# yours\n", EnvFile, "A=1\n", "conf/a", "x\n")
	written, _ := run(t, fstest.MapFS{}, files(ComposeFile, c1, OverrideFile, "# yours\n", EnvFile, "A=1\n", "conf/a",
		"x\n"))
	for name, dir := range map[string]fstest.MapFS{
		"new":                {},
		"as it was written":  written,
		"edited":             with(written, ComposeFile, "# mine\n"+c1),
		"in conflict":        with(written, ComposeFile, "services:\n  a: {}\n  c: {}\n"),
		"with an override":   with(written, OverrideFile, "services: {}\n"),
		"without the seed":   without(written, OverrideFile),
		"of the other name":  with(without(written, OverrideFile), "compose.override.yml", "services: {}\n"),
		"without compose":    without(written, ComposeFile),
		"without its record": without(written, BaseFile),
	} {
		o := must(Reconcile(dir, project))(t)
		ahead := must(must(ReadRecords(dir))(t).Ahead(project.Files[:3]))(t)
		for _, path := range []string{ComposeFile, OverrideFile, "compose.override.yml", EnvFile} {
			want, there := o.After.File(path)
			got, has := ahead.File(path)
			if there != has || !bytes.Equal(got.Content, want.Content) {
				t.Errorf("%s: %s is %q (%v), want %q (%v)", name, path, got.Content, has, want.Content, there)
			}
		}
	}
}

// TestAheadStandIn: a file that is read instead of .env takes its place here too.
func TestAheadStandIn(t *testing.T) {
	project := files(ComposeFile, "a\n", EnvFile, "A=fake\n")
	i := 0
	if project.Files[i].Path != EnvFile {
		i = 1
	}
	project.Files[i].From = EnvExample
	ahead := must(must(ReadRecords(fstest.MapFS{}))(t).Ahead(project.Files))(t)
	if got, ok := ahead.File(EnvFile); !ok || string(got.Content) != "A=fake\n" {
		t.Errorf("got %+v", got)
	}
}
