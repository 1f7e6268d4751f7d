package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
)

// Exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitFindings = 3 // differences, findings or conflicts
)

// usageError is a mistake on the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// findingsError ends a command that worked and found something.
type findingsError struct{ error }

// run executes one command line and returns its exit code.
func run(args []string, e env) int {
	err := newApp(e).Run(args)
	if err == nil {
		return exitDone
	}
	report(e, err)
	var usage usageError
	var findings findingsError
	var edited *generator.EditedError
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &findings), errors.As(err, &edited):
		return exitFindings
	default:
		return exitFailed
	}
}

// report prints an error and every hint in its chain: the only place that does.
func report(e env, err error) {
	if err.Error() != "" {
		fmt.Fprintf(e.stderr, "rcgen: error: %v\n", err)
	}
	var hinted interface{ Hints() []string }
	if errors.As(err, &hinted) {
		for _, h := range hinted.Hints() {
			fmt.Fprintf(e.stderr, "rcgen: hint: %s\n", h)
		}
	}
}

func newApp(e env) *cli.App {
	app := &cli.App{
		Name:      "rcgen",
		Usage:     "turn a number of users and a host into a Rocket.Chat deployment on Docker Compose",
		UsageText: "rcgen COMMAND [options]\n\n   rcgen init --users 3000\n   rcgen scale --instances 6",
		Description: "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 findings, differences or conflicts.\n" +
			"Results go to standard output, everything else to standard error.",
		Reader:          e.stdin,
		Writer:          e.stdout,
		ErrWriter:       e.stderr,
		HideVersion:     true,
		HideHelpCommand: true,
		ExitErrHandler:  func(*cli.Context, error) {}, // run decides the exit code
		OnUsageError:    onUsageError,
		Action:          noCommand,
		Commands: []*cli.Command{
			initCommand(e), planCommand(e), generateCommand(e), scaleCommand(e),
			validateCommand(e), profilesCommand(e), versionCommand(e),
		},
	}
	for _, c := range app.Commands {
		c.OnUsageError = onUsageError
		c.HideHelpCommand = true
		c.Action = noArguments(c.Name, c.Action)
	}
	return app
}

// onUsageError keeps help out of standard output, where urfave/cli would print it.
func onUsageError(c *cli.Context, err error, _ bool) error {
	name := "rcgen"
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != name {
		name += " " + c.Command.Name
	}
	return usageError{&generator.Error{What: err.Error(), Hint: name + " --help lists the options"}}
}

// noCommand runs where no command was recognised.
func noCommand(c *cli.Context) error {
	if !c.Args().Present() {
		return cli.ShowAppHelp(c)
	}
	return usageError{&generator.Error{
		What: fmt.Sprintf("%q is not a command of rcgen", c.Args().First()),
		Hint: suggestion(c.App.Commands, c.Args().First()),
	}}
}

// suggestion names the command that was probably meant.
func suggestion(commands []*cli.Command, typed string) string {
	const list = "rcgen --help lists the commands"
	if s := cli.SuggestCommand(commands, typed); s != "" {
		return s + " " + list
	}
	return list
}

// noArguments refuses words after the options: urfave/cli would take options
// behind them for words too, and drop them.
func noArguments(name string, action cli.ActionFunc) cli.ActionFunc {
	return func(c *cli.Context) error {
		if c.Args().Present() {
			return usageError{&generator.Error{
				What: fmt.Sprintf("%s takes options only, not %q", name, c.Args().First()),
				Hint: "rcgen " + name + " --help lists them",
			}}
		}
		if f := c.String("format"); f != "" && f != "text" && f != "json" {
			return usageError{&generator.Error{What: fmt.Sprintf("--format %q: text or json", f)}}
		}
		return action(c)
	}
}
