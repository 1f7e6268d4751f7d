package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/container"
	"rcgen/internal/doctor"
	"rcgen/internal/engine"
	"rcgen/internal/project"
	"rcgen/internal/redact"
)

func doctorCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "check the host, the files and what runs; exit code 3 when a check fails",
		UsageText: "rcgen doctor [options]\n\n" +
			"   rcgen doctor                          # without a project: the host alone\n" +
			"   rcgen doctor --only running           # a group: host, project or running\n" +
			"   rcgen doctor --only ports --only dns\n" +
			"   DOCKER_CONTEXT=chat1 rcgen doctor     # of another machine\n" +
			"   rcgen doctor --support --format markdown    # for a ticket: what the vendor recommends, point by point",
		Description: "What it prints may be shown to others: paths are cut to their last part, secrets taken out.",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "only", Usage: "the check or group `ID` alone"},
			&cli.BoolFlag{Name: "support", Usage: "lay the project beside what Rocket.Chat recommends; exit code 3 when a point is not met"},
			oldDirFlag(), &cli.StringFlag{Name: "format", Value: "text", Usage: "text, json or, with --support, markdown"},
		},
		Action: func(c *cli.Context) error {
			if c.Bool("support") {
				return runSupport(c, e)
			}
			return runDoctor(c, e)
		},
	}
}

func runDoctor(c *cli.Context, e env) error {
	only := c.StringSlice("only")
	if err := knownChecks(only); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := doctorSources(c, e)
	if err != nil {
		return err
	}
	r := doctor.Run(ctx, s, only)
	if ctx.Err() != nil {
		return errDoctorInterrupted
	}
	if c.String("format") == "json" {
		err = printJSON(e.stdout, r)
	} else {
		err = r.Print(e.stdout)
	}
	if err != nil || r.Worst != doctor.Fail {
		return err
	}
	failed := r.Count(doctor.Fail)
	return findingsError{&generator.Error{What: "doctor: " + counted(failed, "check") + " failed", Hint: "each says how to mend it"}}
}

var errDoctorInterrupted = &generator.Error{What: "doctor: interrupted", Hint: "run it again"}

// knownChecks refuses names that no check and no group has.
func knownChecks(only []string) error {
	known := append([]string{string(doctor.Host), string(doctor.Project), string(doctor.Running)}, doctor.IDs()...)
	for _, id := range only {
		if !slices.Contains(known, id) {
			return flagError("only", id, "one of "+strings.Join(known, ", "))
		}
	}
	return nil
}

// doctorSources are the functions that ask about the project in a directory. Where it
// holds none, the host alone is checked.
func doctorSources(c *cli.Context, e env) (doctor.Sources, error) {
	dir := c.String("dir")
	if _, err := os.Stat(dir); err != nil {
		return doctor.Sources{}, &project.MissingError{Dir: dir, NoDir: true}
	}
	secrets := redactor(dir)
	s := doctor.Sources{Now: e.now, Clean: cleaner(dir, secrets)}
	plan, err := project.ReadPlan(dir)
	var none *project.MissingError
	switch {
	case err == nil:
		s.Plan = &plan
	case !errors.As(err, &none):
		s.Broken = err
	}
	open := openEngine(dir, secrets)
	s.Docker = func(ctx context.Context, args ...string) (string, error) {
		docker, err := doctorEngine(dir, secrets)
		if err != nil {
			return "", err
		}
		return docker.Docker(ctx, args...)
	}
	s.Compose = func(ctx context.Context, args ...string) (string, error) {
		docker, err := open(ctx)
		if err != nil {
			return "", err
		}
		return docker.Compose(ctx, args...)
	}
	s.Containers = func(ctx context.Context) ([]container.Container, error) {
		return doctorContainers(ctx, dir, secrets, s.Plan)
	}
	s.Host, s.Project, s.Running = hostSources(c, e), projectSources(c, e, open), runningSources(c, e)
	return s, nil
}

// openEngine returns what finds Compose once. That there is none is a finding and not
// the end: most can be checked without it.
func openEngine(dir string, secrets redact.Redactor) func(context.Context) (engine.Engine, error) {
	return onceLimited(func(ctx context.Context) (engine.Engine, error) {
		docker, err := doctorEngine(dir, secrets)
		if err != nil {
			return engine.Engine{}, err
		}
		return docker.WithCompose(ctx)
	})
}

// doctorGrace is how long a program has to end when its time is over, so that Run ends
// in its own. It only asks, and so may be cut off.
const doctorGrace = 300 * time.Millisecond

func doctorEngine(dir string, secrets redact.Redactor) (engine.Engine, error) {
	docker, err := engine.WithoutCompose(dir)
	return docker.WithGrace(doctorGrace).WithSecrets(secrets), err
}

// composeLimit is how long Compose may take to say its version, and to read the files
// (assumption: it takes half a second).
const composeLimit = 5 * time.Second

// onceLimited returns a question that is asked once, for it starts processes. It ends
// with the first who asks.
func onceLimited[T any](ask func(context.Context) (T, error)) func(context.Context) (T, error) {
	var once sync.Once
	var value T
	var err error
	return func(ctx context.Context) (T, error) {
		once.Do(func() {
			ctx, cancel := context.WithTimeoutCause(ctx, composeLimit, fmt.Errorf("no answer within %v", composeLimit))
			defer cancel()
			value, err = ask(ctx)
		})
		return value, err
	}
}

func doctorContainers(
	ctx context.Context, dir string, secrets redact.Redactor, plan *generator.Plan,
) ([]container.Container, error) {
	if plan == nil {
		return nil, nil
	}
	docker, err := doctorEngine(dir, secrets)
	if err != nil {
		return nil, err
	}
	all, err := docker.Containers(ctx, plan.Request.Project)
	return slices.DeleteFunc(all, func(c container.Container) bool { return c.OneOff }), err
}
