package disk

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"rcgen/generator/tree"
)

// tmpfs mounts a file system of 128 KiB and 48 files at dir.
func tmpfs(t *testing.T, dir string) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=128k,nr_inodes=48,mode=755"); err != nil {
		t.Skipf("mounting a tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
}

func TestNoSpace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "chat")
	tmpfs(t, dir)
	fill(t, dir)
	before := contents(t, dir)
	d, err := Open(dir, wait)
	must(t, err)
	defer d.Close()
	big := tree.File{Path: "big", Content: make([]byte, 256<<10), Mode: 0o644}
	err = d.write(append(changes(), tree.Change{Op: tree.Create, File: big}))
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error: got %v, want ENOSPC", err)
	}
	same(t, "after the error", contents(t, dir), before)
	must(t, d.write(changes()))
}

// TestNoSpaceAnywhere lets the space run out a bit earlier each time: first
// after the write is decided, and in the end at its first action.
func TestNoSpaceAnywhere(t *testing.T) {
	deep := []tree.Change{change(tree.Create, "a/b/c/d/x")}
	for _, c := range []struct {
		name    string
		filler  int // bytes
		changes []tree.Change
		want    []string // sorted
	}{
		{"blocks", 4096, changes(), []string{"refused", "written"}},
		{"files", 0, deep, []string{"finished later", "refused", "written"}},
	} {
		seen := make(map[string]int)
		for n := range 34 {
			t.Run(fmt.Sprintf("%s %d", c.name, n), func(t *testing.T) {
				seen[noSpace(t, n, c.filler, c.changes)]++
			})
		}
		t.Logf("%s: %v", c.name, seen)
		if len(seen) == 0 {
			t.Skip("mounting a tmpfs: not possible")
		}
		if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, c.want) {
			t.Errorf("%s: seen %q, want %q", c.name, got, c.want)
		}
	}
}

// noSpace writes with n files of the given size in the way, and returns how it ended.
func noSpace(t *testing.T, n, size int, changes []tree.Change) string {
	t.Helper()
	reference := project(t)
	before := contents(t, reference)
	must(t, writeWith(reference, nil, changes))
	after := contents(t, reference)

	dir := filepath.Join(t.TempDir(), "chat")
	tmpfs(t, dir)
	fill(t, dir)
	for i := range n {
		if os.WriteFile(filler(dir, i), make([]byte, size), 0o644) != nil {
			break // full
		}
	}
	err := writeWith(dir, nil, changes)
	if err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error: got %v, want ENOSPC", err)
	}
	for i := range n {
		must(t, os.RemoveAll(filler(dir, i)))
	}
	_, undecided := os.Lstat(filepath.Join(dir, tmpDir))
	switch {
	case err == nil:
		same(t, "after the write", contents(t, dir), after)
		return "written"
	case undecided != nil:
		same(t, "after the error", contents(t, dir), before)
		return "refused"
	}
	same(t, "after the next open", settled(t, dir), after)
	return "finished later"
}

func filler(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("filler%d", i)) }

func TestAnotherFileSystemInside(t *testing.T) {
	dir := project(t)
	tmpfs(t, filepath.Join(dir, "data"))
	refuses(t, dir, "data: on another file system",
		change(tree.Create, "aaa"), change(tree.Create, "data/sub/x"))
}
