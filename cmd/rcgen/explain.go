package main

import (
	"github.com/urfave/cli/v2"

	"rcgen/generator/keys"
)

func explainCommand(e env) *cli.Command {
	var format string
	return &cli.Command{
		Name:      "explain",
		Usage:     "say what a key of rcgen.yaml does",
		ArgsUsage: "[KEY]",
		UsageText: "rcgen explain [options] [KEY]\n\n" +
			"   rcgen explain                       # every key\n" +
			"   rcgen explain tls                   # a section\n" +
			"   rcgen explain --format json tls.mode",
		Flags:  []cli.Flag{formatFlag(&format)},
		Action: func(c *cli.Context) error { return runExplain(e, c.Args().First(), format) },
	}
}

func runExplain(e env, key, format string) error {
	docs, err := keys.Explain(key)
	if err != nil {
		return usageError{err}
	}
	if format == "json" {
		return printJSON(e.stdout, docs)
	}
	return keys.Print(e.stdout, docs, key == "")
}
