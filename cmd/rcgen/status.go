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

	"rcgen/generator/fault"
	"rcgen/generator/units"
	"rcgen/internal/inspect"
	"rcgen/internal/status"
)

// The bounds of --interval: asking takes about three seconds of which docker stats
// measures for two (seen), and who waits for longer than an hour does not watch.
const (
	interval    = 5 * time.Second
	minInterval = time.Second
	maxInterval = time.Hour
)

type statusOptions struct {
	watch       bool
	interval    *time.Duration // between two answers of watch; nil: not given
	dir, format string
}

func statusCommand(e env) *cli.Command {
	var o statusOptions
	return &cli.Command{
		Name:  "status",
		Usage: "show what runs, on one screen; exit code 3 when something is wrong",
		UsageText: "rcgen status [options]\n\n" +
			"   rcgen status\n" +
			"   rcgen status --watch --interval 10s       # until Ctrl-C\n" +
			"   rcgen status --format json                # for a check of yours\n" +
			"   DOCKER_CONTEXT=chat1 rcgen status         # of another machine",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "watch", Aliases: []string{"w"}, Destination: &o.watch,
				Usage: "ask again and again until Ctrl-C"},
			&cli.DurationFlag{Name: "interval", Value: interval, Usage: "`TIME` between two answers of --watch, from 1s to 1h",
				Action: func(_ *cli.Context, every time.Duration) error {
					o.interval = &every
					return nil
				}},
			dirFlag(&o.dir), formatFlag(&o.format),
		},
		Action: func(c *cli.Context) error { return o.run(c.Context, e) },
	}
}

func (o statusOptions) run(ctx context.Context, e env) error {
	every := interval
	if o.interval != nil {
		every = *o.interval
	}
	switch {
	case every < minInterval || every > maxInterval:
		return flagError("interval", every.String(), "a time from 1s to 1h")
	case o.interval != nil && !o.watch:
		return flagError("interval", every.String(), "--watch beside it")
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if o.watch {
		return o.keepAsking(ctx, e, every)
	}
	s, err := inspect.Status(ctx, o.dir, e.random)
	if ctx.Err() != nil {
		err = &fault.Error{What: "status: interrupted", Hint: "run it again"}
	}
	if err != nil {
		return err
	}
	if err := o.print(e.stdout, s); err != nil {
		return err
	}
	if !s.OK {
		return findingsError{&fault.Error{What: "status: " + units.Count(len(s.Wrong), "problem"),
			Hint: "each says what to do"}}
	}
	return nil
}

// keepAsking shows a status after the other until ctx ends. From the second on an error
// is shown too, and asked past: what is away may come back.
func (o statusOptions) keepAsking(ctx context.Context, e env, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	screen := isTerminal(e.stdout)
	for first := true; ; first = false {
		s, err := inspect.Status(ctx, o.dir, e.random)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && first:
			return err
		case screen:
			fmt.Fprint(e.stdout, "\x1b[H\x1b[2J") // home, erase all: ECMA-48, CUP and ED
		case !first && o.format == "text":
			fmt.Fprintln(e.stdout)
		}
		if err != nil {
			report(e, err)
		} else if err := o.print(e.stdout, s); err != nil {
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

func (o statusOptions) print(w io.Writer, s status.Status) error {
	if o.format == "json" {
		return printJSON(w, s)
	}
	return s.Print(w)
}
