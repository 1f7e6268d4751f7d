// Command rcgen turns "how many users, on what host" into a Rocket.Chat
// deployment on Docker Compose, and keeps it right.
//
// What belongs here: options, questions, one call, printing and exit codes: an Action
// fills one struct of options and knows urfave/cli alone. What does not: what several
// commands need of a project (internal/project), containers (internal/deploy,
// internal/inspect), and decisions about files (generator).
package main

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/term"

	"rcgen/internal/host"
)

// gcPercent lets the heap grow to three times what lives between collections: a
// run allocates some MiB and ends. Twice that takes 5 MiB more and saves nothing
// that could be measured. GOGC in the environment stands above it.
const gcPercent = 200

// env is the world outside, handed to the commands.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // a person types and reads
	random         io.Reader
	detect         func(context.Context) (host.Measured, error)
	now            func() time.Time
}

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(run(os.Args, env{
		stdin:    os.Stdin,
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		terminal: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		random:   rand.Reader,
		detect:   host.Detect,
		now:      time.Now,
	}))
}
