package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Project is a generated project on an engine.
type Project struct {
	Dir    string // its directory
	Name   string // Compose project name
	engine *Engine
	rcgen  string // binary
}

// NewProject runs rcgen init in a new directory. Its name is the test's own, so
// that no other project is touched.
func (e *Engine) NewProject(ctx context.Context, rcgen, dir, name string, args ...string) (*Project, error) {
	p := &Project{Dir: dir, Name: name, engine: e, rcgen: rcgen}
	_, err := p.Rcgen(ctx, append([]string{"init", "--project", name}, args...)...)
	return p, err
}

// Rcgen runs rcgen in the project and returns its standard output.
func (p *Project) Rcgen(ctx context.Context, args ...string) (string, error) {
	return p.engine.output(ctx, "", p.rcgen, append(args, "--dir", p.Dir)...)
}

// Compose runs docker compose in the project's directory, as a person would.
func (p *Project) Compose(ctx context.Context, args ...string) (string, error) {
	return p.engine.output(ctx, p.Dir, "docker", append([]string{"compose"}, args...)...)
}

// Docker runs docker.
func (p *Project) Docker(ctx context.Context, args ...string) (string, error) {
	return p.engine.output(ctx, "", "docker", args...)
}

// Override writes compose.override.yaml: what the test machine forbids, or what
// sets up a stand-in.
func (p *Project) Override(text string) error {
	return os.WriteFile(filepath.Join(p.Dir, "compose.override.yaml"), []byte(text), 0o644)
}

// Container is one container of the project as `docker compose ps` tells it.
type Container struct {
	ID      string `json:"ID"`
	Name    string `json:"Name"`
	Service string `json:"Service"`
	State   string `json:"State"`
	Health  string `json:"Health"`
}

// Containers returns all containers, stopped ones included, by service.
func (p *Project) Containers(ctx context.Context) (map[string]Container, error) {
	out, err := p.Compose(ctx, "ps", "--all", "--no-trunc", "--format", "json")
	if err != nil {
		return nil, err
	}
	all := map[string]Container{}
	for line := range strings.Lines(out) {
		var c Container
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			return nil, fmt.Errorf("docker compose ps: %w", err)
		}
		all[c.Service] = c
	}
	return all, nil
}

// IDs returns the container of each service.
func (p *Project) IDs(ctx context.Context) (map[string]string, error) {
	all, err := p.Containers(ctx)
	ids := map[string]string{}
	for service, c := range all {
		ids[service] = c.ID
	}
	return ids, err
}

// Logs returns what every container said, for a failed case.
func (p *Project) Logs(ctx context.Context) string {
	out, err := p.Compose(ctx, "logs", "--no-color", "--timestamps")
	if err != nil {
		return err.Error()
	}
	return out
}
