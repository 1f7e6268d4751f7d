package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// examples are rcgen's own: the tests must fail when a generated project would not
// pass this program.
const examples = "../../../examples"

// project is the medium example.
func project(t *testing.T, change ...replacement) string {
	t.Helper()
	return example(t, filepath.Join(examples, "medium"), change...)
}

// example writes the provisioning files and dashboards of a generated project into
// a directory and gives it. change may replace text in a file.
func example(t *testing.T, from string, change ...replacement) string {
	t.Helper()
	dir := t.TempDir()
	from = filepath.Join(from, "grafana")
	err := filepath.WalkDir(from, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text := strings.ReplaceAll(string(data), "/etc/grafana", dir)
		for _, c := range change {
			if c.file == filepath.Base(rel) {
				if !strings.Contains(text, c.old) {
					t.Fatalf("%s does not contain %q", rel, c.old)
				}
				text = strings.ReplaceAll(text, c.old, c.new)
			}
		}
		return write(filepath.Join(dir, rel), text)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

type replacement struct{ file, old, new string }

func write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}
