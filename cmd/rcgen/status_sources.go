package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/project"
	"rcgen/internal/status"
)

// statusLockWait is how long status waits for another rcgen, as long as a write
// takes at the very most (assumption), and less than status has for the files.
const statusLockWait = 2 * time.Second

// askFiles compares rcgen.yaml with the files, as diff does. A clone without its
// secrets is compared with those of .env.example.
func askFiles(c *cli.Context, e env) ([]status.FileDrift, error) {
	dir := c.String("dir")
	p, err := project.Open(dir, statusLockWait)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	envFile := generator.EnvFile
	if _, err := fs.Lstat(p.FS(), envFile); errors.Is(err, fs.ErrNotExist) {
		envFile = generator.EnvExample
	}
	current, err := generator.Settled(p.FS())
	if err != nil {
		return nil, err
	}
	b, err := project.Choices{Request: p.Request, Dir: dir, EnvFile: envFile, Written: true, Random: e.random}.Reconcile(current)
	if err != nil {
		return nil, err
	}
	var all []status.FileDrift
	for _, f := range b.Outcome.Differences() {
		if f.Pending() {
			all = append(all, status.FileDrift{Path: f.Path, Change: f.Change})
		}
	}
	return all, nil
}

// askRunning asks for the containers and compares them with the files. Where those
// cannot be read, the containers of the planned project are compared with the plan.
func askRunning(ctx context.Context, dir string, docker engine.Engine, plan generator.Plan) (status.Running, error) {
	var r status.Running
	p := engine.Project{Name: plan.Request.Project}
	if _, err := os.Stat(filepath.Join(dir, "compose.yaml")); err != nil {
		r.Unread = errors.New("there is no compose.yaml") // Compose would take that of a parent
	} else if read, err := docker.Project(ctx); err != nil {
		r.Unread = err
	} else {
		p = read
	}
	containers, err := docker.Containers(ctx, p.Name)
	if err != nil {
		return status.Running{}, err
	}
	if r.Unread != nil {
		p.Services = asPlanned(plan, containers)
	}
	r.Project = p.Name
	r.Drift = engine.Compare(p.Services, containers)
	r.Containers = slices.DeleteFunc(containers, func(c container.Container) bool {
		return c.OneOff || p.Services[c.Service].Disabled
	})
	return r, nil
}

// asPlanned stands in for files that cannot be read: the services of the plan, and
// what else is there, each as it is.
func asPlanned(plan generator.Plan, containers []container.Container) map[string]engine.Service {
	services := map[string]engine.Service{}
	for _, s := range plan.Services {
		if s.Name != generator.RocketChat {
			services[s.Name] = engine.Service{Replicas: 1}
		}
	}
	for _, r := range plan.Replicas {
		services[r.Name] = engine.Service{Replicas: 1}
	}
	for _, m := range plan.MongoDBMembers {
		services[m.Name] = engine.Service{Replicas: 1}
	}
	found := map[string]engine.Service{}
	for _, c := range containers {
		if !c.OneOff {
			found[c.Service] = engine.Service{Hash: c.Hash, Image: c.Image, Replicas: found[c.Service].Replicas + 1}
		}
	}
	for name, s := range found {
		services[name] = s
	}
	return services
}
