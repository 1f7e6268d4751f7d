package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
	"rcgen/internal/project"
)

type ejectOptions struct {
	dir         string
	yes, dryRun bool
}

func ejectCommand(e env) *cli.Command {
	var o ejectOptions
	return &cli.Command{
		Name:  "eject",
		Usage: "leave a plain Compose project that rcgen knows nothing of",
		UsageText: "rcgen eject [options]\n\n" +
			"   rcgen eject --dry-run\n" +
			"   rcgen eject --yes",
		Flags:  []cli.Flag{yesFlag(&o.yes), dryRunFlag(&o.dryRun), dirFlag(&o.dir)},
		Action: validating(func(*cli.Context) error { return o.run(e) }),
	}
}

func (o ejectOptions) run(e env) error {
	p, err := project.Open(o.dir, project.LockWait)
	if err != nil {
		return err
	}
	defer p.Close()
	_, held, err := tree.ReadRoutes(p.FS())
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return &fault.Error{What: "eject: an apply is unfinished", Hint: "rcgen apply ends it"}
	}
	choices := project.Choices{Request: p.Request, Dir: o.dir, Written: true, Ejected: true, Random: e.random}
	b, err := choices.Reconcile(p.FS())
	if err != nil {
		return err
	}
	valid, err := tree.Eject(p.FS(), b.Outcome, validate.Outcome(b.Plan.Host))
	if err != nil {
		return err
	}
	for _, ch := range valid.Changes() {
		fmt.Fprintf(e.stdout, "%-8s %s\n", ch.Verb(), ch.File.Path)
	}
	if o.dryRun {
		fmt.Fprintln(e.stdout, "\nnothing was written (--dry-run)")
		return nil
	}
	if err := confirm(e, o.yes, "rcgen can no longer change this project afterwards. Eject it?"); err != nil {
		return err
	}
	if err := p.Write(valid); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, "\nthis is a plain Compose project now: docker compose up -d --wait")
	return nil
}
