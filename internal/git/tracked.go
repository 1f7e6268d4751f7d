package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// ErrNone says that there is nobody to ask: git is not installed, or the directory is
// in no work tree.
var ErrNone = errors.New("no git work tree")

// Tracked returns the files in dir, by their paths from there, that git tracks and a
// pattern matches; in one, * stands for slashes too (gitglossary(7), pathspec). The
// error matches ErrNone, that of ctx, or is what git says.
func Tracked(ctx context.Context, dir string, patterns ...string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", append([]string{"ls-files", "-z", "--"}, patterns...)...)
	cmd.Dir = dir
	cmd.WaitDelay = grace
	cmd.Env = append(os.Environ(), "LC_ALL=C") // its words are read
	out, err := cmd.Output()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return slices.DeleteFunc(strings.Split(string(out), "\x00"), func(name string) bool { return name == "" }), nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("git: %w", ctx.Err())
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("%w: git is not installed", ErrNone)
	case !errors.As(err, &failed):
		return nil, err
	}
	line, _, _ := strings.Cut(strings.TrimPrefix(string(failed.Stderr), "fatal: "), "\n")
	if strings.HasPrefix(line, "not a git repository") ||
		strings.HasPrefix(line, "this operation must be run in a work tree") {
		return nil, ErrNone
	}
	return nil, fmt.Errorf("git: %s", line)
}
