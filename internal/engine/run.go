package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"rcgen/generator/fault"
)

// Bounds of what a program may print, in bytes; assumption: the configuration of
// 30 instances has less than 0.2 MiB, and an error is in the first lines.
const (
	maxOutput = 16 << 20
	maxErrors = 64 << 10
)

// errTooLong ends the copying of what a program prints; run tells it in other words.
var errTooLong = errors.New("more output than expected")

// limited keeps up to max bytes. What comes then is dropped, or an error, which
// ends the program by a closed pipe. The buffer is not embedded: io.Copy would
// then read into it past Write, and past every bound.
type limited struct {
	kept bytes.Buffer
	max  int
	drop bool
	full bool
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.max-l.kept.Len())
	l.kept.Write(p[:n])
	l.full = l.full || n < len(p)
	if l.full && !l.drop {
		return n, errTooLong
	}
	return len(p), nil
}

// run starts command with args, gives it stdin and returns its standard output.
func (e Engine) run(ctx context.Context, stdin string, command []string, args ...string) (string, error) {
	argv := slices.Concat(command, args)
	if e.start != nil {
		return e.start(ctx, stdin, argv)
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = e.dir
	cmd.Stdin = strings.NewReader(stdin)
	stdout, stderr := &limited{max: maxOutput}, &limited{max: maxErrors, drop: true}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if e.merged {
		cmd.Stderr = stdout
	}
	if e.inherited != nil {
		cmd.ExtraFiles = []*os.File{e.inherited}
	}
	cmd.WaitDelay = e.grace
	group(cmd)
	err := cmd.Run()
	if ctx.Err() != nil {
		sweep(cmd)
	}
	name := title(command, args)
	switch {
	case err == nil:
		return stdout.kept.String(), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("%s: %w", name, context.Cause(ctx))
	case stdout.full:
		return "", &fault.Error{What: fmt.Sprintf("%s: printed more than %d MiB", name, maxOutput>>20)}
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return "", e.failure(name, exit, stderr.kept.String())
}

// title is what an error calls a command: its subcommand and nothing more, since
// the other arguments may be secrets.
func title(command, args []string) string {
	name := strings.Join(command, " ")
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			return name + " " + a
		}
	}
	return name
}
