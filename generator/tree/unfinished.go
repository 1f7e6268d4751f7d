package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/dotenv"
	"rcgen/generator/fault"
	"rcgen/generator/routes"
)

// The files of an apply. Neither is committed.
const (
	ApplyFile   = ".rcgen/apply.json"   // what an unfinished one took out of the routes
	AppliedFile = ".rcgen/applied.yaml" // the configuration that the last one brought into effect
)

// ReadRoutes returns the file in which Traefik finds the replicas, or nil where a
// project has none, and which replicas an unfinished apply keeps out of it.
func ReadRoutes(project fs.FS) ([]byte, routes.Held, error) {
	routing, err := ReadOptional(project, routes.File)
	if err != nil {
		return nil, nil, err
	}
	held := routes.Held{}
	text, err := ReadOptional(project, ApplyFile)
	if err != nil || text == nil {
		return routing, held, err
	}
	var journal struct {
		Held routes.Held `json:"held"`
	}
	if err := json.Unmarshal(text, &journal); err != nil {
		return nil, nil, fault.New("%s: %v", ApplyFile, err).
			Fix("remove it, and look whether all replicas are in " + routes.File)
	}
	maps.Copy(held, journal.Held)
	return routing, held, nil
}

// Rerouted returns the change that brings routes and what is held of them onto the
// disk, both or none. held is nil when the apply is finished. New websockets go to the
// servers in sockets alone, of which the last is preferred; none of them means all.
func Rerouted(project fs.FS, routing []byte, held routes.Held, sockets []string) (Valid, error) {
	steered, err := routes.Steered(routing, sockets)
	if err != nil {
		return Valid{}, err
	}
	files := []File{journal(held), {Path: routes.SteerFile, Content: steered, Mode: 0o644}}
	if routing != nil {
		files = append(files, File{Path: routes.File, Content: routing, Mode: 0o644})
	}
	return changed(project, files...)
}

// Recorded returns the change that keeps a configuration as the applied one. One that
// contains a secret of EnvFile is not kept, and the one before is removed: it would be a
// second place for secrets.
func Recorded(project fs.FS, config []byte) (Valid, error) {
	text, err := ReadOptional(project, EnvFile)
	if err != nil {
		return Valid{}, err
	}
	if _, err := dotenv.Parse(text); err != nil {
		return Valid{}, fmt.Errorf("%s: %w", EnvFile, err)
	}
	stands := func(secret string) bool { return bytes.Contains(config, []byte(secret)) }
	if slices.ContainsFunc(dotenv.Secrets(text), stands) {
		config = nil
	}
	return changed(project, File{Path: AppliedFile, Content: config, Mode: 0o600})
}

// journal returns the file for what is held; without content where nothing is.
func journal(held routes.Held) File {
	f := File{Path: ApplyFile, Mode: 0o600}
	if held == nil {
		return f
	}
	text, err := json.MarshalIndent(struct {
		Held routes.Held `json:"held"`
	}{held}, "", "  ")
	if err != nil {
		panic(err) // strings can always be written
	}
	f.Content = append(text, '\n')
	return f
}

// changed returns what has to be written so that the files are there; one without
// content is removed.
func changed(project fs.FS, files ...File) (Valid, error) {
	var v Valid
	for _, f := range files {
		was, err := ReadRegular(project, f.Path)
		missing := errors.Is(err, fs.ErrNotExist)
		switch {
		case err != nil && !missing:
			return Valid{}, err
		case f.Content == nil && !missing:
			v.changes = append(v.changes, Change{Op: Remove, File: File{Path: f.Path}})
		case f.Content == nil || !missing && bytes.Equal(was, f.Content):
		case missing:
			v.changes = append(v.changes, Change{Op: Create, File: f})
		default:
			v.changes = append(v.changes, Change{Op: Replace, File: f})
		}
	}
	return v, nil
}

// HoldBack returns v with the replicas that its routes add held out of them: an
// apply routes them once they are healthy. v is as it was where that would leave no
// server.
func (v Valid) HoldBack(project fs.FS) (Valid, error) {
	i := slices.IndexFunc(v.changes, func(c Change) bool { return c.File.Path == routes.File && c.Op == Replace })
	if i < 0 {
		return v, nil
	}
	was, held, err := ReadRoutes(project)
	if err != nil {
		return v, err
	}
	old, err := routes.Servers(was)
	if err != nil || len(old) == 0 {
		return v, err
	}
	routing := v.changes[i].File.Content
	names, err := routes.Servers(routing)
	if err != nil {
		return v, err
	}
	var added []string
	for _, name := range names {
		if slices.ContainsFunc(old, func(host string) bool { return routes.ReplicaOf(host) == name }) {
			continue
		}
		if routing, held[name], err = routes.TakeOut(routing, name); err != nil {
			return v, err
		}
		added = append(added, name)
	}
	if len(added) == 0 {
		return v, nil
	}
	f := v.changes[i].File
	f.Content = routing
	both, err := changed(project, f, journal(held))
	if err != nil {
		return v, fmt.Errorf("%s: %w", ApplyFile, err)
	}
	rest := slices.DeleteFunc(slices.Clone(v.changes), func(c Change) bool { return c.File.Path == routes.File })
	all := append(rest, both.changes...)
	slices.SortFunc(all, func(a, b Change) int { return strings.Compare(a.File.Path, b.File.Path) })
	return Valid{changes: all}, nil
}

// Settled returns a project's files as they are when no apply is unfinished: with
// the replicas in the routes that it holds back, each under its own name. What it
// changed there is no edit of a person's.
func Settled(project fs.FS) (fs.FS, error) {
	routing, held, err := ReadRoutes(project)
	if err != nil || len(held) == 0 || routing == nil {
		return project, err
	}
	for _, name := range slices.Sorted(maps.Keys(held)) {
		if gone, err := scaledAway(project, name); err != nil {
			return nil, err
		} else if gone {
			continue
		}
		if routing, err = routes.Restore(routing, name, held[name]); err != nil {
			return nil, err
		}
	}
	return settled{project, routing}, nil
}

// scaledAway reports whether a project's files do not have a service any more: an apply
// held it, and they have changed since.
func scaledAway(project fs.FS, name string) (bool, error) {
	there := false // any service
	for _, path := range append([]string{ComposeFile}, OverrideFiles...) {
		text, err := ReadOptional(project, path)
		if err != nil {
			return false, err
		}
		var file struct {
			Services map[string]any `yaml:"services"`
		}
		broken := yaml.Unmarshal(text, &file) != nil // Compose says so itself
		if _, is := file.Services[name]; is || broken {
			return false, nil
		}
		there = there || len(file.Services) > 0
	}
	return there, nil
}

// settled is a project with other routes.
type settled struct {
	fs.FS
	routes []byte
}

func (s settled) ReadFile(name string) ([]byte, error) {
	if name == routes.File {
		return bytes.Clone(s.routes), nil
	}
	return fs.ReadFile(s.FS, name)
}

func (s settled) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(s.FS, name) }

func (s settled) ReadLink(name string) (string, error) { return fs.ReadLink(s.FS, name) }
