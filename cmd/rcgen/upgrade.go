package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/keys"
	"rcgen/generator/units"
	"rcgen/internal/inspect"
	"rcgen/internal/project"
)

type upgradeOptions struct {
	release, mongoDB      *string
	plan, allowPrerelease bool
	write                 writeOptions
}

func upgradeCommand(e env) *cli.Command {
	o := upgradeOptions{write: writeOptions{then: thenMore}}
	example := "rcgen upgrade --release " + catalog.DefaultRelease
	return &cli.Command{
		Name:  "upgrade",
		Usage: "go to another release of Rocket.Chat, step by step",
		UsageText: "rcgen upgrade --release X [options]\n\n" +
			"   " + example + " --plan    # every step with its commands, and nothing is written\n" +
			"   " + example + "           # write the first step; run it again for the next",
		Description: "It looks at what runs, where something runs, and else at rcgen.yaml. The step that it writes\n" +
			"takes effect by rcgen apply, or by docker compose.",
		Flags: append([]cli.Flag{
			optionFlag(&o.release, "release", keys.Lead("release")+" to end at; rcgen releases lists them"),
			&cli.BoolFlag{Name: "plan", Usage: "show the steps, write nothing", Destination: &o.plan},
			&cli.BoolFlag{Name: "allow-prerelease", Usage: "go to a release candidate", Destination: &o.allowPrerelease},
			optionFlag(&o.mongoDB, "mongodb", "`VERSION` of MongoDB that runs, like 8.0, where it is a replica set of your own"),
		}, o.write.flags()...),
		Action: validating(func(c *cli.Context) error { return o.run(c.Context, e) }),
	}
}

func (o upgradeOptions) run(ctx context.Context, e env) error {
	switch {
	case o.release == nil:
		return usageError{&fault.Error{What: "upgrade: wants --release VERSION",
			Hint: "rcgen releases lists them; the default is " + catalog.DefaultRelease}}
	case o.mongoDB != nil && !catalog.IsMongoDBVersion(*o.mongoDB):
		return flagError("mongodb", *o.mongoDB, "a version like 8.0")
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
	s, l, err := o.ladder(ctx, p.Dir, before)
	if err != nil {
		return err
	}
	if o.plan {
		noteState(e, s)
		return o.print(e, l, "")
	}
	to, err := l.Target()
	if err != nil {
		return err
	}
	changed, err := generator.SetRelease(p.Request, to.Release, to.MongoDB)
	if err != nil {
		return err
	}
	noteState(e, s)
	if err := o.write.regenerate(ctx, e, p, changed, &before, false); err != nil || o.write.format == "json" {
		return err
	}
	if o.write.dryRun {
		return o.print(e, l, "")
	}
	return o.print(e, l, l.Next())
}

// ladder returns the steps from the versions that run.
func (o upgradeOptions) ladder(
	ctx context.Context, dir string, before generator.Plan,
) (inspect.State, catalog.Ladder, error) {
	s, err := inspect.Versions(ctx, dir, before, o.mongoDB)
	if err != nil {
		return s, catalog.Ladder{}, err
	}
	l, err := catalog.NewLadder(catalog.UpgradeRequest{
		From: s.Deployment, Source: s.Source,
		Release: *o.release, AllowPrerelease: o.allowPrerelease, Write: !o.plan && !o.write.dryRun,
	}, before.Site())
	return s, l, err
}

// noteState says what is to be known of how the versions were read. An error comes first.
func noteState(e env, s inspect.State) {
	for _, n := range s.Notes {
		fmt.Fprintf(e.stderr, "rcgen: note: %s\n", n)
	}
}

// print prints the steps, and what to do next.
func (o upgradeOptions) print(e env, l catalog.Ladder, next string) error {
	if o.write.format == "json" {
		return printJSON(e.stdout, l)
	}
	var out strings.Builder
	if len(l.Steps) == 0 {
		fmt.Fprintf(&out, "nothing to upgrade: Rocket.Chat %s with MongoDB %s (%s)\n",
			l.From.Release, l.From.MongoDB, l.State)
	} else {
		fmt.Fprintf(&out, "Rocket.Chat %s with MongoDB %s (%s) to %s with MongoDB %s: %s, in %s\n",
			l.From.Release, l.From.MongoDB, l.State, l.To.Release, l.To.MongoDB,
			units.Count(len(l.Steps), "step"), quoted(o.write.dir))
	}
	for _, r := range l.Steps {
		fmt.Fprintf(&out, "\n%s: %s\n    [%s]\n", r.Label(), r.Why, r.Source)
		for _, command := range r.Commands {
			fmt.Fprintf(&out, "    $ %s\n", command)
		}
		if len(r.ByHand) > 0 {
			fmt.Fprintf(&out, "    without rcgen: %s\n", strings.Join(r.ByHand, " && "))
		}
	}
	for i, n := range l.Notes {
		if i == 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(&out, "note: %s\n", n)
	}
	if next != "" {
		fmt.Fprintf(&out, "\nnext: %s\n", next)
	}
	_, err := io.WriteString(e.stdout, out.String())
	return err
}
