package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/rollout"
)

func applyCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "apply",
		Usage: "make what runs equal to the files, replica by replica",
		UsageText: "rcgen apply [options]\n\n" +
			"   rcgen apply --dry-run         # the steps, and nothing is changed\n" +
			"   rcgen apply --yes\n" +
			"   rcgen apply --allow mongodb   # the database as well, which is otherwise left as it is",
		Description: "It may be interrupted at any step: running it again goes on.",
		Flags:       append(applyFlagList(), oldYesFlag(), oldDryRunFlag(), oldDirFlag(), oldFormatFlag()),
		Action:      func(c *cli.Context) error { return runApply(c, e) },
	}
}

// applyFlagList holds the options that scale --apply has as well.
func applyFlagList() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "max-unavailable", Value: "1", Usage: "change up to `N` replicas at once"},
		&cli.StringFlag{Name: "timeout", Value: "10m", Usage: "a container may take `TIME` to get healthy"}, // the health check's start_period in compose.yaml
		&cli.StringFlag{Name: "drain", Value: "5s", Usage: "requests in flight may take `TIME` before a replica stops"},
		&cli.StringSliceFlag{Name: "allow", Usage: "make the stateful `SERVICE` anew too: mongodb"},
		&cli.BoolFlag{Name: "surge", Usage: "start a second container of the first replica that changes, and stop the old one last", DefaultText: "with several replicas, where there is memory"},
	}
}

func applyOptions(c *cli.Context) (rollout.Options, error) {
	o := rollout.Options{Allow: c.StringSlice("allow"), Surge: c.Bool("surge")}
	var err error
	if o.MaxUnavailable, err = strconv.Atoi(c.String("max-unavailable")); err != nil || o.MaxUnavailable < 1 {
		return o, flagError("max-unavailable", c.String("max-unavailable"), "a whole number from 1 on")
	}
	if o.Timeout, err = time.ParseDuration(c.String("timeout")); err != nil || o.Timeout <= 0 {
		return o, flagError("timeout", c.String("timeout"), "a time like 90s or 10m")
	}
	if o.Drain, err = time.ParseDuration(c.String("drain")); err != nil || o.Drain < 0 {
		return o, flagError("drain", c.String("drain"), "a time like 5s, or 0s")
	}
	return o, nil
}

func runApply(c *cli.Context, e env) error {
	if c.String("format") == "json" && !c.Bool("dry-run") {
		return flagError("format", "json", "--dry-run beside it")
	}
	o, err := applyOptions(c)
	if err != nil {
		return err
	}
	p, err := openProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	a, err := newApplying(c, e, p)
	if err != nil {
		return err
	}
	defer a.release()
	return a.apply(c, o)
}

// apply brings the files into effect.
func (a *applying) apply(c *cli.Context, o rollout.Options) error {
	want, have, err := a.read(c.Context)
	if err != nil {
		return err
	}
	lack, err := a.room(c.Context, &o, c.IsSet("surge"))
	if err != nil {
		return err
	}
	plan, err := rollout.Steps(want, have, o)
	if err != nil {
		return usageError{err}
	}
	if lack != "" && plan.Drains() {
		plan.Notes = append(plan.Notes, lack)
	}
	if err := a.printPlan(c, plan); err != nil || c.Bool("dry-run") {
		return err
	}
	if len(plan.Steps) > 0 {
		if confirm(a.e, c.Bool("yes"), "Run them?") != nil {
			return &generator.Error{What: "apply: nothing that runs was changed", Hint: "answer y, or give --yes; rcgen apply does it at any time"}
		}
		began := time.Now()
		if err := a.run(c.Context, plan, o); err != nil {
			return err
		}
		fmt.Fprintf(a.e.stdout, "\ndone: %s in %s\n", counted(len(plan.Steps), "step"), short(time.Since(began)))
	}
	return a.finish(c.Context)
}

// run makes the steps. A first signal ends the waits and leaves what has not begun,
// a second one ends the process.
func (a *applying) run(ctx context.Context, p rollout.Plan, o rollout.Options) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // the last is a lost ssh session
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	return rollout.Run(ctx, p, o, a.world(o))
}

// printPlan prints the steps, and the notes.
func (a *applying) printPlan(c *cli.Context, p rollout.Plan) error {
	if c.String("format") == "json" {
		return printJSON(a.e.stdout, struct {
			Project string         `json:"project"`
			Steps   []rollout.Step `json:"steps"`
			Notes   []string       `json:"notes"`
		}{a.project.Name, append([]rollout.Step{}, p.Steps...), append([]string{}, p.Notes...)})
	}
	var out strings.Builder
	if len(p.Steps) > 0 {
		fmt.Fprintf(&out, "project %s: %s\n\n", a.project.Name, counted(len(p.Steps), "step"))
		for i, s := range p.Steps {
			fmt.Fprintf(&out, "%2d  %-8s  %s (%s)\n", i+1, s.Action, strings.Join(s.Services, ", "), s.Detail)
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&out, "note: %s\n", n)
	}
	if len(p.Steps) == 0 {
		out.WriteString("nothing to do: what runs is what the files say\n")
	}
	_, err := io.WriteString(a.e.stdout, out.String())
	return err
}

// short writes a time to a tenth of a second.
func short(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }
