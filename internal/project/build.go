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
	plan, err := c.Plan()
	if err != nil {
		return Built{}, err
	}
	secrets, err := c.readSecrets(current, plan.Request)
	if err != nil {
		return Built{}, err
	}
	rendered, err := generator.Render(plan, generator.Inputs{Request: c.Request, Profile: c.Profile, Secrets: secrets, Ejected: c.Ejected})
	if err != nil {
		return Built{}, err
	}
	outcome, err := tree.Reconcile(current, rendered)
	return Built{Plan: plan, Outcome: outcome, made: secrets.Made}, err
}

// Build reconciles and validates. Where conflicts keep the result from being valid, only
// what they leave behind is written.
func (c Choices) Build(current fs.FS) (Built, error) {
	b, err := c.Reconcile(current)
	if err != nil {
		return Built{}, err
	}
	b.Valid, err = b.Outcome.Approve(validate.Outcome(b.Plan.Host))
	if err != nil && len(b.Outcome.Conflicts()) > 0 {
		b.Alone = true
		b.Valid, err = b.Outcome.Offers(current)
	}
	if err != nil {
		return Built{}, err
	}
	b.Fewer, err = fewerMembers(current, b.Plan)
	return b, err
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
	b, err := c.Build(current)
	if err != nil {
		return Built{}, err
	}
	if len(b.made) > 0 {
		b.Plan.Warnings = append(b.Plan.Warnings, generator.Warning{Code: generator.WarnSecrets,
			Message: tree.EnvFile + " lacked " + strings.Join(b.made, ", ") + ": made anew",
			Hint:    "a database that exists knows the old values: put the old file back before you start anything"})
	}
	skipped, err := b.Plan.WarnVersions(current)
	if skipped != nil {
		b.Plan.Warnings = append(b.Plan.Warnings, *skipped)
	}
	if before != nil {
		if w := generator.WarnScaled(b.Outcome, before.Instances, b.Plan.Instances); w != nil {
			b.Plan.Warnings = append(b.Plan.Warnings, *w)
		}
	}
	return b, err
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
