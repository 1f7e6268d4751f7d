//go:build unix

package deploy

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"rcgen/generator/tree"
)

func TestLock(t *testing.T) {
	d, p := stage(t, 2)
	writeFile(t, d.dir, tree.EnvFile, "")
	if _, err := Open(t.Context(), p, d.engine(), defaults, quiet); err == nil {
		t.Fatal("no secrets: got no error")
	}
	writeFile(t, d.dir, tree.EnvFile, envText)
	first, err := Open(t.Context(), p, d.engine(), defaults, quiet) // a refused one has unlocked
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	second := &Deployment{files: p, engine: d.engine()}
	wantError(t, second.lock(ended), "another rcgen is at work here", "wait until it has ended")

	dry := defaults
	dry.DryRun = true
	open(t, d, p, dry)
	first.Close()
	open(t, d, p, defaults)
}

func TestDryRunLeavesNothing(t *testing.T) {
	d, p := stage(t, 2)
	dry := defaults
	dry.DryRun = true
	if _, err := open(t, d, p, dry).Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(d.dir, filepath.Dir(tree.ApplyFile))); !os.IsNotExist(err) {
		t.Errorf("got %v, want no directory .rcgen", err)
	}
	if len(d.calls) > 0 {
		t.Errorf("changed: %q", d.calls)
	}
}
