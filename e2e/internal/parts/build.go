package parts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Build returns the binaries of the parts of these names, or of all parts
// without a name. It builds what is not in the cache, one at a time even where
// several processes want to: a single build can use every core.
func Build(ctx context.Context, log func(format string, args ...any), names ...string) (map[string]string, error) {
	chosen, err := choose(names)
	if err != nil {
		return nil, err
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	bin := map[string]string{}
	for _, p := range chosen {
		dir := filepath.Join(root, "parts", p.Dir)
		key, err := p.key(ctx, dir)
		if err != nil {
			return nil, fmt.Errorf("part %s: %w", p.Name, err)
		}
		target := filepath.Join(cache, p.Name+"-"+key)
		if err := p.build(ctx, log, dir, target); err != nil {
			return nil, fmt.Errorf("part %s: %w", p.Name, err)
		}
		bin[p.Name] = target
	}
	return bin, nil
}

// build makes target, unless it exists.
func (p Part) build(ctx context.Context, log func(format string, args ...any), dir, target string) error {
	if exists(target) {
		return nil
	}
	unlock, err := lock(ctx, filepath.Join(filepath.Dir(target), "lock"), func() {
		log("%s: waits for a build of another process", p.Name)
	})
	if err != nil {
		return err
	}
	defer unlock()
	if exists(target) { // the other process made it
		return nil
	}
	log("%s: building from e2e/parts/%s", p.Name, p.Dir)
	start := time.Now()
	if err := compile(ctx, dir, target, p.Package, p.flags()...); err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	log("%s: built in %.0f s, %.1f MB", p.Name, time.Since(start).Seconds(), float64(info.Size())/1e6)
	return nil
}

// flags returns the arguments of go build; the cache's key covers them.
func (p Part) flags() []string {
	return append(common(p.LDFlags), "-tags", p.Tags)
}

// common returns the arguments of every build: the result depends neither on
// where the repository is nor on its state, and GOFLAGS cannot change go.mod.
func common(ldflags string) []string {
	return []string{"-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", strings.TrimSpace("-s -w " + ldflags)}
}

// Standin builds main packages of this module, such as ./standin/mongod, and
// returns the binaries by the last element of the path. Go's own cache makes it
// cheap, so it always runs and what it returns is never old.
func Standin(ctx context.Context, log func(format string, args ...any), packages ...string) (map[string]string, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	// Two checkouts may differ: each has a directory of its own.
	dir := filepath.Join(cache, "standin-"+digest(root))
	unlock, err := lock(ctx, filepath.Join(dir, "lock"), func() {
		log("stand-ins: waits for a build of another process")
	})
	if err != nil {
		return nil, err
	}
	defer unlock()
	bin := map[string]string{}
	for _, p := range packages {
		start, name := time.Now(), path.Base(p)
		target := filepath.Join(dir, name)
		if err := compile(ctx, root, target, p, common("")...); err != nil {
			return nil, fmt.Errorf("stand-in %s: %w", p, err)
		}
		log("%s: built in %.1f s", name, time.Since(start).Seconds())
		bin[name] = target
	}
	return bin, nil
}

// compile builds a main package in dir into target. The caller holds the lock,
// so the file that is renamed at the end is nobody else's; one that a killed
// build left would make go build refuse to write.
func compile(ctx context.Context, dir, target, pkg string, flags ...string) error {
	tmp := target + ".tmp"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	args := append([]string{"build", "-o", tmp}, flags...)
	if _, err := goTool(ctx, dir, append(args, pkg)...); err != nil {
		return err
	}
	return os.Rename(tmp, target)
}

// goTool runs go in dir and returns its standard output. An error ends with the
// last lines of what it said.
func goTool(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	// Interrupted, go ends its compilers; killed, it would leave them behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	// Without cgo a binary needs nothing around it in an image; a workspace of
	// the user's would replace the pinned versions.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil && ctx.Err() != nil {
		return "", fmt.Errorf("go %s: %w", args[0], ctx.Err())
	}
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, tail(stderr.String(), 20))
	}
	return stdout.String(), nil
}

// tail returns the last n lines.
func tail(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
