package main

import (
	"github.com/urfave/cli/v2"

	"rcgen/internal/project"
)

// What the commands use whose options are still read by name.

func oldDirFlag() cli.Flag { var s string; return dirFlag(&s) }

func oldFormatFlag() cli.Flag { var s string; return formatFlag(&s) }

func oldYesFlag() cli.Flag { var b bool; return yesFlag(&b) }

func oldDryRunFlag() cli.Flag { var b bool; return dryRunFlag(&b) }

func openProject(c *cli.Context) (*project.Project, error) {
	return project.Open(c.String("dir"), project.LockWait)
}

func oldWrite(c *cli.Context, then followUp) writeOptions {
	return writeOptions{dir: c.String("dir"), format: c.String("format"), envFile: c.String("env-file"), secrets: c.StringSlice("secret"),
		strict: c.Bool("strict"), yes: c.Bool("yes"), dryRun: c.Bool("dry-run"), then: then}
}
