package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/git"
)

func yesFlag() cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "ask nothing"}
}

// confirm asks a question on a terminal; anything but yes is an error. Scripts are
// not asked: what they may do stands in the command they run.
func confirm(c *cli.Context, e env, question string) error {
	if c.Bool("yes") || !e.terminal {
		return nil
	}
	fmt.Fprintf(e.stderr, "%s [y/N] ", question)
	answer, err := bufio.NewReader(e.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	default:
		return &generator.Error{What: "nothing was changed", Hint: "answer y, or give --yes"}
	}
}

// confirmMerges shows what becomes of files that a person edited, and asks.
func confirmMerges(c *cli.Context, e env, o generator.Outcome) error {
	var edited []string
	for _, d := range o.Differences() {
		if d.Change != "merge" {
			continue
		}
		edited = append(edited, d.Path)
		if e.terminal && !c.Bool("yes") {
			fmt.Fprint(e.stderr, d.Diff)
		}
	}
	if len(edited) == 0 {
		return nil
	}
	return confirm(c, e, fmt.Sprintf("You edited %s. Merge the new version into it as shown?", strings.Join(edited, ", ")))
}

// noteUncommitted says that git does not have everything that is there: what a run
// changes then cannot be told from it by git diff alone.
func noteUncommitted(c *cli.Context, e env, v generator.Valid) {
	if c.Command.Name == "init" || len(v.Changes()) == 0 {
		return
	}
	if n := git.Uncommitted(c.Context, c.String("dir")); n > 0 {
		fmt.Fprintf(e.stderr, "rcgen: note: %s here had changes that are not committed\n", counted(n, "file"))
	}
}
