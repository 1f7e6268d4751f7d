package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// docker is the client with additions to its environment.
type docker struct{ env []string }

// run returns what docker says. An error of what it reads from comes first: it
// is the reason for docker's own.
func (d docker) run(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Env = append(os.Environ(), d.env...)
	var stdout, stderr bytes.Buffer
	in := &source{Reader: stdin}
	if stdin != nil {
		cmd.Stdin = in
	}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if in.err != nil {
		return "", in.err
	}
	if err != nil && ctx.Err() != nil {
		return "", fmt.Errorf("docker %s: %w", args[0], ctx.Err())
	}
	if err != nil {
		return "", fmt.Errorf("docker %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// source remembers why reading failed.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// labels returns the labels of an image, and whether there is one.
func (d docker) labels(ctx context.Context, ref string) (map[string]string, bool, error) {
	out, err := d.run(ctx, nil, "image", "inspect", "--format", "{{json .Config.Labels}}", ref)
	if err != nil {
		if strings.Contains(strings.ToLower(err.Error()), "no such image") {
			return nil, false, nil
		}
		return nil, false, err
	}
	var labels map[string]string
	if err := json.Unmarshal([]byte(out), &labels); err != nil {
		return nil, false, fmt.Errorf("docker image inspect: %w", err)
	}
	return labels, true, nil
}
