package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
)

// Choices is what a build takes besides the files of the directory.
type Choices struct {
	Request []byte            // rcgen.yaml as it will be
	Dir     string            // path of the project, in which its profile is looked up
	Profile *tree.File        // profile of the user that init puts into the project, or nil
	EnvFile string            // file that is read instead of .env, which is then unchanged; empty: none
	Secrets map[string]string // given by the user, by their names in .env
	Written bool              // the user wrote rcgen.yaml so: errors name it, not options
	Ejected bool              // the project goes on without rcgen
	Stage   bool              // the changes will be written, unless a check fails: Build stages them
	Random  io.Reader         // for secrets that are missing; never read by Plan
}

// Built is the outcome of a build. Nothing of it is written yet.
type Built struct {
	Plan    generator.Plan
	Outcome tree.Outcome
	Valid   tree.Valid
	Fewer   bool // MongoDB members are removed
	Alone   bool // only what conflicts leave behind is written

	made []string // secrets that were missing
}

// Plan sizes what the request asks for.
func (c Choices) Plan() (generator.Plan, error) {
	r, err := generator.DecodeRequest(c.Request)
	if err != nil {
		return generator.Plan{}, err
	}
	own, err := c.ownProfile(r)
	if err != nil {
		return generator.Plan{}, err
	}
	p, err := generator.NewPlan(r, own)
	if err != nil && c.Written {
		err = fmt.Errorf("%s: %w", tree.RequestFile, err)
	}
	return p, err
}

// Reconcile plans, renders and merges the result with the files in current.
func (c Choices) Reconcile(current fs.FS) (Built, error) {
	b, in, err := c.prepare(current)
	if err != nil {
		return Built{}, err
	}
	rendered, err := generator.Render(b.Plan, in)
	if err != nil {
		return Built{}, err
	}
	b.Outcome, err = tree.Reconcile(current, rendered)
	return b, err
}

// prepare plans and reads the secrets.
func (c Choices) prepare(current fs.FS) (Built, generator.Inputs, error) {
	plan, err := c.Plan()
	if err != nil {
		return Built{}, generator.Inputs{}, err
	}
	secrets, err := c.readSecrets(current, plan.Request)
	in := generator.Inputs{Request: c.Request, Profile: c.Profile, Secrets: secrets, Ejected: c.Ejected}
	return Built{Plan: plan, made: secrets.Made}, in, err
}

// Build reconciles and validates the files of the directory. Where conflicts keep the
// result from being valid, only what they leave behind is written.
//
// Most of the time goes into loading the Compose files and into the disk. So they are
// rendered first and loaded while the rest is rendered, and what will be written is
// staged meanwhile; only the renames wait for the approval.
func (p *Project) Build(c Choices) (Built, error) { return p.build(c, p.FS()) }

func (p *Project) build(c Choices, current fs.FS) (Built, error) {
	b, in, err := c.prepare(current)
	if err != nil {
		return Built{}, err
	}
	loaded, err := b.render(current, in)
	if err != nil {
		return Built{}, err
	}
	staged := p.stage(c.Stage, b.Outcome.Changes)
	b.Valid, err = b.Outcome.Approve(func(o tree.Outcome) error { return (<-loaded).Check(b.Plan.Host)(o) })
	unstaged := staged()
	if err != nil && len(b.Outcome.Conflicts()) > 0 {
		b.Alone = true
		b.Valid, err = b.Outcome.Offers(current)
	}
	if err == nil {
		err = unstaged
	}
	if err != nil {
		return Built{}, p.Discard(err)
	}
	if b.Fewer, err = fewerMembers(current, b.Plan); err != nil {
		return Built{}, p.Discard(err)
	}
	return b, nil
}

// render renders and reconciles. The Compose files are loaded meanwhile, and come later.
func (b *Built) render(current fs.FS, in generator.Inputs) (<-chan validate.Loaded, error) {
	r, err := generator.NewRenderer(b.Plan, in)
	if err != nil {
		return nil, err
	}
	files, err := r.Compose()
	if err != nil {
		return nil, err
	}
	records, err := tree.ReadRecords(current)
	if err != nil {
		return nil, err
	}
	ahead, err := records.Ahead(files)
	if err != nil {
		return nil, err
	}
	loaded := make(chan validate.Loaded, 1)
	go func() { loaded <- validate.Load(ahead, "") }()
	rest, err := r.Rest()
	if err != nil {
		return nil, err
	}
	b.Outcome, err = records.Reconcile(generator.Join(files, rest))
	return loaded, err
}

// stage begins to stage changes, and returns what waits for it.
func (p *Project) stage(wanted bool, changes []tree.Change) (wait func() error) {
	if !wanted {
		return func() error { return nil }
	}
	done := make(chan error, 1)
	go func() {
		var err error
		p.staged, err = p.disk.Stage(changes)
		done <- err
	}()
	return func() error { return <-done }
}

// Regenerate builds the project anew from its files, and adds the warnings that only
// these give reason for. before is the plan from which a user changes the size or the
// release, or nil.
func (p *Project) Regenerate(c Choices, before *generator.Plan) (Built, error) {
	current, err := tree.Settled(p.FS())
	if err != nil {
		return Built{}, err
	}
	c.Dir, c.Written = p.Dir, before == nil
	b, err := p.build(c, current)
	if err != nil {
		return Built{}, err
	}
	if len(b.made) > 0 {
		b.Plan.Warnings = append(b.Plan.Warnings, generator.Warning{Code: generator.WarnSecrets,
			Message: tree.EnvFile + " lacked " + strings.Join(b.made, ", ") + ": made anew",
			Hint:    "a database that exists knows the old values: put the old file back before you start anything"})
	}
	skipped, err := b.Plan.WarnVersions(current)
	if err != nil {
		return Built{}, p.Discard(err)
	}
	if skipped != nil {
		b.Plan.Warnings = append(b.Plan.Warnings, *skipped)
	}
	if before != nil {
		if w := generator.WarnScaled(b.Outcome, before.Instances, b.Plan.Instances); w != nil {
			b.Plan.Warnings = append(b.Plan.Warnings, *w)
		}
	}
	return b, nil
}

// readSecrets returns the secrets of the project, or those of the file that is read
// instead.
func (c Choices) readSecrets(current fs.FS, r generator.Request) (generator.Secrets, error) {
	if c.EnvFile != "" && c.EnvFile != tree.EnvFile {
		env, err := tree.ReadRegular(current, c.EnvFile)
		if errors.Is(err, fs.ErrNotExist) {
			err = &fault.Error{
				What: "--env-file " + c.EnvFile + ": is not there",
				Hint: "name a file of the project, like " + tree.EnvExample,
			}
		}
		if err != nil {
			return generator.Secrets{}, err
		}
		return generator.StandInSecrets(r, c.EnvFile, env)
	}
	old, err := tree.ReadOptional(current, tree.EnvFile)
	if err != nil {
		return generator.Secrets{}, err
	}
	return generator.NewSecrets(r, old, c.Secrets, c.Random)
}

// fewerMembers reports whether MongoDB members run that a plan no longer has.
func fewerMembers(current fs.FS, p generator.Plan) (bool, error) {
	text, err := tree.ReadOptional(current, tree.ComposeFile)
	return bytes.Contains(text, []byte("\n  mongodb-2:\n")) && len(p.MongoDBMembers()) == 1, err
}
