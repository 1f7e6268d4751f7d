package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
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
	requestFile []byte          // rcgen.yaml as it is to be
	profile     *generator.File // own profile that init puts into the project, or nil
	mongoURL    string          // secret of an external MongoDB, only for init
	current     fs.FS           // the project's directory
	dir         string          // its path
}

// built is the outcome of a job.
type built struct {
	plan      generator.Plan
	valid     generator.Valid
	newSecret bool // .env was not there
}

// build plans, renders and validates; it writes nothing.
func (j job) build(e env) (built, error) {
	plan, err := j.plan()
	if err != nil {
		return built{}, err
	}
	old, err := readOptional(j.current, generator.EnvFile)
	if err != nil {
		return built{}, err
	}
	secrets, err := generator.NewSecrets(plan.Request, old, j.mongoURL, e.random)
	if err != nil {
		return built{}, err
	}
	project, err := generator.Render(plan, generator.Inputs{Request: j.requestFile, Profile: j.profile, Secrets: secrets})
	if err != nil {
		return built{}, err
	}
	changes, err := generator.Changes(j.current, project)
	if err != nil {
		return built{}, err
	}
	valid, err := generator.Validate(project, changes, plan.Host)
	return built{plan, valid, old == nil}, err
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
	return generator.NewPlan(r, own)
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

// readOptional returns a file's content, or nil where it is not there.
func readOptional(dir fs.FS, name string) ([]byte, error) {
	data, err := fs.ReadFile(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && data == nil {
		data = []byte{}
	}
	return data, err
}

// openProject opens the directory of a project and reads its rcgen.yaml.
func openProject(c *cli.Context) (*disk.Dir, []byte, error) {
	path := c.String("dir")
	d, err := disk.Open(path, lockWait)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &generator.Error{What: path + ": no such directory", Hint: "rcgen init --dir " + path + " makes a project there"}
	}
	if err != nil {
		return nil, nil, err
	}
	data, err := fs.ReadFile(d.FS(), generator.RequestFile)
	if errors.Is(err, fs.ErrNotExist) {
		err = &generator.Error{What: path + ": holds no project (no " + generator.RequestFile + ")", Hint: "rcgen init makes one; --dir names another directory"}
	}
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return d, data, nil
}

// regenerate writes a project anew from a request file and reports it.
func regenerate(c *cli.Context, e env, d *disk.Dir, requestFile []byte, before *generator.Plan) error {
	b, err := job{requestFile: requestFile, current: d.FS(), dir: c.String("dir")}.build(e)
	if err != nil {
		return err
	}
	if err := warn(c, e, b.plan.Warnings); err != nil {
		return err
	}
	if b.newSecret {
		fmt.Fprintf(e.stderr, "rcgen: warning: %s was missing: its secrets are made anew\nrcgen: hint: a database that exists knows the old ones; put that file back instead\n", generator.EnvFile)
	}
	if !c.Bool("dry-run") {
		if err := d.Write(b.valid); err != nil {
			return err
		}
	}
	return printWritten(c, e, b, before)
}

// warn prints warnings, or returns them as an error with --strict.
func warn(c *cli.Context, e env, warnings []generator.Warning) error {
	if c.Bool("strict") && len(warnings) > 0 {
		w := warnings[0]
		return &generator.Error{What: fmt.Sprintf("%s: %s", w.Code, w.Message), Hint: w.Hint + "; or leave --strict out"}
	}
	for _, w := range warnings {
		fmt.Fprintf(e.stderr, "rcgen: warning: %s: %s\nrcgen: hint: %s\n", w.Code, w.Message, w.Hint)
	}
	return nil
}
