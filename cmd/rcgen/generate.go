package main

import "github.com/urfave/cli/v2"

func generateCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "generate",
		Usage: "write the project again from rcgen.yaml",
		UsageText: "rcgen generate [options]\n\n" +
			"   rcgen generate                # after a change of rcgen.yaml, or with a new rcgen\n" +
			"   rcgen generate --dry-run\n" +
			"   rcgen generate --secret SMTP_PASSWORD=password.txt",
		Flags: []cli.Flag{secretFlag(), envFileFlag(), strictFlag(), yesFlag(), dryRunFlag(), dirFlag(), formatFlag()},
		Action: validating(func(c *cli.Context) error {
			d, requestFile, err := openProject(c)
			if err != nil {
				return err
			}
			defer d.Close()
			return regenerate(c, e, d, requestFile, nil)
		}),
	}
}
