package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/project"
	"rcgen/internal/status"
)

// Status asks once how the project in dir is, and takes status.Limit at most. It reads
// rcgen.yaml without the lock: while another rcgen is at work, the status is what a
// person wants to see. random is for secrets that the project lacks, none of which is
// written. The errors are those of project.ReadPlan and of the engine.
func Status(ctx context.Context, dir string, random io.Reader) (status.Status, error) {
	return look{dir: dir, random: random, compose: find(dir)}.status(ctx)
}

func (l look) status(ctx context.Context) (status.Status, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, status.Limit, fmt.Errorf("no answer within %v", status.Limit))
	defer cancel()
	plan, err := project.ReadPlan(l.dir)
	if err != nil {
		return status.Status{}, err
	}
	docker, err := l.compose(ctx)
	if err != nil {
		return status.Status{}, err
	}
	_, held, err := tree.ReadRoutes(os.DirFS(l.dir))
	if err != nil {
		return status.Status{}, err
	}
	return status.Ask(ctx, status.Sources{
		Unfinished: len(held) > 0,
		Running:    func(ctx context.Context) (status.Running, error) { return l.running(ctx, docker, plan) },
		Files:      func(context.Context) ([]status.FileDrift, error) { return l.files() },
		Docker:     docker.docker,
	}, plan)
}

// statusLockWait is how long status waits for another rcgen, as long as a write
// takes at the very most (assumption), and less than status has for the files.
const statusLockWait = 2 * time.Second

// files compares rcgen.yaml with the files, as diff does. A clone without its secrets is
// compared with those of .env.example.
func (l look) files() ([]status.FileDrift, error) {
	p, err := project.Open(l.dir, statusLockWait)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	envFile := tree.EnvFile
	if _, err := fs.Lstat(p.FS(), envFile); errors.Is(err, fs.ErrNotExist) {
		envFile = tree.EnvExample
	}
	current, err := tree.Settled(p.FS())
	if err != nil {
		return nil, err
	}
	choices := project.Choices{Request: p.Request, Dir: l.dir, EnvFile: envFile, Written: true, Random: l.random}
	b, err := choices.Reconcile(current)
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

// running asks for the containers and compares them with the files. Where those
// cannot be read, the containers of the planned project are compared with the plan.
func (l look) running(ctx context.Context, docker asker, plan generator.Plan) (status.Running, error) {
	var r status.Running
	p := engine.Project{Name: plan.Request.Project}
	if _, err := os.Stat(filepath.Join(l.dir, tree.ComposeFile)); err != nil {
		r.Unread = errors.New("there is no " + tree.ComposeFile) // Compose would take that of a parent
	} else if read, err := docker.project(ctx); err != nil {
		r.Unread = err
	} else {
		p = read
	}
	containers, err := docker.containers(ctx, p.Name)
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
		if s.Name != stack.RocketChat {
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
