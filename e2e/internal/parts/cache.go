package parts

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const module = "module rcgen/e2e\n"

// moduleRoot finds this module from the working directory, which is inside it
// under go test, or just above.
func moduleRoot() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		for _, d := range []string{dir, filepath.Join(dir, "e2e")} {
			if text, err := os.ReadFile(filepath.Join(d, "go.mod")); err == nil && strings.HasPrefix(string(text), module) {
				return d, nil
			}
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s: not in rcgen's repository, whose e2e/parts say what to build", wd)
		}
	}
}

// cacheDir returns the directory for binaries, which exists.
func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(base, "rcgen", "parts")
	return dir, os.MkdirAll(dir, 0o755)
}

// key is a hash over everything that decides what the binary is: the wrapper's
// go.mod, go.sum and source, if it has any, the package, the flags, and the Go
// release and platform.
func (p Part) key(ctx context.Context, dir string) (string, error) {
	parts := append([]string{p.Package}, p.flags()...)
	source, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", err
	}
	for _, name := range append([]string{filepath.Join(dir, "go.mod"), filepath.Join(dir, "go.sum")}, source...) {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		parts = append(parts, string(text))
	}
	env, err := goTool(ctx, dir, "env", "GOVERSION", "GOOS", "GOARCH", "GOAMD64", "GOARM64")
	if err != nil {
		return "", err
	}
	return digest(append(parts, env)...), nil
}

// digest is a short hash over strings. The length of each is in it, so that no
// text can move from one to the next unseen.
func digest(parts ...string) string {
	h := sha256.New()
	for _, s := range parts {
		fmt.Fprintf(h, "%d\n%s", len(s), s)
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:16]
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// lock takes the lock file at path, and calls waiting once if another process
// has it. The kernel gives it back when a process ends, however it ends.
func lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for said := false; ; {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			_ = f.Close()
			return nil, &fs.PathError{Op: "lock", Path: path, Err: err}
		}
		if !said {
			waiting()
			said = true
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
