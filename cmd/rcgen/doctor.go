package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"rcgen/generator/fault"
	"rcgen/generator/units"
	"rcgen/internal/doctor"
	"rcgen/internal/inspect"
	"rcgen/internal/project"
)

type doctorOptions struct {
	only        []string // checks and groups; nil: all
	support     bool
	dir, format string
}

func doctorCommand(e env) *cli.Command {
	var o doctorOptions
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
			listFlag(&o.only, "only", "the check or group `ID` alone"),
			&cli.BoolFlag{Name: "support", Destination: &o.support,
				Usage: "lay the project beside what Rocket.Chat recommends; exit code 3 when a point is not met"},
			dirFlag(&o.dir),
			&cli.StringFlag{Name: "format", Value: "text", Destination: &o.format,
				Usage: "text, json or, with --support, markdown"},
		},
		Action: func(c *cli.Context) error {
			ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
			defer stop()
			if o.support {
				return o.runSupport(ctx, e)
			}
			return o.run(ctx, e)
		},
	}
}

func (o doctorOptions) run(ctx context.Context, e env) error {
	if err := checkFormat(o.format, "text", "json"); err != nil {
		return err
	}
	if err := o.checkOnly(); err != nil {
		return err
	}
	s, err := inspect.Doctor(o.dir, e.random, e.detect, e.now)
	if err != nil {
		return err
	}
	r := doctor.Run(ctx, s, o.only)
	if ctx.Err() != nil {
		return errDoctorInterrupted
	}
	if o.format == "json" {
		err = printJSON(e.stdout, r)
	} else {
		err = r.Print(e.stdout)
	}
	if err != nil || r.Worst != doctor.Fail {
		return err
	}
	failed := units.Count(r.Count(doctor.Fail), "check")
	return findingsError{&fault.Error{What: "doctor: " + failed + " failed", Hint: "each says how to mend it"}}
}

var errDoctorInterrupted = &fault.Error{What: "doctor: interrupted", Hint: "run it again"}

// checkOnly refuses names that no check and no group has.
func (o doctorOptions) checkOnly() error {
	known := append([]string{string(doctor.Host), string(doctor.Project), string(doctor.Running)}, doctor.IDs()...)
	for _, id := range o.only {
		if !slices.Contains(known, id) {
			return flagError("only", id, "one of "+strings.Join(known, ", "))
		}
	}
	return nil
}

// runSupport prints how the project stands to the vendor's recommendations.
func (o doctorOptions) runSupport(ctx context.Context, e env) error {
	if err := checkFormat(o.format, "text", "json", "markdown"); err != nil {
		return err
	}
	if o.only != nil {
		return flagError("only", strings.Join(o.only, ","), "no --support beside it, which has points of its own")
	}
	s, err := inspect.Doctor(o.dir, e.random, e.detect, e.now)
	if err != nil {
		return err
	}
	if s.Broken != nil {
		return s.Broken
	}
	if s.Plan == nil {
		return &project.MissingError{Dir: o.dir}
	}
	r := doctor.Support(ctx, s)
	if ctx.Err() != nil {
		return errDoctorInterrupted
	}
	switch o.format {
	case "json":
		err = printJSON(e.stdout, r)
	case "markdown":
		err = r.Markdown(e.stdout)
	default:
		err = r.Print(e.stdout)
	}
	if n := r.Count(doctor.NotMet); err == nil && n > 0 {
		return findingsError{&fault.Error{What: "doctor: " + units.Count(n, "point") + " of the vendor's not met",
			Hint: "each says what is here and where the vendor says so"}}
	}
	return err
}
