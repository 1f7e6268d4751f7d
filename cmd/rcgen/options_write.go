package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/tree"
	"rcgen/generator/units"
	"rcgen/internal/git"
	"rcgen/internal/project"
)

// writeOptions are those of every command that writes a project from its rcgen.yaml.
type writeOptions struct {
	dir, format, envFile string
	secrets              []string
	strict, yes, dryRun  bool

	then followUp // what the user is told to do next
}

// followUp is what follows a write.
type followUp string

const (
	thenApply followUp = "apply" // by a command of the user
	thenStart followUp = "start" // the first one
	thenMore  followUp = "more"  // this run goes on: nothing is printed
)

// flags are those of a command that changes an existing project.
func (o *writeOptions) flags() []cli.Flag {
	return []cli.Flag{
		secretFlag(&o.secrets), envFileFlag(&o.envFile), strictFlag(&o.strict), yesFlag(&o.yes), dryRunFlag(&o.dryRun),
		dirFlag(&o.dir), formatFlag(&o.format),
	}
}

// regenerate writes an open project anew from a request file and reports it. before is
// the plan that the options changed, or nil. holdBack keeps new replicas out of the
// routes: an apply that follows adds them once they are healthy.
func (o writeOptions) regenerate(
	ctx context.Context, e env, p *project.Project, request []byte, before *generator.Plan, holdBack bool,
) error {
	secrets, err := readSecrets(o.secrets, nil)
	if err != nil {
		return err
	}
	envFile, err := checkEnvFile(o.envFile)
	if err != nil {
		return err
	}
	b, err := p.Regenerate(project.Choices{
		Request: request, EnvFile: envFile, Secrets: secrets, Random: e.random, Stage: o.stage(e, holdBack),
	}, before)
	if err != nil {
		return err
	}
	if holdBack && !o.dryRun {
		if b.Valid, err = b.Valid.HoldBack(p.FS()); err != nil {
			return err
		}
	}
	return o.finish(ctx, e, p, b, before)
}

// stage reports whether what is built is as good as written: nobody is asked, and nothing
// is changed any more. A refusal by --strict is rare.
func (o writeOptions) stage(e env, holdBack bool) bool {
	return !o.dryRun && !holdBack && (o.yes || !e.terminal || o.then == thenStart)
}

// finish writes what was built, unless it is a dry run, and reports it: warnings only
// when nothing stands against it any more.
func (o writeOptions) finish(
	ctx context.Context, e env, p *project.Project, b project.Built, before *generator.Plan,
) error {
	if err := refuseWarnings(o.strict, b.Plan.Warnings); err != nil {
		return p.Discard(err)
	}
	if !o.dryRun {
		if !b.Alone {
			if err := confirmMerges(e, o.yes, b.Outcome); err != nil {
				return err
			}
		}
		if o.then != thenStart {
			noteUncommitted(ctx, e, o.dir, b.Valid)
		}
		if err := p.Commit(b); err != nil {
			return err
		}
	}
	warn(e, b.Plan.Warnings)
	if err := o.print(e, b, before); err != nil {
		return err
	}
	if conflicts := b.Outcome.Conflicts(); len(conflicts) > 0 {
		return &tree.ConflictError{States: conflicts, Alone: b.Alone, DryRun: o.dryRun}
	}
	return nil
}

// refuseWarnings returns the first warning as an error if --strict asks for it.
func refuseWarnings(strict bool, warnings []generator.Warning) error {
	if !strict || len(warnings) == 0 {
		return nil
	}
	w := warnings[0]
	return &fault.Error{What: fmt.Sprintf("%s: %s", w.Code, w.Message), Hint: w.Hint + "; or leave --strict out"}
}

func warn(e env, warnings []generator.Warning) {
	for _, w := range warnings {
		fmt.Fprintf(e.stderr, "rcgen: warning: %s: %s\nrcgen: hint: %s\n", w.Code, w.Message, w.Hint)
	}
}

// noteUncommitted says that git does not have everything that is there: what a run
// changes then cannot be told from it by git diff alone.
func noteUncommitted(ctx context.Context, e env, dir string, v tree.Valid) {
	if len(v.Changes()) == 0 {
		return
	}
	if n := git.Uncommitted(ctx, dir); n > 0 {
		fmt.Fprintf(e.stderr, "rcgen: note: %s here had changes that are not committed\n", units.Count(n, "file"))
	}
}
