package main

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/keys"
	"rcgen/internal/disk"
)

func initCommand(e env) *cli.Command {
	flags := []cli.Flag{&cli.StringFlag{Name: "users", Usage: keys.Help("users")}}
	return &cli.Command{
		Name:  "init",
		Usage: "make a project for a number of users",
		UsageText: "rcgen init --users N [options]\n\n" +
			"   rcgen init --users 50                                   # a first try: http://localhost\n" +
			"   rcgen init --users 3000 --domain chat.yourcompany.com --acme-email ops@yourcompany.com\n" +
			"   rcgen init --users 3000 --cores 8 --memory 32GiB        # planned here for a machine there\n" +
			"   rcgen init --users 800 --edition community              # without a licence",
		Flags:  append(append(flags, requestFlags()...), secretFlag(), strictFlag(), dryRunFlag(), dirFlag(), formatFlag()),
		Action: validating(func(c *cli.Context) error { return runInit(c, e) }),
	}
}

func runInit(c *cli.Context, e env) error {
	r, err := newRequest(c, e)
	if err != nil {
		return err
	}
	j := job{dir: c.String("dir")}
	if j.secrets, err = readSecrets(c); err != nil {
		return err
	}
	if err := j.placeProfile(&r); err != nil {
		return err
	}
	if j.requestFile, err = generator.NewRequestFile(r); err != nil {
		return err
	}
	d, err := disk.Create(j.dir, lockWait)
	if err != nil {
		return err
	}
	defer d.Close()
	j.current = d.FS()
	if err := refuseProject(j.dir, d.FS()); err != nil {
		return err
	}
	b, err := j.build(e)
	if err != nil {
		return err
	}
	b.plan.Host.Source = r.Host.Source
	return finish(c, e, d, b, nil)
}

// newProject is the request that options and answers are put upon.
func newProject() generator.Request {
	return generator.Request{
		Version: generator.RequestVersion,
		Project: "rocketchat",
		Release: generator.DefaultRelease,
		Domain:  generator.Localhost,
		TLS:     generator.TLS{Mode: generator.TLSOff},
	}
}

// newRequest makes a request from the options, and from answers where a person
// gave no number of users.
func newRequest(c *cli.Context, e env) (r generator.Request, err error) {
	r = newProject()
	if err := applyFlags(c, &r); err != nil {
		return r, err
	}
	switch {
	case c.IsSet("users"):
		if r.Users, err = positive("users", c.String("users")); err != nil {
			return r, err
		}
		r.Host, err = readHost(c, e, generator.Host{})
	case e.terminal:
		err = ask(c, e, &r)
	default:
		err = usageError{&generator.Error{What: "init: wants --users N", Hint: "count every account that will exist, like rcgen init --users 3000"}}
	}
	if err != nil {
		return r, err
	}
	if err := r.Check(); err != nil {
		return r, usageError{err}
	}
	return r, nil
}

// placeProfile makes a profile given as a file part of the project: named where
// it lies in there, copied where it does not.
func (j *job) placeProfile(r *generator.Request) error {
	own, data, err := ownProfile("", r.Profile)
	if err != nil {
		return usageError{err}
	}
	if own == nil {
		return nil
	}
	dir, err1 := filepath.Abs(j.dir)
	file, err2 := filepath.Abs(r.Profile)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if rel, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rel) {
		r.Profile = filepath.ToSlash(rel)
		return nil
	}
	r.Profile = "profile.yaml"
	j.profile = &generator.File{Path: r.Profile, Content: data, Mode: 0o644}
	return nil
}

// refuseProject keeps init from a directory that has a project already.
func refuseProject(dir string, files fs.FS) error {
	for _, name := range []string{generator.RequestFile, generator.LockFile} {
		if _, err := fs.Lstat(files, name); err == nil {
			return &generator.Error{What: dir + ": already holds a project (" + name + ")", Hint: "rcgen scale and rcgen generate change it; --dir names another directory"}
		}
	}
	for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"} {
		if _, err := fs.Lstat(files, name); err == nil {
			return &generator.ForeignError{Files: []string{name}}
		}
	}
	return nil
}
