package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
)

func ejectCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "eject",
		Usage: "leave a plain Compose project that rcgen knows nothing of",
		UsageText: "rcgen eject [options]\n\n" +
			"   rcgen eject --dry-run\n" +
			"   rcgen eject --yes",
		Flags:  []cli.Flag{yesFlag(), dryRunFlag(), dirFlag()},
		Action: validating(func(c *cli.Context) error { return runEject(c, e) }),
	}
}

func runEject(c *cli.Context, e env) error {
	d, requestFile, err := openProject(c)
	if err != nil {
		return err
	}
	defer d.Close()
	_, held, err := generator.ReadRoutes(d.FS())
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return &generator.Error{What: "eject: an apply is unfinished", Hint: "rcgen apply ends it"}
	}
	b, err := job{requestFile: requestFile, current: d.FS(), dir: c.String("dir"), written: true, ejected: true}.reconcile(e)
	if err != nil {
		return err
	}
	valid, err := generator.Eject(d.FS(), b.outcome, b.plan.Host)
	if err != nil {
		return err
	}
	for _, ch := range valid.Changes() {
		fmt.Fprintf(e.stdout, "%-8s %s\n", ch.Verb(), ch.File.Path)
	}
	if c.Bool("dry-run") {
		fmt.Fprintln(e.stdout, "\nnothing was written (--dry-run)")
		return nil
	}
	if err := confirm(c, e, "rcgen can no longer change this project afterwards. Eject it?"); err != nil {
		return err
	}
	if err := d.Write(valid); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, "\nthis is a plain Compose project now: docker compose up -d --wait")
	return nil
}
