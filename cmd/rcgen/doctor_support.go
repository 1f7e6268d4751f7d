package main

import (
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/doctor"
	"rcgen/internal/project"
)

// runSupport prints how the project stands to the vendor's recommendations.
func runSupport(c *cli.Context, e env) error {
	if c.IsSet("only") {
		return flagError("only", strings.Join(c.StringSlice("only"), ","), "no --support beside it, which has points of its own")
	}
	s, err := doctorSources(c, e)
	if err != nil {
		return err
	}
	if s.Broken != nil {
		return s.Broken
	}
	if s.Plan == nil {
		return &project.MissingError{Dir: c.String("dir")}
	}
	ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	r := doctor.Support(ctx, s)
	if ctx.Err() != nil {
		return errDoctorInterrupted
	}
	switch c.String("format") {
	case "json":
		err = printJSON(e.stdout, r)
	case "markdown":
		err = r.Markdown(e.stdout)
	default:
		err = r.Print(e.stdout)
	}
	if n := r.Count(doctor.NotMet); err == nil && n > 0 {
		return findingsError{&generator.Error{What: "doctor: " + counted(n, "point") + " of the vendor's not met", Hint: "each says what is here and where the vendor says so"}}
	}
	return err
}
