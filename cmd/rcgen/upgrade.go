package main

import (
	"fmt"
	"regexp"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/keys"
	"rcgen/internal/project"
)

func upgradeCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "upgrade",
		Usage: "go to another release of Rocket.Chat, step by step",
		UsageText: "rcgen upgrade --release X [options]\n\n" +
			"   rcgen upgrade --release " + generator.DefaultRelease + " --plan    # every step with its commands, and nothing is written\n" +
			"   rcgen upgrade --release " + generator.DefaultRelease + "           # write the first step; run it again for the next",
		Description: "It looks at what runs, where something runs, and else at rcgen.yaml. The step that it writes\n" +
			"takes effect by rcgen apply, or by docker compose.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "release", Usage: keys.Lead("release") + " to end at; rcgen releases lists them"},
			&cli.BoolFlag{Name: "plan", Usage: "show the steps, write nothing"},
			&cli.BoolFlag{Name: "allow-prerelease", Usage: "go to a release candidate"},
			&cli.StringFlag{Name: "mongodb", Usage: "`VERSION` of MongoDB that runs, like 8.0, where it is a replica set of your own"},
			secretFlag(new([]string)), envFileFlag(new(string)), strictFlag(new(bool)), oldYesFlag(), oldDryRunFlag(), oldDirFlag(), oldFormatFlag(),
		},
		Action: validating(func(c *cli.Context) error { return runUpgrade(c, e) }),
	}
}

var mongoVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)

func runUpgrade(c *cli.Context, e env) error {
	switch {
	case !c.IsSet("release"):
		return usageError{&generator.Error{What: "upgrade: wants --release VERSION", Hint: "rcgen releases lists them; the default is " + generator.DefaultRelease}}
	case c.IsSet("mongodb") && !mongoVersion.MatchString(c.String("mongodb")):
		return flagError("mongodb", c.String("mongodb"), "a version like 8.0")
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
	s, err := readState(c, before)
	if err != nil {
		return err
	}
	u, err := generator.NewUpgrade(s.Deployment, c.String("release"), c.Bool("allow-prerelease"))
	if err != nil {
		return err
	}
	l := newLadder(c, u, s, before)
	var changed []byte
	if !c.Bool("plan") {
		if changed, err = l.change(p.Request); err != nil {
			return err
		}
	}
	for _, n := range s.notes { // an error comes first
		fmt.Fprintf(e.stderr, "rcgen: note: %s\n", n)
	}
	if c.Bool("plan") {
		return l.print(c, e, "")
	}
	if err := oldWrite(c, thenMore).regenerate(c.Context, e, p, changed, &before, false); err != nil || c.String("format") == "json" {
		return err
	}
	next := l.next()
	if c.Bool("dry-run") {
		next = ""
	}
	return l.print(c, e, next)
}

// change returns rcgen.yaml with the first change of the ladder; where nothing is
// left to change, with what runs.
func (l ladder) change(requestFile []byte) ([]byte, error) {
	from, after := l.From, l.From
	step, ok := l.upgrade.Change()
	if ok {
		after = step.After
	}
	byHand := step.Kind == generator.StepMongoDB && l.external
	stale := step.Kind == generator.StepMongoDB && from.FCV != "" && from.FCV != from.MongoDB
	switch {
	case byHand:
		return nil, &generator.Error{What: "mongodb: step " + l.Steps[step.Number-1].label() + " is for you: rcgen does not run this database",
			Hint: "take it as its release notes say, then run this again with --mongodb " + after.MongoDB + "; --plan shows all steps"}
	case stale:
		return nil, &generator.Error{What: "mongodb: its featureCompatibilityVersion is " + from.FCV + ", and MongoDB " + after.MongoDB + " does not start before it is " + from.MongoDB,
			Hint: l.Steps[0].Commands[0]}
	case !l.external && !generator.HasMongoDBImage(after.MongoDB):
		return nil, &generator.Error{What: "mongodb: rcgen has no image of version " + after.MongoDB + ", which runs",
			Hint: "name the image of each step in compose.override.yaml until MongoDB 7.0 runs; --plan shows the steps"}
	}
	return generator.SetRelease(requestFile, after.Release, after.MongoDB)
}
