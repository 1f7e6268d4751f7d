package main

import (
	"fmt"
	"path"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
	"rcgen/internal/project"
)

type adoptOptions struct {
	dir          string
	undo, dryRun bool
}

func adoptCommand(e env) *cli.Command {
	var o adoptOptions
	return &cli.Command{
		Name:      "adopt",
		Usage:     "make a generated file yours: rcgen leaves it alone",
		ArgsUsage: "FILE",
		UsageText: "rcgen adopt [options] FILE\n\n" +
			"   rcgen adopt traefik/traefik.yaml\n" +
			"   rcgen adopt --undo traefik/traefik.yaml   # rcgen's again, your changes are merged",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "undo", Usage: "give it back to rcgen", Destination: &o.undo},
			dryRunFlag(&o.dryRun), dirFlag(&o.dir),
		},
		Action: func(c *cli.Context) error { return o.run(e, c.Args().Slice()) },
	}
}

func (o adoptOptions) run(e env, files []string) error {
	if len(files) != 1 {
		return usageError{&fault.Error{What: "adopt: wants a file", Hint: "rcgen diff lists the generated files"}}
	}
	p, err := project.Open(o.dir, project.LockWait)
	if err != nil {
		return err
	}
	defer p.Close()
	name := path.Clean(filepath.ToSlash(files[0]))
	valid, err := tree.Adopt(p.FS(), name, o.undo)
	if err != nil {
		return err
	}
	if !o.dryRun {
		if err := p.Write(valid); err != nil {
			return err
		}
	}
	whose := "yours: rcgen leaves it alone"
	if o.undo {
		whose = "rcgen's again: the next run merges your changes"
	}
	fmt.Fprintf(e.stdout, "%s: is %s\n", name, whose)
	if o.dryRun {
		fmt.Fprintln(e.stdout, "\nnothing was written (--dry-run)")
	}
	return nil
}
