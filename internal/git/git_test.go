package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@localhost"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestUncommitted(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	count := func(want int, when string) {
		t.Helper()
		if got := Uncommitted(t.Context(), dir); got != want {
			t.Errorf("%s: %d, want %d", when, got, want)
		}
	}
	count(0, "outside a work tree")
	git(t, dir, "init", "-q")
	write(t, dir, "a", "1")
	write(t, dir, "b", "1")
	count(0, "only files that git does not know")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-qm", "first")
	count(0, "all is committed")
	write(t, dir, "a", "2")
	write(t, dir, "c", "new")
	count(1, "one is changed")
	git(t, dir, "add", "a")
	write(t, dir, "b", "2")
	count(2, "one is staged, one changed")
	if got := Uncommitted(t.Context(), filepath.Join(dir, "missing")); got != 0 {
		t.Errorf("in no directory: %d", got)
	}
}
