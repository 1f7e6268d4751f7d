package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// confirm asks a question on a terminal; anything but yes is an error. Scripts are
// not asked: what they may do is in the command they run.
func confirm(e env, yes bool, question string) error {
	if yes || !e.terminal {
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
		return &fault.Error{What: "nothing was changed", Hint: "answer y, or give --yes"}
	}
}

// confirmMerges shows how files that the user edited will be merged, and asks.
func confirmMerges(e env, yes bool, o tree.Outcome) error {
	var edited []string
	for _, d := range o.Differences() {
		if d.Change != "merge" {
			continue
		}
		edited = append(edited, d.Path)
		if e.terminal && !yes {
			fmt.Fprint(e.stderr, d.Diff)
		}
	}
	if len(edited) == 0 {
		return nil
	}
	question := fmt.Sprintf("You edited %s. Merge the new version into it as shown?", strings.Join(edited, ", "))
	return confirm(e, yes, question)
}
