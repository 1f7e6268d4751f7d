package parts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tiny writes a module that builds in a second, and returns its directory.
func tiny(t *testing.T, main string) (Part, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module tiny\n\ngo 1.26.0\n", "go.sum": "", "main.go": main} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Part{Name: "tiny", Dir: "tiny", Package: "tiny"}, dir
}

func TestKey(t *testing.T) {
	p, dir := tiny(t, "package main\n\nfunc main() {}\n")
	key := func(p Part) string {
		t.Helper()
		k, err := p.key(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key(p)
	if first != key(p) {
		t.Error("the same part has two keys")
	}
	seen := map[string]string{first: "nothing"}
	differs := func(what string, p Part) {
		t.Helper()
		k := key(p)
		if same, ok := seen[k]; ok {
			t.Errorf("key with another %s is that with another %s", what, same)
		}
		seen[k] = what
	}
	differs("package", Part{Package: "tiny/cmd"})
	differs("tag", Part{Package: "tiny", Tags: "x"})
	differs("flag", Part{Package: "tiny", LDFlags: "x"})
	t.Run("platform", func(t *testing.T) {
		t.Setenv("GOARCH", "riscv64")
		differs("platform", p)
	})
	for _, name := range []string{"go.sum", "go.mod", "main.go"} {
		change(t, filepath.Join(dir, name))
		differs(name, p)
	}
}

// change appends a comment to a file.
func change(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintln(f, "// changed")
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestDigest(t *testing.T) {
	if digest("ab", "c") == digest("a", "bc") || digest("a", "") == digest("a") {
		t.Error("different strings, the same digest")
	}
}

func TestBuildOnce(t *testing.T) {
	p, dir := tiny(t, "package main\n\nfunc main() {}\n")
	target := filepath.Join(t.TempDir(), "cache", "tiny-1")
	var said []string
	log := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	for range 2 {
		if err := p.build(t.Context(), log, dir, target); err != nil {
			t.Fatal(err)
		}
	}
	if len(said) != 2 || !strings.HasPrefix(said[1], "tiny: built in ") {
		t.Errorf("log: %q", said)
	}
	if static, err := isStatic(target); err != nil || !static {
		t.Errorf("static: %t, %v", static, err)
	}
	left, err := filepath.Glob(target + ".*")
	if err != nil || len(left) != 0 {
		t.Errorf("left: %s, %v", left, err)
	}
}

func TestBuildFails(t *testing.T) {
	p, dir := tiny(t, "package main\n\nfunc main() { undefinedName() }\n")
	target := filepath.Join(t.TempDir(), "tiny-1")
	err := p.build(t.Context(), t.Logf, dir, target)
	if err == nil || !strings.Contains(err.Error(), "undefinedName") {
		t.Errorf("got error %v", err)
	}
	if exists(target) {
		t.Error("a binary is there all the same")
	}
	if _, err := Build(t.Context(), t.Logf, "nginx"); err == nil || !strings.Contains(err.Error(), `"nginx"`) {
		t.Errorf("unknown part: %v", err)
	}
	if _, err := Standin(t.Context(), t.Logf, "./standin/nothing"); err == nil ||
		!strings.Contains(err.Error(), "stand-in ./standin/nothing") {
		t.Errorf("unknown stand-in: %v", err)
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path, func() { t.Error("waited for nobody") })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	waits := 0
	if _, err := lock(ctx, path, func() { waits++ }); !errors.Is(err, context.DeadlineExceeded) || waits != 1 {
		t.Errorf("second lock: %v, said %d times that it waits", err, waits)
	}
	unlock()
	unlock, err = lock(t.Context(), path, func() {})
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

// TestTable holds the table and the wrappers against each other.
func TestTable(t *testing.T) {
	used := map[string]bool{}
	for _, p := range Table() {
		used[p.Dir] = true
		text, err := os.ReadFile(filepath.Join("../../parts", p.Dir, "go.mod"))
		if err != nil {
			t.Error(err)
			continue
		}
		mod := string(text)
		if !strings.HasPrefix(mod, "module rcgen/e2e/parts/"+p.Dir+"\n") {
			t.Errorf("%s: its module has another name", p.Dir)
		}
		ours := p.Package == "rcgen/e2e/parts/"+p.Dir
		if !ours && !strings.Contains(mod, "\ntool "+p.Package+"\n") && !strings.Contains(mod, "\n\t"+p.Package+"\n") {
			t.Errorf("%s: no tool directive for %s", p.Dir, p.Package)
		}
	}
	dirs, err := os.ReadDir("../../parts")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !used[d.Name()] {
			t.Errorf("e2e/parts/%s: no part of the table uses it", d.Name())
		}
	}
}

func TestBusybox(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Busybox(); err == nil || !strings.Contains(err.Error(), "busybox-static") {
		t.Errorf("none there: %v", err)
	}
	if err := os.Symlink("/bin/ls", filepath.Join(os.Getenv("PATH"), "busybox")); err != nil {
		t.Fatal(err)
	}
	if _, err := Busybox(); err == nil || !strings.Contains(err.Error(), "shared libraries") {
		t.Errorf("a dynamic one: %v", err)
	}
}
