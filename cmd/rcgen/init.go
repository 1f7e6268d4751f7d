package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/internal/project"
)

type initOptions struct {
	users   *string
	request requestOptions
	write   writeOptions
}

func initCommand(e env) *cli.Command {
	o := initOptions{write: writeOptions{then: thenStart}}
	flags := append([]cli.Flag{keyFlag(&o.users, "users")}, o.request.flags()...)
	return &cli.Command{
		Name:  "init",
		Usage: "make a project for a number of users",
		UsageText: "rcgen init --users N [options]\n\n" +
			"   rcgen init --users 50                                   # a first try: http://localhost\n" +
			"   rcgen init --users 3000 --domain chat.yourcompany.com --acme-email ops@yourcompany.com\n" +
			"   rcgen init --users 3000 --cores 8 --memory 32GiB        # planned here for a machine there\n" +
			"   rcgen init --users 800 --edition community              # without a licence",
		Flags: append(flags, secretFlag(&o.write.secrets), strictFlag(&o.write.strict), dryRunFlag(&o.write.dryRun),
			dirFlag(&o.write.dir), formatFlag(&o.write.format)),
		Action: validating(func(c *cli.Context) error { return o.run(c.Context, e) }),
	}
}

func (o initOptions) run(ctx context.Context, e env) error {
	r, err := o.newRequest(ctx, e)
	if err != nil {
		return err
	}
	c := project.Choices{Dir: o.write.dir, Random: e.random, Stage: o.write.stage(e, false)}
	if c.Secrets, err = readSecrets(o.write.secrets, o.request.mongoURLFile); err != nil {
		return err
	}
	if c.Profile, err = project.PlaceProfile(o.write.dir, &r); err != nil {
		return usageError{err}
	}
	if c.Request, err = generator.NewRequestFile(r); err != nil {
		return err
	}
	p, err := project.Create(o.write.dir)
	if err != nil {
		return err
	}
	defer p.Close()
	b, err := p.Build(c)
	if err != nil {
		return err
	}
	b.Plan.Host.Source = r.Host.Source
	return o.write.finish(ctx, e, p, b, nil)
}

// newProject is the request to which options and answers are applied.
func newProject() generator.Request {
	return generator.Request{
		Version: generator.RequestVersion,
		Project: "rocketchat",
		Release: catalog.DefaultRelease,
		Domain:  generator.Localhost,
		TLS:     generator.TLS{Mode: generator.TLSOff},
	}
}

// newRequest makes a request from the options, and from answers if the number of users
// was not given.
func (o initOptions) newRequest(ctx context.Context, e env) (r generator.Request, err error) {
	r = newProject()
	if err := o.request.apply(&r); err != nil {
		return r, err
	}
	switch {
	case o.users != nil:
		if r.Users, err = positive("users", *o.users); err != nil {
			return r, err
		}
		r.Host, err = o.request.host.read(ctx, e, stack.Host{})
	case e.terminal:
		err = o.ask(ctx, e, &r)
	default:
		err = usageError{&fault.Error{
			What: "init: wants --users N", Hint: "count every account that will exist, like rcgen init --users 3000",
		}}
	}
	if err != nil {
		return r, err
	}
	if err := r.Check(); err != nil {
		return r, usageError{err}
	}
	return r, nil
}
