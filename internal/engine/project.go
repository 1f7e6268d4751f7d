package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rcgen/generator/fault"
)

// Service is what the files say of one service.
type Service struct {
	Hash     string   // Compose's hash of its configuration
	Image    string   // the image's reference as written; empty where Compose names a built image
	Replicas int      // containers it shall have, 1 unless said otherwise
	Disabled bool     // belongs to a profile that is off; the other fields are zero then
	After    []string // services that it waits for, sorted
	Built    bool     // Compose builds its image
	Memory   int64    // its limit, in bytes; 0 without one
	Networks []string // that its containers shall be in, by the engine's names, sorted
}

// Project is what the files say, in Compose's reading: overrides, .env and
// profiles included.
type Project struct {
	Name     string
	Services map[string]Service // by name

	config string // all of it, secrets included
}

// Environment returns the variables that a service is given, secrets included.
func (p Project) Environment(service string) map[string]string {
	var read struct {
		Services map[string]struct{ Environment map[string]string }
	}
	_ = json.Unmarshal([]byte(p.config), &read) // parseProject has read it
	return read.Services[service].Environment
}

// Project reads the files. A broken one is a *fault.Error, as for Compose.
// The engine need not run.
func (e Engine) Project(ctx context.Context) (Project, error) { return e.project(ctx) }

// ProjectOf is Project for another file than those that Compose would find.
func (e Engine) ProjectOf(ctx context.Context, file string) (Project, error) {
	return e.project(ctx, "--file="+file, "--project-directory=.")
}

func (e Engine) project(ctx context.Context, files ...string) (Project, error) {
	config, err := e.Compose(ctx, append(files, "config", "--format", "json")...)
	if err != nil {
		return Project{}, err
	}
	p, err := parseProject(config)
	if err != nil {
		return Project{}, err
	}
	hashes, err := e.hashes(ctx, config)
	if err != nil {
		return Project{}, err
	}
	for name, s := range p.Services {
		s.Hash = hashes[name]
		p.Services[name] = s
	}
	// Services of profiles that are off are not in config, and their containers
	// are no orphans.
	names, err := e.Compose(ctx, append(files, "--profile=*", "config", "--services")...)
	if err != nil {
		return Project{}, err
	}
	for _, name := range strings.Fields(names) {
		if _, on := p.Services[name]; !on {
			p.Services[name] = Service{Disabled: true}
		}
	}
	return p, nil
}

// parseProject reads what `config --format json` prints, without its environments.
func parseProject(config string) (Project, error) {
	var read struct {
		Name     string
		Networks map[string]network
		Services map[string]struct {
			Image  string
			Scale  *int
			Deploy struct{ Replicas *int }
			Build  json.RawMessage
			Memory json.RawMessage            `json:"mem_limit"` // a number or, since Compose 2.1, a string
			After  map[string]json.RawMessage `json:"depends_on"`

			Networks map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(config), &read); err != nil {
		return Project{}, unreadable("docker compose config", err)
	}
	if read.Name == "" {
		return Project{}, &fault.Error{
			What: "docker compose config: names no project",
			Hint: "update Docker Compose: https://docs.docker.com/compose/install/linux/",
		}
	}
	p := Project{Name: read.Name, Services: map[string]Service{}, config: config}
	for name, s := range read.Services {
		replicas := 1
		if s.Deploy.Replicas != nil {
			replicas = *s.Deploy.Replicas
		}
		if s.Scale != nil {
			replicas = *s.Scale
		}
		memory, _ := strconv.ParseInt(strings.Trim(string(s.Memory), `"`), 10, 64) // none is 0
		p.Services[name] = Service{
			Image: s.Image, Replicas: replicas, After: slices.Sorted(maps.Keys(s.After)),
			Built: len(s.Build) > 0, Memory: memory, Networks: inNetworks(s.Networks, read.Networks),
		}
	}
	return p, nil
}

// network is one of a project's.
type network struct{ Name string }

// inNetworks returns the engine's names of a service's networks, sorted.
func inNetworks(keys map[string]json.RawMessage, networks map[string]network) []string {
	var names []string
	for key := range keys {
		if name := networks[key].Name; name != "" { // a vendor's Compose may leave it out
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// hashes asks for the hash of each service in config, which is resolved: of the
// files themselves, Compose from 2.22 to 5.4 gives hashes that no container has,
// since it leaves env_file and variables without a value unresolved for them
// (docker/compose#14001).
func (e Engine) hashes(ctx context.Context, config string) (map[string]string, error) {
	out, err := e.run(ctx, config, e.compose, "--file=-", "config", "--hash", "*")
	if err != nil {
		return nil, err
	}
	hashes := map[string]string{}
	for line := range strings.Lines(out) {
		if name, hash, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			hashes[name] = hash
		}
	}
	return hashes, nil
}

// unreadable is the error for output of another form than known.
func unreadable(name string, err error) error {
	return &fault.Error{
		What: name + ": cannot be read", Err: err,
		Hint: "rcgen needs Docker 20.10 or later and Docker Compose 2 or later",
	}
}
