package main

import (
	"fmt"
	"path"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
)

func adoptCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "adopt",
		Usage:     "make a generated file yours: rcgen leaves it alone",
		ArgsUsage: "FILE",
		UsageText: "rcgen adopt [options] FILE\n\n" +
			"   rcgen adopt traefik/traefik.yaml\n" +
			"   rcgen adopt --undo traefik/traefik.yaml   # rcgen's again, your changes are merged",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "undo", Usage: "give it back to rcgen"},
			dryRunFlag(), dirFlag(),
		},
		Action: func(c *cli.Context) error { return runAdopt(c, e) },
	}
}

func runAdopt(c *cli.Context, e env) error {
	if c.NArg() != 1 {
		return usageError{&generator.Error{What: "adopt: wants a file", Hint: "rcgen diff lists the generated files"}}
	}
	d, _, err := openProject(c)
	if err != nil {
		return err
	}
	defer d.Close()
	name := path.Clean(filepath.ToSlash(c.Args().First()))
	valid, err := generator.Adopt(d.FS(), name, c.Bool("undo"))
	if err != nil {
		return err
	}
	if !c.Bool("dry-run") {
		if err := d.Write(valid); err != nil {
			return err
		}
	}
	whose := "yours: rcgen leaves it alone"
	if c.Bool("undo") {
		whose = "rcgen's again: the next run merges your changes"
	}
	fmt.Fprintf(e.stdout, "%s: is %s\n", name, whose)
	if c.Bool("dry-run") {
		fmt.Fprintln(e.stdout, "\nnothing was written (--dry-run)")
	}
	return nil
}
