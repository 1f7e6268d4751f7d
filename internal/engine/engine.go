// Package engine drives the operator's own docker and docker compose, so that contexts,
// plugins and credentials work as they have them, and compares the containers of a project
// with its files.
//
// It starts the programs with the environment of rcgen in the project's directory, where
// Compose finds its files by its own rules. The caller ensures that compose.yaml exists,
// since Compose would look in the parents next.
//
// What belongs here: one method for each question or change. What does not: the order of
// changes (internal/rollout), guards (internal/deploy) and verdicts (internal/doctor,
// internal/status).
package engine

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"rcgen/generator/fault"
	"rcgen/internal/redact"
)

// grace is how long a program may take to end after SIGTERM: as long as the
// engine itself gives a container
// (https://docs.docker.com/reference/cli/docker/container/stop/).
const grace = 10 * time.Second

// Engine asks Docker and Docker Compose about one project. It may be copied and
// used by several goroutines.
type Engine struct {
	dir     string   // the project's directory
	docker  []string // the command and its first arguments
	compose []string
	grace   time.Duration
	secrets redact.Redactor // of the project, which no error shows

	inherited *os.File // held by each program that is started; nil: nothing
	merged    bool     // standard error is output as well

	// start stands in for the programs; nil: they are started.
	start func(ctx context.Context, stdin string, argv []string) (string, error)
}

// WithCompose returns e with Compose: the plugin `docker compose`, or else a standalone
// docker-compose of version 2 or later. It does not ask the engine. The error is a
// *fault.Error when both are missing, or matches that of ctx.
func (e Engine) WithCompose(ctx context.Context) (Engine, error) {
	_, err := e.run(ctx, "", []string{"docker", "compose"}, "version", "--short")
	if err == nil {
		e.compose = []string{"docker", "compose"}
		return e, nil
	}
	if ctx.Err() != nil {
		return Engine{}, err
	}
	if e.compose, err = e.standalone(ctx, err); err != nil {
		return Engine{}, err
	}
	return e, nil
}

// WithoutCompose finds docker alone for the project in dir: what needs Compose must not be
// called. The error is a *fault.Error when docker is missing.
func WithoutCompose(dir string) (Engine, error) {
	if _, err := exec.LookPath("docker"); err != nil {
		return Engine{}, &fault.Error{
			What: "docker: not found on PATH",
			Hint: "install Docker Engine (https://docs.docker.com/engine/install/), or run this on the machine that has it",
		}
	}
	return Engine{dir: dir, docker: []string{"docker"}, grace: grace}, nil
}

// WithGrace returns an Engine whose programs have d to end after SIGTERM, instead of
// ten seconds: for one that only asks.
func (e Engine) WithGrace(d time.Duration) Engine {
	e.grace = d
	return e
}

// WithSecrets returns an Engine that takes a project's secrets out of its errors and of
// logs. Without it, only what is a secret by its place is taken out.
func (e Engine) WithSecrets(r redact.Redactor) Engine {
	e.secrets = r
	return e
}

// standalone returns the command docker-compose when it is version 2 or later.
// plugin is why `docker compose` does not work.
func (e Engine) standalone(ctx context.Context, plugin error) ([]string, error) {
	const hint = "install the plugin: https://docs.docker.com/compose/install/linux/"
	if _, err := exec.LookPath("docker-compose"); err != nil {
		return nil, missingPlugin(plugin, hint)
	}
	command := []string{"docker-compose"}
	out, err := e.run(ctx, "", command, "version", "--short")
	if ctx.Err() != nil {
		return nil, err
	}
	version := strings.TrimSpace(e.shown(out))
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if n, bad := strconv.Atoi(major); err != nil || bad != nil {
		return nil, missingPlugin(plugin, hint)
	} else if n < 2 {
		return nil, &fault.Error{What: "docker-compose: version " + version + " is too old, 2 or later is needed", Hint: hint}
	}
	return command, nil
}

// missingPlugin is the error for a docker without Compose. Where the plugin is
// there and fails, its own words say more.
func missingPlugin(err error, hint string) error {
	var failed *fault.Error
	unknown := []string{"unknown command", "is not a docker command", "unknown flag", "unknown shorthand flag"}
	if errors.As(err, &failed) && !containsAny(failed.What, unknown) {
		return failed
	}
	return &fault.Error{What: "docker compose: docker has no such plugin", Hint: hint}
}

// Compose runs `docker compose` with args in the project's directory and returns
// its standard output, of at most 16 MiB. What it prints may hold secrets:
// `config` prints the environment of every service. A flag before the subcommand
// is written as one word, "--profile=*", for the errors name the first word that
// is no flag. They are *fault.Error, quoting one line of standard error
// without secrets, or match the error of ctx, whose end is SIGTERM to
// Compose and SIGKILL ten seconds later.
func (e Engine) Compose(ctx context.Context, args ...string) (string, error) {
	return e.run(ctx, "", e.compose, args...)
}

// Docker runs docker with args, as Compose does.
func (e Engine) Docker(ctx context.Context, args ...string) (string, error) {
	return e.run(ctx, "", e.docker, args...)
}
