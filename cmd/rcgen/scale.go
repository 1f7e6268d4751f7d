package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/keys"
	"rcgen/internal/project"
)

type scaleOptions struct {
	instances, users *string
	apply            bool
	write            writeOptions
	roll             rollOptions
}

func scaleCommand(e env) *cli.Command {
	var o scaleOptions
	own := []cli.Flag{
		optionFlag(&o.instances, "instances", keys.Lead("instances")),
		optionFlag(&o.users, "users", keys.Lead("users")+"; the instances are planned from them"),
		&cli.BoolFlag{Name: "apply", Destination: &o.apply,
			Usage: "bring it into effect as rcgen apply does; the options below are its own"},
	}
	return &cli.Command{
		Name:  "scale",
		Usage: "change the number of instances, or of users",
		UsageText: "rcgen scale --instances N | --users N [options]\n\n" +
			"   rcgen scale --instances 6     # a count that you state is obeyed\n" +
			"   rcgen scale --users 5000      # instances are planned anew\n" +
			"   rcgen scale --instances 6 --apply    # and start them, or drain and remove them",
		Flags:  append(append(own, o.write.flags()...), o.roll.flags()...),
		Action: validating(func(c *cli.Context) error { return o.run(c.Context, e) }),
	}
}

func (o scaleOptions) run(ctx context.Context, e env) error {
	if (o.instances == nil) == (o.users == nil) {
		return usageError{&fault.Error{
			What: "scale: wants either --instances N or --users N", Hint: "rcgen scale --help shows both",
		}}
	}
	if o.apply && o.write.format == "json" {
		return flagError("format", "json", "no --apply beside it")
	}
	options, err := o.roll.read(o.write.dryRun)
	if err != nil {
		return err
	}
	p, err := project.Open(o.write.dir, project.LockWait)
	if err != nil {
		return err
	}
	defer p.Close()
	before, err := project.Choices{Request: p.Request, Dir: p.Dir}.Plan()
	if err != nil {
		return err
	}
	changed, err := o.resize(p.Request, before.Users)
	if err != nil {
		return err
	}
	if !o.apply || o.write.dryRun {
		o.write.then = thenApply
		return o.write.regenerate(ctx, e, p, changed, &before, o.apply)
	}
	d, err := openDeployment(ctx, e, p, options) // before anything is written
	if err != nil {
		return err
	}
	defer d.Close()
	o.write.then = thenMore
	if err := o.write.regenerate(ctx, e, p, changed, &before, true); err != nil {
		return err
	}
	if err := d.Reload(ctx); err != nil {
		return err
	}
	return applyOptions{yes: o.write.yes}.apply(ctx, e, d)
}

// resize returns rcgen.yaml with the size that was asked for. users are those it has.
func (o scaleOptions) resize(request []byte, users int) ([]byte, error) {
	instances, err := 0, error(nil)
	if o.instances != nil {
		instances, err = positive("instances", *o.instances)
	} else {
		users, err = positive("users", *o.users)
	}
	if err != nil {
		return nil, err
	}
	changed, err := generator.SetSize(request, users, instances)
	if err != nil {
		return nil, usageError{err}
	}
	return changed, nil
}
