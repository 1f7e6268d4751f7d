package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator/fault"
	"rcgen/generator/keys"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
	"rcgen/internal/project"
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

func (e findingsError) Unwrap() error { return e.error }

// run executes one command line and returns its exit code.
func run(args []string, e env) int {
	out := &sticky{w: e.stdout}
	e.stdout = out
	err := newApp(e).Run(args)
	if out.err != nil {
		err = fmt.Errorf("standard output: %w", out.err)
	}
	if err == nil {
		return exitDone
	}
	report(e, err)
	var usage usageError
	var findings findingsError
	var conflict *tree.ConflictError
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &findings), errors.As(err, &conflict):
		return exitFindings
	default:
		return exitFailed
	}
}

// sticky remembers the first failed write: the libraries that print do not tell.
type sticky struct {
	w   io.Writer
	err error
}

func (s *sticky) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if s.err == nil {
		s.err = err
	}
	return n, err
}

// report prints an error and its hints: the only place that does.
func report(e env, err error) {
	fmt.Fprintf(e.stderr, "rcgen: error: %v\n", err)
	for _, hint := range hintsOf(err) {
		fmt.Fprintf(e.stderr, "rcgen: hint: %s\n", hint)
	}
}

// hintsOf returns what to do about an error. A mistake on the command line without a
// hint of its own leads to the help.
func hintsOf(err error) []string {
	var usage usageError
	var hinted interface{ Hints() []string }
	if errors.As(err, &usage) && !(errors.As(err, &hinted) && len(hinted.Hints()) > 0) {
		return []string{"rcgen COMMAND --help lists the options"}
	}
	return project.Hints(err)
}

func newApp(e env) *cli.App {
	var version bool
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
		OnUsageError:    usageErrors("rcgen"),
		Flags:           []cli.Flag{&cli.BoolFlag{Name: "version", Usage: "print the version", Destination: &version}},
		Commands: []*cli.Command{
			initCommand(e), planCommand(e), generateCommand(e), scaleCommand(e), applyCommand(e),
			validateCommand(e), diffCommand(e), adoptCommand(e), ejectCommand(e), statusCommand(e), doctorCommand(e),
			exportCommand(e), upgradeCommand(e), releasesCommand(e), profilesCommand(e), explainCommand(e),
			versionCommand(e),
		},
	}
	app.Action = noCommand(e, app.Commands, &version)
	for _, c := range app.Commands {
		c.OnUsageError = usageErrors("rcgen " + c.Name)
		c.HideHelpCommand = true
		c.Action = noArguments(c, c.Action)
	}
	return app
}

// validating prepares for the validation that an action ends in.
func validating(action cli.ActionFunc) cli.ActionFunc {
	return func(c *cli.Context) error {
		go validate.WarmUp()
		return action(c)
	}
}

// usageErrors keeps help out of standard output, where urfave/cli would print it.
func usageErrors(command string) cli.OnUsageErrorFunc {
	return func(_ *cli.Context, err error, _ bool) error {
		return usageError{&fault.Error{What: "options", Err: err, Hint: command + " --help lists them"}}
	}
}

// noCommand runs where no command was recognized.
func noCommand(e env, commands []*cli.Command, version *bool) cli.ActionFunc {
	return func(c *cli.Context) error {
		switch typed := c.Args().First(); {
		case *version:
			return printVersion(e, "text")
		case typed == "", typed == "help":
			return cli.ShowAppHelp(c)
		default:
			return usageError{&fault.Error{What: typed + ": not a command of rcgen", Hint: suggestion(commands, typed)}}
		}
	}
}

// suggestion names the command that was probably meant.
func suggestion(commands []*cli.Command, typed string) string {
	const list = "rcgen --help lists the commands"
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	near := keys.Nearest(typed, names)
	if len(near) == 0 {
		return list
	}
	return fmt.Sprintf("did you mean %s? %s", near[0], list)
}

// noArguments refuses words after the options, but for the one of a command that
// says that it takes one: urfave/cli would take options behind a word for words
// too, and drop them.
func noArguments(command *cli.Command, action cli.ActionFunc) cli.ActionFunc {
	takes, words := "options only", 0
	if command.ArgsUsage != "" {
		takes, words = "one "+strings.Trim(command.ArgsUsage, "[]")+", with options before it", 1
	}
	return func(c *cli.Context) error {
		if c.NArg() > words {
			return usageError{&fault.Error{
				What: fmt.Sprintf("%s: takes %s, not %q", command.Name, takes, c.Args().Get(words)),
				Hint: "rcgen " + command.Name + " --help lists them",
			}}
		}
		return action(c)
	}
}
