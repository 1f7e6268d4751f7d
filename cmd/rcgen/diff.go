package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
	"rcgen/generator/units"
	"rcgen/internal/container"
	"rcgen/internal/project"
)

type diffOptions struct {
	dir, format, envFile string
	edits, running       bool
}

func diffCommand(e env) *cli.Command {
	var o diffOptions
	return &cli.Command{
		Name:  "diff",
		Usage: "show what generate would change, and what you changed",
		UsageText: "rcgen diff [options]\n\n" +
			"   rcgen diff                    # exit code 0: nothing, 3: something\n" +
			"   rcgen diff --edits            # your edits of generated files as well\n" +
			"   rcgen diff --running          # the running containers as well\n" +
			"   rcgen diff --env-file .env.example    # in CI, where the secrets are not",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "edits", Usage: "show your edits of generated files too", Destination: &o.edits},
			&cli.BoolFlag{Name: "running", Usage: "compare the running containers with the files too", Destination: &o.running},
			envFileFlag(&o.envFile), dirFlag(&o.dir), formatFlag(&o.format),
		},
		Action: validating(func(c *cli.Context) error { return o.run(c.Context, e) }),
	}
}

// differences is what diff reports as JSON.
type differences struct {
	Files   []tree.Difference `json:"files"`
	Running []container.Drift `json:"running,omitempty"` // what the containers differ in
}

func (o diffOptions) run(ctx context.Context, e env) error {
	p, err := project.Open(o.dir, project.LockWait)
	if err != nil {
		return err
	}
	defer p.Close()
	envFile, err := checkEnvFile(o.envFile)
	if err != nil {
		return err
	}
	current, err := tree.Settled(p.FS())
	if err != nil {
		return err
	}
	choices := project.Choices{Request: p.Request, Dir: o.dir, EnvFile: envFile, Written: true, Random: e.random}
	b, err := choices.Reconcile(current)
	var foreign *tree.ForeignError
	if err != nil && !errors.As(err, &foreign) { // those are shown
		return err
	}
	report := differences{Files: b.Outcome.Differences()}
	if o.running {
		docker, err := project.Engine(ctx, o.dir)
		if err != nil {
			return err
		}
		if report.Running, err = docker.Drift(ctx); err != nil {
			return err
		}
	}
	if o.format == "json" {
		err = printJSON(e.stdout, report)
	} else {
		err = o.print(e, b.Outcome, report)
	}
	if err != nil {
		return err
	}
	if n := report.pending(); n > 0 {
		return findingsError{&fault.Error{What: "diff: " + units.Count(n, "difference"),
			Hint: "rcgen generate writes the files, rcgen apply brings the containers in line"}}
	}
	return nil
}

func (d differences) pending() int {
	n := len(d.Running)
	for _, f := range d.Files {
		if f.Pending() {
			n++
		}
	}
	return n
}

func (o diffOptions) print(e env, outcome tree.Outcome, d differences) error {
	var out strings.Builder
	for i, f := range d.Files {
		if f.Pending() {
			what := f.Change
			if len(f.Conflicts) > 0 {
				what += " at " + strings.Join(f.Conflicts, ", ")
			}
			fmt.Fprintf(&out, "%s: %s, %s\n%s", f.Path, f.Class, what, f.Diff)
		} else if f.Change == "keep" {
			fmt.Fprintf(&out, "%s: %s, kept as it is\n", f.Path, f.Class)
		}
		if o.edits && i < len(outcome.States) {
			if edits := outcome.States[i].Edits(); edits != "" {
				fmt.Fprintf(&out, "%s: what you changed\n%s", f.Path, edits)
			}
		}
	}
	for _, r := range d.Running {
		fmt.Fprintf(&out, "%s: %s: %s\n", r.Service, r.Kind, r.Detail)
	}
	_, err := io.WriteString(e.stdout, out.String())
	return err
}
