package disk

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"rcgen/generator/tree"
)

// benchFiles are thirty files in six directories, about what a project has.
func benchFiles(op tree.Op) []tree.Change {
	var all []tree.Change
	for i := range 30 {
		all = append(all, tree.Change{Op: op, File: tree.File{
			Path:    fmt.Sprintf("dir%d/file%d", i%6, i),
			Content: bytes.Repeat([]byte{byte('a' + i%26)}, 12<<10),
			Mode:    0o644,
		}})
	}
	return all
}

// benchDir returns a directory with those files. TMPDIR names the disk to measure.
func benchDir(b *testing.B) *Dir {
	b.Helper()
	d, err := Create(filepath.Join(b.TempDir(), "chat"), wait)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	if err := d.write(benchFiles(tree.Create)); err != nil {
		b.Fatal(err)
	}
	return d
}

func BenchmarkWrite(b *testing.B) {
	d := benchDir(b)
	changes := benchFiles(tree.Replace)
	for b.Loop() {
		if err := d.write(changes); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStage is what may overlap with validation, and BenchmarkCommit what remains
// after the approval.
func BenchmarkStage(b *testing.B) {
	d := benchDir(b)
	changes := benchFiles(tree.Replace)
	for b.Loop() {
		s, err := d.Stage(changes)
		b.StopTimer()
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Discard(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

func BenchmarkCommit(b *testing.B) {
	d := benchDir(b)
	changes := benchFiles(tree.Replace)
	for b.Loop() {
		b.StopTimer()
		s, err := d.Stage(changes)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := s.commit(changes); err != nil {
			b.Fatal(err)
		}
	}
}
