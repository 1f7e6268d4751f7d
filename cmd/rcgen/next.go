package main

import (
	"bytes"
	"io/fs"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
)

// up starts what is not there, with plain Compose.
const up = "docker compose up -d --wait"

// nextCommand says what brings into effect what was written. A first start changes
// nothing that runs: there plain Compose does, without rcgen on the machine.
func nextCommand(c *cli.Context, fewer bool) string {
	switch {
	case c.Command.Name == "init":
		return up
	case fewer: // the primary must take them out before they stop
		return "rcgen apply --allow mongodb (or: " + up + " && " + up + " --remove-orphans)"
	default: // replicas may be gone
		return "rcgen apply (or: " + up + " --remove-orphans)"
	}
}

// fewerMembers reports whether MongoDB members run that a plan no longer has.
func fewerMembers(current fs.FS, p generator.Plan) (bool, error) {
	text, err := generator.ReadOptional(current, generator.ComposeFile)
	return bytes.Contains(text, []byte("\n  mongodb-2:\n")) && len(p.MongoDBMembers()) == 1, err
}
