package main

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator/keys"
	"rcgen/generator/tree"
)

// Every command has one struct of options, which its flags fill once. An option that
// may be missing is a pointer, nil if it was not given: an empty value is a value.

// optionFlag is a flag whose option is nil unless it was given.
func optionFlag(to **string, name, usage string) cli.Flag {
	return &cli.StringFlag{Name: name, Usage: usage, Action: func(_ *cli.Context, value string) error {
		*to = &value
		return nil
	}}
}

// keyFlag is the option that sets a key of rcgen.yaml; the table of keys has its help.
func keyFlag(to **string, name string) cli.Flag { return optionFlag(to, name, keys.Help(name)) }

// listFlag is a flag that may be given several times.
func listFlag(to *[]string, name, usage string) cli.Flag {
	return &cli.StringSliceFlag{Name: name, Usage: usage, Action: func(_ *cli.Context, values []string) error {
		*to = values
		return nil
	}}
}

func dirFlag(to *string) cli.Flag {
	return &cli.StringFlag{Name: "dir", Aliases: []string{"C"}, Value: ".", Usage: "`DIR` of the project", Destination: to}
}

func formatFlag(to *string) cli.Flag {
	return &cli.StringFlag{Name: "format", Value: "text", Usage: "text or json", Destination: to,
		Action: func(_ *cli.Context, value string) error { return checkFormat(value, "text", "json") }}
}

func checkFormat(value string, formats ...string) error {
	if slices.Contains(formats, value) {
		return nil
	}
	return flagError("format", value, strings.Join(formats, " or "))
}

func envFileFlag(to *string) cli.Flag {
	return &cli.StringFlag{Name: "env-file", Value: tree.EnvFile, Destination: to,
		Usage: "`FILE` in the project with the variables; another than .env stands in for it"}
}

func strictFlag(to *bool) cli.Flag {
	return &cli.BoolFlag{Name: "strict", Usage: "take every warning for an error", Destination: to}
}

func dryRunFlag(to *bool) cli.Flag {
	return &cli.BoolFlag{Name: "dry-run", Usage: "show what would be written, write nothing", Destination: to}
}

func yesFlag(to *bool) cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "ask nothing", Destination: to}
}

// checkEnvFile returns the file with the variables as a path in the project.
func checkEnvFile(file string) (string, error) {
	name := path.Clean(filepath.ToSlash(file))
	if !filepath.IsLocal(name) {
		return "", flagError("env-file", file, "a file of the project, like "+tree.EnvExample)
	}
	return name, nil
}

// positive reads a whole number from 1 on.
func positive(flag, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, flagError(flag, value, "a whole number from 1 on")
	}
	return n, nil
}

func flagError(flag, value, want string) error {
	return usageError{fmt.Errorf("--%s %q: wants %s", flag, value, want)}
}
