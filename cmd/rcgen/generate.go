package main

import (
	"github.com/urfave/cli/v2"

	"rcgen/internal/project"
)

func generateCommand(e env) *cli.Command {
	o := writeOptions{then: thenApply}
	return &cli.Command{
		Name:  "generate",
		Usage: "write the project again from rcgen.yaml",
		UsageText: "rcgen generate [options]\n\n" +
			"   rcgen generate                # after a change of rcgen.yaml, or with a new rcgen\n" +
			"   rcgen generate --dry-run\n" +
			"   rcgen generate --secret SMTP_PASSWORD=password.txt",
		Flags: o.flags(),
		Action: validating(func(c *cli.Context) error {
			p, err := project.Open(o.dir, project.LockWait)
			if err != nil {
				return err
			}
			defer p.Close()
			return o.regenerate(c.Context, e, p, p.Request, nil, false)
		}),
	}
}
