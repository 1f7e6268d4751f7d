package inspect

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/generator/units"
	"rcgen/internal/container"
	"rcgen/internal/doctor"
	"rcgen/internal/host"
	"rcgen/internal/project"
	"rcgen/internal/redact"
)

// Doctor returns the functions by which doctor asks about the project in dir. If it
// holds none, only the host is checked; an rcgen.yaml that cannot be read is
// Sources.Broken. A missing directory is a *project.MissingError. random is for secrets
// that the project lacks, none of which is written; detect measures this machine.
func Doctor(
	dir string, random io.Reader, detect func(context.Context) (host.Measured, error), now func() time.Time,
) (doctor.Sources, error) {
	if _, err := os.Stat(dir); err != nil {
		return doctor.Sources{}, &project.MissingError{Dir: dir, NoDir: true}
	}
	machine := func(ctx context.Context) (stack.Host, error) {
		m, err := detect(ctx)
		return stack.Host{Cores: m.CPUs, Memory: units.Bytes(m.Total)}, err
	}
	secrets := project.Redactor(dir, os.Getenv(doctorPassword))
	l := look{dir: dir, random: random, secrets: secrets}
	l.docker, l.compose = findDocker(dir, secrets), findOnce(dir, secrets)
	s := l.doctor(machine)
	s.Now = now
	plan, err := project.ReadPlan(dir)
	var none *project.MissingError
	switch {
	case err == nil:
		s.Plan = &plan
	case !errors.As(err, &none):
		s.Broken = err
	}
	s.Containers = func(ctx context.Context) ([]container.Container, error) { return l.containers(ctx, s.Plan) }
	return s, nil
}

// look is a look at one project.
type look struct {
	dir     string
	random  io.Reader // for secrets that are missing
	secrets redact.Redactor
	docker  finder // of what needs no Compose
	compose finder
}

// doctor returns what needs no plan.
func (l look) doctor(machine func(context.Context) (stack.Host, error)) doctor.Sources {
	return doctor.Sources{
		Clean: cleaner(l.dir, l.secrets),
		Docker: func(ctx context.Context, args ...string) (string, error) {
			docker, err := l.docker(ctx)
			if err != nil {
				return "", err
			}
			return docker.docker(ctx, args...)
		},
		Compose: func(ctx context.Context, args ...string) (string, error) {
			docker, err := l.compose(ctx)
			if err != nil {
				return "", err
			}
			return docker.compose(ctx, args...)
		},
		Host:    doctor.ThisMachine(),
		Project: l.projectSources(machine),
		Running: doctor.RunningSources{
			WebSources: webSources(l.dir),
			Backups:    func() ([]doctor.Backup, error) { return listBackups(os.DirFS(l.dir)) },
		},
	}
}

// containers returns those of the planned project but for those of `docker compose run`.
func (l look) containers(ctx context.Context, plan *generator.Plan) ([]container.Container, error) {
	if plan == nil {
		return nil, nil
	}
	docker, err := l.docker(ctx)
	if err != nil {
		return nil, err
	}
	all, err := docker.containers(ctx, plan.Request.Project)
	return slices.DeleteFunc(all, func(c container.Container) bool { return c.OneOff }), err
}
