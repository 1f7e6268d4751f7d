// Package deploy applies the files of a project to its containers: it refuses what
// would cost data, plans the steps, runs them on the engine, and records what it
// applied so that a failure can be rolled back.
//
// What belongs here: the order of these, and everything between the project's directory
// and its engine. What does not: which steps bring about a change (internal/rollout),
// how the engine is asked (internal/engine), options, questions, signals and printing
// (cmd/rcgen).
package deploy

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"rcgen/generator/tree"
	"rcgen/internal/engine"
	"rcgen/internal/project"
	"rcgen/internal/rollout"
)

// Options are the operator's choices.
type Options struct {
	DryRun bool // nothing will be run: others are not kept from the engine

	Allow          []string      // stateful services that may be recreated; mongodb is all of its members
	MaxUnavailable int           // replicas that are changed at once, from 1
	Drain          time.Duration // that requests in flight are given, from 0
	Timeout        time.Duration // for one step to get healthy, above 0
	Surge          *bool         // a second container while replicas roll; nil: with several, if there is memory
}

// Report is told of the progress. Its functions are called one at a time.
type Report struct {
	Begin func(number, of int, s rollout.Step)
	End   func(number, of int, s rollout.Step, took time.Duration)
	Tell  func(line string)          // the current state, after a failure
	Log   func(service, line string) // what a container that failed wrote last
}

// Deployment is an open project with its engine. Close unlocks it.
type Deployment struct {
	files   *project.Project
	engine  engine.Engine
	options Options
	report  Report
	unlock  func()

	project engine.Project // what the files say
	traefik string         // ID of its container, while it runs
	start   time.Duration  // that the first replica took to get healthy, last; 0: unknown
	began   time.Time      // when the step at work began
}

// Open prepares an apply of an open project with the engine of its directory, which must
// have Compose. It locks the engine, for at most project.LockWait also against what a
// killed apply has left running, and reads the files. Where the containers or volumes
// belong to other secrets or to another name of the project, or where Compose is too
// old, the error is a *fault.Error; others are those of the engine.
func Open(ctx context.Context, p *project.Project, docker engine.Engine, o Options, r Report) (*Deployment, error) {
	d := &Deployment{files: p, engine: docker, options: o, report: r, unlock: func() {}}
	if err := d.engine.CheckCompose(ctx); err != nil {
		return nil, err
	}
	if !o.DryRun {
		if err := d.lock(ctx); err != nil {
			return nil, err
		}
	}
	if err := d.guard(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Close unlocks the engine.
func (d *Deployment) Close() { d.unlock() }

func (d *Deployment) lock(ctx context.Context) error {
	own := filepath.Join(d.files.Dir, filepath.Dir(tree.ApplyFile))
	if err := os.MkdirAll(own, 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, project.LockWait)
	defer cancel()
	locked, unlock, err := d.engine.Exclusive(ctx, own)
	if err == nil {
		d.engine, d.unlock = locked, unlock
	}
	return err
}

// Reload reads the files again, which were written since Open: new secrets too, so that
// nothing shows them.
func (d *Deployment) Reload(ctx context.Context) error {
	d.engine = d.engine.WithSecrets(project.Redactor(d.files.Dir))
	p, err := d.engine.Project(ctx)
	if err == nil {
		d.project = p
	}
	return err
}
