package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"rcgen/generator/fault"
	"rcgen/generator/units"
	"rcgen/generator/validate"
	"rcgen/internal/project"
)

type validateOptions struct{ dir, format, envFile string }

func validateCommand(e env) *cli.Command {
	var o validateOptions
	return &cli.Command{
		Name:  "validate",
		Usage: "check the files on disk, hand edits included",
		UsageText: "rcgen validate [options]\n\n" +
			"   rcgen validate\n" +
			"   rcgen validate --env-file .env.example    # in CI, where the secrets are not",
		Flags:  []cli.Flag{envFileFlag(&o.envFile), dirFlag(&o.dir), formatFlag(&o.format)},
		Action: validating(func(*cli.Context) error { return o.run(e) }),
	}
}

func (o validateOptions) run(e env) error {
	p, err := project.Open(o.dir, project.LockWait)
	if err != nil {
		return err
	}
	defer p.Close()
	findings, err := project.Findings(o.dir, p.Request, o.envFile)
	if err != nil {
		return err
	}
	return printFindings(e, o.format, findings)
}

func printFindings(e env, format string, findings []validate.Finding) error {
	if format == "json" {
		if findings == nil {
			findings = []validate.Finding{}
		}
		if err := printJSON(e.stdout, findings); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(e.stdout, "%s [%s]\n  %s\n", f, f.Code, f.Hint)
		}
	}
	if len(findings) == 0 {
		fmt.Fprintln(e.stderr, "rcgen: the project is valid")
		return nil
	}
	found := units.Count(len(findings), "finding")
	return findingsError{&fault.Error{What: "validate: " + found, Hint: "each says what to do"}}
}
