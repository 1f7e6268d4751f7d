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
	"rcgen/internal/disk"
	"rcgen/internal/engine"
	"rcgen/internal/status"
)

// statusLockWait is how long status waits for another rcgen, as long as a write
// takes at the very most (assumption), and less than status has for the files.
const statusLockWait = 2 * time.Second

// askFiles compares rcgen.yaml with the files, as diff does. A clone without its
// secrets is compared with those of .env.example.
func askFiles(c *cli.Context, e env) ([]status.FileDrift, error) {
	dir := c.String("dir")
	d, err := disk.Open(dir, statusLockWait)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	text, err := generator.ReadRegular(d.FS(), generator.RequestFile)
	if err != nil {
		return nil, err
	}
	envFile := generator.EnvFile
	if _, err := fs.Lstat(d.FS(), envFile); errors.Is(err, fs.ErrNotExist) {
		envFile = generator.EnvExample
	}
	current, err := generator.Settled(d.FS())
	if err != nil {
		return nil, err
	}
	b, err := job{requestFile: text, envFile: envFile, current: current, dir: dir, written: true}.reconcile(e)
	if err != nil {
		return nil, err
	}
	var all []status.FileDrift
	for _, f := range b.outcome.Differences() {
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
	for _, c := range containers {
		if c.OneOff || p.Services[c.Service].Disabled {
			continue
		}
		created := c.Created
		r.Containers = append(r.Containers, status.Container{ID: c.ID, Service: c.Service, Number: c.Number, State: c.State, Health: c.Health, Image: c.Image, Created: &created})
	}
	for _, d := range engine.Compare(p.Services, containers) {
		r.Drift = append(r.Drift, status.ContainerDrift{Service: d.Service, Container: d.Container, Kind: status.Kind(d.Kind), Detail: d.Detail})
	}
	return r, nil
}

// asPlanned stands in for files that cannot be read: the services of the plan, and
// what else is there, each as it is.
func asPlanned(plan generator.Plan, containers []engine.Container) map[string]engine.Service {
	services := map[string]engine.Service{}
	for _, s := range plan.Services {
		if s.Name != generator.RocketChat {
			services[s.Name] = engine.Service{Replicas: 1}
		}
	}
	for _, name := range slices.Concat(plan.Replicas(), plan.MongoDBMembers()) {
		services[name] = engine.Service{Replicas: 1}
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
