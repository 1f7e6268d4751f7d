//go:build unix

package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/generator/fault"
)

// find finds docker and Compose for the project in dir.
func find(ctx context.Context, dir string) (Engine, error) {
	e, err := WithoutCompose(dir)
	if err != nil {
		return Engine{}, err
	}
	return e.WithCompose(ctx)
}

// fake puts shell scripts on PATH, before all else or alone, by the names of the
// programs that they stand for, and returns their directory.
func fake(t *testing.T, alone bool, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := dir
	if !alone {
		path += string(filepath.ListSeparator) + os.Getenv("PATH")
	}
	t.Setenv("PATH", path)
	return dir
}

// wantError checks that err is a *fault.Error with these words in it, and a
// hint with those, where there are any.
func wantError(t *testing.T, err error, what, hint string) {
	t.Helper()
	var failed *fault.Error
	if !errors.As(err, &failed) {
		t.Fatalf("got %v, want a *fault.Error", err)
	}
	if !strings.Contains(failed.What, what) {
		t.Errorf("what: got %q, want %q in it", failed.What, what)
	}
	if !strings.Contains(failed.Hint, hint) || hint == "" && failed.Hint != "" {
		t.Errorf("hint: got %q, want %q in it", failed.Hint, hint)
	}
}
