package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/disk"
)

// lockWait is how long a run waits for another one in the same directory: a
// write takes well below a second.
const lockWait = 10 * time.Second

// job is one run of the pipeline, from a request file to what is to be written.
type job struct {
	requestFile []byte            // rcgen.yaml as it is to be
	profile     *generator.File   // own profile that init puts into the project, or nil
	envFile     string            // that stands in for .env, which is left alone; empty: none
	secrets     map[string]string // that a person gives, by their names in .env
	current     fs.FS             // the project's directory
	dir         string            // its path
	written     bool              // a person wrote rcgen.yaml so: errors name it, not options
	ejected     bool              // without rcgen's traces
}

// built is the outcome of a job.
type built struct {
	plan    generator.Plan
	outcome generator.Outcome
	valid   generator.Valid
	fewer   bool     // MongoDB members are taken away
	alone   bool     // nothing but what conflicts leave behind is written
	made    []string // secrets that were not there before
}

// build plans, renders, reconciles and validates; it writes nothing.
func (j job) build(e env) (built, error) {
	b, err := j.reconcile(e)
	if err != nil {
		return built{}, err
	}
	b.valid, err = generator.Validate(b.outcome, b.plan.Host)
	if err != nil && len(b.outcome.Conflicts()) > 0 {
		b.alone = true
		b.valid, err = b.outcome.Offers(j.current)
	}
	if err != nil {
		return built{}, err
	}
	b.fewer, err = fewerMembers(j.current, b.plan)
	return b, err
}

// reconcile plans, renders and brings the result and the directory together.
func (j job) reconcile(e env) (built, error) {
	plan, err := j.plan()
	if err != nil {
		return built{}, err
	}
	secrets, err := j.readSecrets(e, plan.Request)
	if err != nil {
		return built{}, err
	}
	project, err := generator.Render(plan, generator.Inputs{Request: j.requestFile, Profile: j.profile, Secrets: secrets, Ejected: j.ejected})
	if err != nil {
		return built{}, err
	}
	outcome, err := generator.Reconcile(j.current, project)
	return built{plan: plan, outcome: outcome, made: secrets.Made}, err
}

// readSecrets returns the secrets of the project, or those of the file that stands
// in for them.
func (j job) readSecrets(e env, r generator.Request) (generator.Secrets, error) {
	if j.envFile != "" && j.envFile != generator.EnvFile {
		env, err := generator.ReadRegular(j.current, j.envFile)
		if errors.Is(err, fs.ErrNotExist) {
			err = &generator.Error{What: "--env-file " + j.envFile + ": is not there", Hint: "name a file of the project, like " + generator.EnvExample}
		}
		if err != nil {
			return generator.Secrets{}, err
		}
		return generator.StandInSecrets(r, j.envFile, env)
	}
	old, err := generator.ReadOptional(j.current, generator.EnvFile)
	if err != nil {
		return generator.Secrets{}, err
	}
	return generator.NewSecrets(r, old, j.secrets, e.random)
}

// plan sizes what the request file asks for.
func (j job) plan() (generator.Plan, error) {
	r, err := generator.DecodeRequest(j.requestFile)
	if err != nil {
		return generator.Plan{}, err
	}
	own, err := j.ownProfile(r)
	if err != nil {
		return generator.Plan{}, err
	}
	p, err := generator.NewPlan(r, own)
	if err != nil && j.written {
		err = fmt.Errorf("%s: %w", generator.RequestFile, err)
	}
	return p, err
}

// ownProfile reads the profile that the request names as a file of the project.
func (j job) ownProfile(r generator.Request) (*generator.Profile, error) {
	if j.profile != nil {
		p, err := generator.DecodeProfile(j.profile.Path, j.profile.Content)
		return &p, err
	}
	if r.Profile != "" && !filepath.IsLocal(r.Profile) {
		return nil, &generator.Error{What: "profile: " + r.Profile + " is not in the project's directory", Hint: "put it there: the project must be the same on every machine"}
	}
	own, _, err := ownProfile(j.dir, r.Profile)
	return own, err
}

// noProjectError is a directory without a project, or no directory at all.
type noProjectError struct {
	dir     string
	missing bool // there is no directory
}

func (e *noProjectError) Error() string {
	if e.missing {
		return e.dir + ": no such directory"
	}
	return e.dir + ": holds no project (no " + generator.RequestFile + ")"
}

// Hints says how to come to one.
func (e *noProjectError) Hints() []string {
	return []string{"rcgen init --users N makes one; --dir names another directory"}
}

// openProject opens the directory of a project and reads its rcgen.yaml.
func openProject(c *cli.Context) (*disk.Dir, []byte, error) {
	path := c.String("dir")
	d, err := disk.Open(path, lockWait)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &noProjectError{path, true}
	}
	if err != nil {
		return nil, nil, err
	}
	data, err := generator.ReadRegular(d.FS(), generator.RequestFile)
	if errors.Is(err, fs.ErrNotExist) {
		err = &noProjectError{path, false}
	}
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return d, data, nil
}

// regenerate writes a project anew from a request file and reports it.
func regenerate(c *cli.Context, e env, d *disk.Dir, requestFile []byte, before *generator.Plan) error {
	secrets, err := readSecrets(c)
	if err != nil {
		return err
	}
	envFile, err := readEnvFile(c)
	if err != nil {
		return err
	}
	current, err := generator.Settled(d.FS())
	if err != nil {
		return err
	}
	b, err := job{requestFile: requestFile, envFile: envFile, secrets: secrets, current: current, dir: c.String("dir"), written: before == nil}.build(e)
	if err != nil {
		return err
	}
	if err := b.compare(current, before); err != nil {
		return err
	}
	return finish(c, e, d, b, before)
}

// compare adds the warnings that only what is there already gives reason for.
func (b *built) compare(current fs.FS, before *generator.Plan) error {
	if len(b.made) > 0 {
		b.plan.Warnings = append(b.plan.Warnings, generator.Warning{Code: generator.WarnSecrets,
			Message: generator.EnvFile + " lacked " + strings.Join(b.made, ", ") + ": made anew",
			Hint:    "a database that exists knows the old values: put the old file back before you start anything"})
	}
	skipped, err := b.plan.WarnVersions(current)
	if skipped != nil {
		b.plan.Warnings = append(b.plan.Warnings, *skipped)
	}
	if before != nil {
		if w := b.outcome.WarnScaled(before.Instances, b.plan.Instances); w != nil {
			b.plan.Warnings = append(b.plan.Warnings, *w)
		}
	}
	return err
}

// finish writes what was built, unless it is a dry run, and reports it: warnings
// only when nothing stands against it any more.
func finish(c *cli.Context, e env, d *disk.Dir, b built, before *generator.Plan) error {
	if err := strict(c, b.plan.Warnings); err != nil {
		return err
	}
	if !c.Bool("dry-run") {
		if !b.alone {
			if err := confirmMerges(c, e, b.outcome); err != nil {
				return err
			}
		}
		noteUncommitted(c, e, b.valid)
		if c.Bool("apply") { // it routes new replicas when they are healthy
			var err error
			if b.valid, err = b.valid.HoldBack(d.FS()); err != nil {
				return err
			}
		}
		if err := d.Write(b.valid); err != nil {
			return err
		}
	}
	warn(e, b.plan.Warnings)
	if err := printWritten(c, e, b, before); err != nil {
		return err
	}
	if conflicts := b.outcome.Conflicts(); len(conflicts) > 0 {
		return &generator.ConflictError{States: conflicts, Alone: b.alone, DryRun: c.Bool("dry-run")}
	}
	return nil
}

// strict returns the first warning as an error where --strict asks for it.
func strict(c *cli.Context, warnings []generator.Warning) error {
	if !c.Bool("strict") || len(warnings) == 0 {
		return nil
	}
	w := warnings[0]
	return &generator.Error{What: fmt.Sprintf("%s: %s", w.Code, w.Message), Hint: w.Hint + "; or leave --strict out"}
}

func warn(e env, warnings []generator.Warning) {
	for _, w := range warnings {
		fmt.Fprintf(e.stderr, "rcgen: warning: %s: %s\nrcgen: hint: %s\n", w.Code, w.Message, w.Hint)
	}
}
