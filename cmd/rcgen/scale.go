package main

import (
	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/keys"
	"rcgen/internal/project"
)

func scaleCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "scale",
		Usage: "change the number of instances, or of users",
		UsageText: "rcgen scale --instances N | --users N [options]\n\n" +
			"   rcgen scale --instances 6     # a count that you state is obeyed\n" +
			"   rcgen scale --users 5000      # instances are planned anew\n" +
			"   rcgen scale --instances 6 --apply    # and start them, or drain and remove them",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "instances", Usage: keys.Lead("instances")},
			&cli.StringFlag{Name: "users", Usage: keys.Lead("users") + "; the instances are planned from them"},
			&cli.BoolFlag{Name: "apply", Usage: "bring it into effect as rcgen apply does; the options below are its own"},
			secretFlag(new([]string)), envFileFlag(new(string)), strictFlag(new(bool)), oldYesFlag(), oldDryRunFlag(), oldDirFlag(), oldFormatFlag(),
		}, applyFlagList()...),
		Action: validating(func(c *cli.Context) error { return runScale(c, e) }),
	}
}

func runScale(c *cli.Context, e env) error {
	if c.IsSet("instances") == c.IsSet("users") {
		return usageError{&generator.Error{What: "scale: wants either --instances N or --users N", Hint: "rcgen scale --help shows both"}}
	}
	if c.Bool("apply") && c.String("format") == "json" {
		return flagError("format", "json", "no --apply beside it")
	}
	options, err := applyOptions(c)
	if err != nil {
		return err
	}
	p, err := openProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	before, err := project.Choices{Request: p.Request, Dir: p.Dir}.Plan()
	if err != nil {
		return err
	}
	users, instances := before.Users, 0
	if c.IsSet("instances") {
		instances, err = positive("instances", c.String("instances"))
	} else {
		users, err = positive("users", c.String("users"))
	}
	if err != nil {
		return err
	}
	changed, err := generator.SetSize(p.Request, users, instances)
	if err != nil {
		return usageError{err}
	}
	if !c.Bool("apply") || c.Bool("dry-run") {
		return oldWrite(c, thenApply).regenerate(c.Context, e, p, changed, &before, c.Bool("apply"))
	}
	a, err := newApplying(c, e, p) // before anything is written
	if err != nil {
		return err
	}
	defer a.release()
	if err := oldWrite(c, thenMore).regenerate(c.Context, e, p, changed, &before, true); err != nil {
		return err
	}
	if a.project, err = a.engine.Project(c.Context); err != nil {
		return err
	}
	return a.apply(c, options)
}
