package templates_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"testing"

	"rcgen/templates"
)

// TestEmbedded compares what is embedded with the folder: every file but Go's, so that no
// test becomes part of a project and no template is forgotten.
func TestEmbedded(t *testing.T) {
	here, embedded := files(t, os.DirFS(".")), files(t, templates.FS)
	here = slices.DeleteFunc(here, func(name string) bool { return path.Ext(name) == ".go" })
	if !slices.Equal(embedded, here) {
		t.Errorf("embedded: %q\nhere: %q", embedded, here)
	}
}

func files(t *testing.T, root fs.FS) (names []string) {
	t.Helper()
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
