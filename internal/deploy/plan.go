package deploy

import (
	"context"
	"fmt"
	"slices"

	"rcgen/generator/fault"
	"rcgen/generator/routes"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
	"rcgen/internal/container"
	"rcgen/internal/rollout"
)

// Plan is what an apply does, and what is to be said about it.
type Plan struct {
	Project string // Compose's name of it
	rollout.Plan

	options rollout.Options
}

// OptionError is an option that does not fit the files.
type OptionError struct{ Err error }

// Error is that of Err.
func (e *OptionError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *OptionError) Unwrap() error { return e.Err }

// Plan compares the files with the containers and changes nothing. The error is an
// *OptionError for an option that does not fit the files, a *fault.Error where a
// stated surge has no memory, or the engine's.
func (d *Deployment) Plan(ctx context.Context) (Plan, error) {
	want, have, err := d.read(ctx)
	if err != nil {
		return Plan{}, err
	}
	surge, lack, err := d.room(ctx)
	if err != nil {
		return Plan{}, err
	}
	o := rollout.Options{
		Allow: d.options.Allow, MaxUnavailable: d.options.MaxUnavailable,
		Drain: d.options.Drain, Timeout: d.options.Timeout, Surge: surge,
	}
	steps, err := rollout.Steps(want, have, o)
	if err != nil {
		return Plan{}, &OptionError{err}
	}
	if lack != "" && steps.Drains() {
		steps.Notes = append(steps.Notes, lack)
	}
	return Plan{Project: d.project.Name, Plan: steps, options: o}, nil
}

// read asks for what is to run and what runs.
func (d *Deployment) read(ctx context.Context) (rollout.Want, rollout.Have, error) {
	want := rollout.Want{Services: map[string]rollout.Service{}}
	for name, s := range d.project.Services {
		want.Services[name] = rollout.Service{
			Image: s.Image, Hash: s.Hash, Replicas: s.Replicas, After: s.After, Networks: s.Networks, Off: s.Disabled,
		}
	}
	routing, held, err := tree.ReadRoutes(d.files.FS())
	if err != nil {
		return want, rollout.Have{}, err
	}
	if want.Routed, err = routes.Servers(routing); err != nil {
		return want, rollout.Have{}, err
	}
	_, proxied := want.Services["traefik"]
	want.Editable = proxied && len(want.Routed) > 0
	want.Start = d.lastStart()
	have := rollout.Have{}
	for name := range held {
		have.Held = append(have.Held, name)
	}
	slices.Sort(have.Held)
	if have.Containers, err = d.containers(ctx); err != nil {
		return want, have, err
	}
	have.Missing, err = d.engine.MissingImages(ctx, d.images(have.Containers))
	return want, have, err
}

// images returns those that Compose would pull, but for those that run already.
func (d *Deployment) images(running []container.Container) []string {
	var images []string
	for _, s := range d.project.Services {
		used := slices.ContainsFunc(running, func(c container.Container) bool { return c.Image == s.Image })
		if s.Image != "" && !s.Built && !used { // one of a profile that is off has none
			images = append(images, s.Image)
		}
	}
	slices.Sort(images)
	return slices.Compact(images)
}

// containers returns those of the project, without those of `docker compose run`, and
// remembers Traefik's.
func (d *Deployment) containers(ctx context.Context) ([]container.Container, error) {
	all, err := d.engine.Containers(ctx, d.project.Name)
	if err != nil {
		return nil, err
	}
	d.traefik = ""
	all = slices.DeleteFunc(all, func(c container.Container) bool { return c.OneOff })
	for _, c := range all {
		if c.Service == "traefik" && c.Running() {
			d.traefik = c.ID
		}
	}
	return all, nil
}

// room decides whether a replica may have a second container for the time of a roll.
// Unless the operator has, it may if others serve and the engine's machine has the
// memory; if it has not, lack says so.
func (d *Deployment) room(ctx context.Context) (surge bool, lack string, err error) {
	first := d.project.Services[stack.RocketChat+"-1"]
	stated := d.options.Surge != nil
	if stated {
		surge = *d.options.Surge
	} else {
		_, surge = d.project.Services[stack.RocketChat+"-2"]
	}
	if !surge || first.Memory == 0 {
		return surge, "", nil
	}
	has, err := d.engine.Memory(ctx)
	if err != nil {
		return false, "", err
	}
	limits := first.Memory
	for _, s := range d.project.Services {
		limits += s.Memory * int64(s.Replicas)
	}
	if limits <= has {
		return true, "", nil
	}
	figures := fmt.Sprintf("with one container more the limits are %s together, and the machine has %s",
		units.Bytes(limits).Human(), units.Bytes(has).Human())
	if stated {
		return false, "", &fault.Error{
			What: "apply: --surge: " + figures,
			Hint: "leave --surge out: replicas are then stopped before they are made anew",
		}
	}
	return false, "no surge: " + figures + "; some websockets drop twice", nil
}
