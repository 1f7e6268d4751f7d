package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"rcgen/generator/fault"
	"rcgen/generator/units"
	"rcgen/internal/deploy"
	"rcgen/internal/project"
	"rcgen/internal/rollout"
)

type applyOptions struct {
	dir, format string
	yes, dryRun bool
	roll        rollOptions
}

// rollOptions are those of apply that scale --apply has as well.
type rollOptions struct {
	maxUnavailable, timeout, drain string
	allow                          []string
	surge                          *bool
}

func applyCommand(e env) *cli.Command {
	var o applyOptions
	return &cli.Command{
		Name:  "apply",
		Usage: "make what runs equal to the files, replica by replica",
		UsageText: "rcgen apply [options]\n\n" +
			"   rcgen apply --dry-run         # the steps, and nothing is changed\n" +
			"   rcgen apply --yes\n" +
			"   rcgen apply --allow mongodb   # the database as well, which is otherwise left as it is",
		Description: "It may be interrupted at any step: running it again goes on.",
		Flags:       append(o.roll.flags(), yesFlag(&o.yes), dryRunFlag(&o.dryRun), dirFlag(&o.dir), formatFlag(&o.format)),
		Action:      func(c *cli.Context) error { return o.run(c.Context, e) },
	}
}

func (o *rollOptions) flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "max-unavailable", Value: "1", Destination: &o.maxUnavailable,
			Usage: "change up to `N` replicas at once"},
		&cli.StringFlag{Name: "timeout", Value: "10m", Destination: &o.timeout, // compose.yaml's start_period
			Usage: "a container may take `TIME` to get healthy"},
		&cli.StringFlag{Name: "drain", Value: "5s", Destination: &o.drain,
			Usage: "requests in flight may take `TIME` before a replica stops"},
		listFlag(&o.allow, "allow", "make the stateful `SERVICE` anew too: mongodb"),
		&cli.BoolFlag{Name: "surge", DefaultText: "with several replicas, where there is memory",
			Usage:  "start a second container of the first replica that changes, and stop the old one last",
			Action: func(_ *cli.Context, value bool) error { o.surge = &value; return nil }},
	}
}

// read returns the options as an apply takes them.
func (o rollOptions) read(dryRun bool) (deploy.Options, error) {
	d := deploy.Options{DryRun: dryRun, Allow: o.allow, Surge: o.surge}
	var err error
	if d.MaxUnavailable, err = positive("max-unavailable", o.maxUnavailable); err != nil {
		return d, err
	}
	if d.Timeout, err = time.ParseDuration(o.timeout); err != nil || d.Timeout <= 0 {
		return d, flagError("timeout", o.timeout, "a time like 90s or 10m")
	}
	if d.Drain, err = time.ParseDuration(o.drain); err != nil || d.Drain < 0 {
		return d, flagError("drain", o.drain, "a time like 5s, or 0s")
	}
	return d, nil
}

func (o applyOptions) run(ctx context.Context, e env) error {
	if o.format == "json" && !o.dryRun {
		return flagError("format", "json", "--dry-run beside it")
	}
	options, err := o.roll.read(o.dryRun)
	if err != nil {
		return err
	}
	p, err := project.Open(o.dir, project.LockWait)
	if err != nil {
		return err
	}
	defer p.Close()
	d, err := openDeployment(ctx, e, p, options)
	if err != nil {
		return err
	}
	defer d.Close()
	return o.apply(ctx, e, d)
}

// openDeployment prepares an apply whose progress is printed.
func openDeployment(ctx context.Context, e env, p *project.Project, o deploy.Options) (*deploy.Deployment, error) {
	docker, err := project.Engine(ctx, p.Dir)
	if err != nil {
		return nil, err
	}
	return deploy.Open(ctx, p, docker, o, deploy.Report{
		Begin: func(number, of int, s rollout.Step) {
			fmt.Fprintf(e.stderr, "rcgen: %d/%d %s %s\n", number, of, s.Action, strings.Join(s.Services, ", "))
		},
		End: func(number, of int, _ rollout.Step, took time.Duration) {
			fmt.Fprintf(e.stderr, "rcgen: %d/%d done, %s\n", number, of, short(took))
		},
		Tell: func(line string) { fmt.Fprintf(e.stderr, "rcgen: %s\n", line) },
		Log:  func(service, line string) { fmt.Fprintf(e.stderr, "%s | %s\n", service, line) },
	})
}

// apply brings the files into effect.
func (o applyOptions) apply(ctx context.Context, e env, d *deploy.Deployment) error {
	plan, err := d.Plan(ctx)
	var wrong *deploy.OptionError
	if errors.As(err, &wrong) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if err := o.print(e, plan); err != nil || o.dryRun {
		return err
	}
	if len(plan.Steps) > 0 {
		if confirm(e, o.yes, "Run them?") != nil {
			return &fault.Error{
				What: "apply: nothing that runs was changed",
				Hint: "answer y, or give --yes; rcgen apply does it at any time",
			}
		}
		began := time.Now()
		if err := runSteps(ctx, d, plan); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "\ndone: %s in %s\n", units.Count(len(plan.Steps), "step"), short(time.Since(began)))
	}
	return d.Finish(ctx)
}

// runSteps runs a plan. A first signal ends the waits and leaves what has not begun,
// a second one ends the process.
func runSteps(ctx context.Context, d *deploy.Deployment, p deploy.Plan) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // the last is a lost ssh session
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	return d.Run(ctx, p)
}

// print prints the steps, and the notes.
func (o applyOptions) print(e env, p deploy.Plan) error {
	if o.format == "json" {
		return printJSON(e.stdout, struct {
			Project string         `json:"project"`
			Steps   []rollout.Step `json:"steps"`
			Notes   []string       `json:"notes"`
		}{p.Project, append([]rollout.Step{}, p.Steps...), append([]string{}, p.Notes...)})
	}
	var out strings.Builder
	if len(p.Steps) > 0 {
		fmt.Fprintf(&out, "project %s: %s\n\n", p.Project, units.Count(len(p.Steps), "step"))
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
	_, err := io.WriteString(e.stdout, out.String())
	return err
}

// short writes a time to a tenth of a second.
func short(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }
