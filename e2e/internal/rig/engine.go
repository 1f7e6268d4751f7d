// Package rig runs generated projects on a real Docker Engine for the end-to-end
// test, and leaves nothing of its own behind.
package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Engine is the Docker Engine that the test uses, with a Compose plugin.
type Engine struct {
	env  []string
	stop func() error
}

// StartEngine uses the engine that answers, or starts Debian's with settings
// that leave the machine's network alone. compose is a docker-compose binary,
// used where the client has no Compose of its own; dir is a directory for what
// the engine and the client keep.
func StartEngine(ctx context.Context, compose, dir string) (*Engine, error) {
	if _, err := exec.LookPath("docker"); err != nil {
		return nil, errors.New("docker: no client on this machine; on Debian: apt-get install docker.io iptables")
	}
	e := &Engine{env: os.Environ(), stop: func() error { return nil }}
	if err := e.run(ctx, "docker", "compose", "version"); err != nil {
		if err := e.addCompose(compose, dir); err != nil {
			return nil, err
		}
	}
	if e.run(ctx, "docker", "info") == nil {
		return e, nil
	}
	if err := e.startDaemon(ctx, dir); err != nil {
		return nil, err
	}
	return e, nil
}

// addCompose gives the client a configuration directory of the test's own with
// the plugin in it.
func (e *Engine) addCompose(compose, dir string) error {
	plugins := filepath.Join(dir, "docker", "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return err
	}
	e.env = append(e.env, "DOCKER_CONFIG="+filepath.Dir(plugins))
	return os.Symlink(compose, filepath.Join(plugins, "docker-compose"))
}

// startDaemon starts dockerd in a mount namespace of its own, without touching
// iptables or forwarding. Containers then have no way out, which no case needs.
func (e *Engine) startDaemon(ctx context.Context, dir string) error {
	if _, err := exec.LookPath("dockerd"); err != nil {
		return errors.New("docker: no engine answers and there is none to start; on Debian: apt-get install docker.io iptables")
	}
	config := filepath.Join(dir, "daemon.json") // the machine's own may contradict the flags
	if err := os.WriteFile(config, []byte("{}"), 0o600); err != nil {
		return err
	}
	socket := "unix://" + filepath.Join(dir, "docker.sock")
	var log bytes.Buffer
	cmd := exec.Command("unshare", "-m", "--propagation", "shared", "dockerd",
		"--config-file", config, "--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "run"),
		"--pidfile", filepath.Join(dir, "pid"),
		"-H", socket, "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false")
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() error {
		return errors.Join(cmd.Process.Signal(os.Interrupt), <-ended)
	}
	e.env = append(e.env, "DOCKER_HOST="+socket)
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		select {
		case err := <-ended:
			return fmt.Errorf("dockerd: %w\n%s", err, tail(log.String(), 20))
		case <-time.After(200 * time.Millisecond):
		}
		if e.run(ctx, "docker", "info") == nil {
			e.stop = stop
			return nil
		}
	}
	return errors.Join(fmt.Errorf("dockerd: did not answer within 2 minutes\n%s", tail(log.String(), 20)), stop())
}

// Close stops the engine if the test started it.
func (e *Engine) Close() error { return e.stop() }

// Env returns the environment in which docker reaches the engine.
func (e *Engine) Env() []string { return e.env }

func (e *Engine) run(ctx context.Context, name string, args ...string) error {
	_, err := e.output(ctx, "", name, args...)
	return err
}

// output runs a command in dir and returns its standard output. An error holds
// what the command said.
func (e *Engine) output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, e.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, tail(stderr.String(), 30))
	}
	return stdout.String(), nil
}

// tail returns the last n lines.
func tail(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
