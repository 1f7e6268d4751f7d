package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"rcgen/generator"
	"rcgen/internal/project"
	"rcgen/internal/status"
)

// The bounds of --interval: asking takes about three seconds of which docker stats
// measures for two (seen), and who waits for longer than an hour does not watch.
const (
	interval    = 5 * time.Second
	minInterval = time.Second
	maxInterval = time.Hour
)

func statusCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "status",
		Usage: "show what runs, on one screen; exit code 3 when something is wrong",
		UsageText: "rcgen status [options]\n\n" +
			"   rcgen status\n" +
			"   rcgen status --watch --interval 10s       # until Ctrl-C\n" +
			"   rcgen status --format json                # for a check of yours\n" +
			"   DOCKER_CONTEXT=chat1 rcgen status         # of another machine",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "watch", Aliases: []string{"w"}, Usage: "ask again and again until Ctrl-C"},
			&cli.DurationFlag{Name: "interval", Value: interval, Usage: "`TIME` between two answers of --watch, from 1s to 1h"},
			oldDirFlag(), oldFormatFlag(),
		},
		Action: func(c *cli.Context) error { return runStatus(c, e) },
	}
}

func runStatus(c *cli.Context, e env) error {
	every := c.Duration("interval")
	switch {
	case every < minInterval || every > maxInterval:
		return flagError("interval", every.String(), "a time from 1s to 1h")
	case c.IsSet("interval") && !c.Bool("watch"):
		return flagError("interval", every.String(), "--watch beside it")
	}
	ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.Bool("watch") {
		return watch(ctx, c, e, every)
	}
	s, err := askStatus(ctx, c, e)
	if ctx.Err() != nil {
		err = &generator.Error{What: "status: interrupted", Hint: "run it again"}
	}
	if err != nil {
		return err
	}
	if err := printStatus(c, e.stdout, s); err != nil {
		return err
	}
	if !s.OK {
		return findingsError{&generator.Error{What: "status: " + counted(len(s.Wrong), "problem"), Hint: "each says what to do"}}
	}
	return nil
}

// watch shows a status after the other until ctx ends. From the second on an error
// is shown too, and asked past: what is away may come back.
func watch(ctx context.Context, c *cli.Context, e env, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	screen := isTerminal(e.stdout)
	for first := true; ; first = false {
		s, err := askStatus(ctx, c, e)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && first:
			return err
		case screen:
			fmt.Fprint(e.stdout, "\x1b[H\x1b[2J") // home, erase all: ECMA-48, CUP and ED
		case !first && c.String("format") == "text":
			fmt.Fprintln(e.stdout)
		}
		if err != nil {
			report(e, err)
		} else if err := printStatus(c, e.stdout, s); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// isTerminal reports whether what is printed goes to a terminal.
func isTerminal(w io.Writer) bool {
	if s, ok := w.(*sticky); ok {
		w = s.w
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func printStatus(c *cli.Context, w io.Writer, s status.Status) error {
	if c.String("format") == "json" {
		return printJSON(w, s)
	}
	return s.Print(w)
}

// askStatus asks once. It reads rcgen.yaml without the lock: while another rcgen is
// at work, the status is what a person wants to see.
func askStatus(ctx context.Context, c *cli.Context, e env) (status.Status, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, status.Limit, fmt.Errorf("no answer within %v", status.Limit))
	defer cancel()
	plan, err := project.ReadPlan(c.String("dir"))
	if err != nil {
		return status.Status{}, err
	}
	docker, err := newEngine(ctx, c.String("dir"))
	if err != nil {
		return status.Status{}, err
	}
	_, held, err := generator.ReadRoutes(os.DirFS(c.String("dir")))
	if err != nil {
		return status.Status{}, err
	}
	return status.Ask(ctx, status.Sources{
		Unfinished: len(held) > 0,
		Running: func(ctx context.Context) (status.Running, error) {
			return askRunning(ctx, c.String("dir"), docker, plan)
		},
		Files:  func(context.Context) ([]status.FileDrift, error) { return askFiles(c, e) },
		Docker: docker.Docker,
	}, plan)
}
