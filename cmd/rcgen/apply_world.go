package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/project"
	"rcgen/internal/rollout"
)

// stopping is what a command may need beside a start: twice the longest
// stop_grace_period in compose.yaml.
const stopping = 2 * time.Minute

// applying is an apply between the project's directory and its containers.
type applying struct {
	e       env
	d       *project.Project
	dir     string
	engine  engine.Engine
	release func()
	project engine.Project
	traefik string        // its container, while it runs
	start   time.Duration // that the first replica took to get healthy, last; 0: not known
	began   time.Time     // when the step at work began
}

// newApplying finds the engine, keeps others from it, for a while also what an apply
// that was killed has left running, and refuses what would do harm. release ends it.
func newApplying(c *cli.Context, e env, p *project.Project) (*applying, error) {
	a := &applying{e: e, d: p, dir: c.String("dir"), release: func() {}}
	var err error
	if a.engine, err = newEngine(c.Context, a.dir); err != nil {
		return nil, err
	}
	if err := a.engine.CheckCompose(c.Context); err != nil {
		return nil, err
	}
	if !c.Bool("dry-run") {
		if err := a.lock(c.Context); err != nil {
			return nil, err
		}
	}
	if err := a.guard(c.Context, p.Request); err != nil {
		a.release()
		return nil, err
	}
	return a, nil
}

func (a *applying) lock(ctx context.Context) error {
	own := filepath.Join(a.dir, filepath.Dir(generator.ApplyFile))
	if err := os.MkdirAll(own, 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, project.LockWait)
	defer cancel()
	locked, release, err := a.engine.Exclusive(ctx, own)
	if err == nil {
		a.engine, a.release = locked, release
	}
	return err
}

// read asks for what is to run and what runs.
func (a *applying) read(ctx context.Context) (rollout.Want, rollout.Have, error) {
	want := rollout.Want{Services: map[string]rollout.Service{}}
	for name, s := range a.project.Services {
		want.Services[name] = rollout.Service{
			Image: s.Image, Hash: s.Hash, Replicas: s.Replicas, After: s.After, Networks: s.Networks, Off: s.Disabled,
		}
	}
	routes, held, err := generator.ReadRoutes(a.d.FS())
	if err != nil {
		return want, rollout.Have{}, err
	}
	if want.Routed, err = generator.Servers(routes); err != nil {
		return want, rollout.Have{}, err
	}
	_, proxied := want.Services["traefik"]
	want.Editable = proxied && len(want.Routed) > 0
	want.Start = a.lastStart()
	have := rollout.Have{}
	for name := range held {
		have.Held = append(have.Held, name)
	}
	slices.Sort(have.Held)
	if have.Containers, err = a.containers(ctx); err != nil {
		return want, have, err
	}
	have.Missing, err = a.engine.MissingImages(ctx, a.images(have.Containers))
	return want, have, err
}

// images returns those that Compose would pull, but for those that run already.
func (a *applying) images(running []container.Container) []string {
	var images []string
	for _, s := range a.project.Services {
		used := slices.ContainsFunc(running, func(c container.Container) bool { return c.Image == s.Image })
		if s.Image != "" && !s.Built && !s.Disabled && !used {
			images = append(images, s.Image)
		}
	}
	slices.Sort(images)
	return slices.Compact(images)
}

func (a *applying) containers(ctx context.Context) ([]container.Container, error) {
	all, err := a.engine.Containers(ctx, a.project.Name)
	if err != nil {
		return nil, err
	}
	a.traefik = ""
	all = slices.DeleteFunc(all, func(c container.Container) bool { return c.OneOff })
	for _, c := range all {
		if c.Service == "traefik" && c.Running() {
			a.traefik = c.ID
		}
	}
	return all, nil
}

// world is the real one. A command that changes containers is not cut off by a
// signal.
func (a *applying) world(o rollout.Options) rollout.World {
	whole := func(ctx context.Context, do func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Timeout+stopping)
		defer cancel()
		return do(ctx)
	}
	return rollout.World{
		Containers: a.containers,
		Pull:       a.engine.Pull,
		Up: func(ctx context.Context, s rollout.Step) error {
			how := engine.Needed
			if s.Force {
				how = engine.Always
			}
			if s.AsIs {
				how = engine.Never
			}
			return whole(ctx, func(ctx context.Context) error { return a.engine.Up(ctx, "", how, s.Services...) })
		},
		Beside: func(ctx context.Context, service string) error {
			return whole(ctx, func(ctx context.Context) error { return a.engine.Beside(ctx, service) })
		},
		Remove: func(ctx context.Context, c container.Container) error {
			return whole(ctx, func(ctx context.Context) error { return a.engine.Stop(ctx, c.ID) })
		},
		Restore: func(ctx context.Context, c container.Container) (known bool, err error) {
			err = whole(ctx, func(ctx context.Context) error { known, err = a.restore(ctx, c); return err })
			return known, err
		},
		Routes:    func() ([]byte, generator.Held, error) { return generator.ReadRoutes(a.d.FS()) },
		SetRoutes: a.setRoutes,
		Proxy: func(ctx context.Context) (rollout.Proxy, bool, error) {
			if a.traefik == "" { // it may run by now
				if _, err := a.containers(ctx); err != nil || a.traefik == "" {
					return rollout.Proxy{}, false, err
				}
			}
			p, err := a.engine.Proxy(ctx, a.traefik)
			return rollout.Proxy{Reloads: p.Reloads, Servers: p.Servers}, true, err
		},
		Failed: a.showLogs,
		Now:    time.Now,
		Wait:   wait,
		Begin:  a.begin,
		End:    a.end,
		Tell:   func(line string) { fmt.Fprintf(a.e.stderr, "rcgen: %s\n", line) },
	}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (a *applying) begin(number, of int, s rollout.Step) {
	a.began = time.Now()
	fmt.Fprintf(a.e.stderr, "rcgen: %d/%d %s %s\n", number, of, s.Action, strings.Join(s.Services, ", "))
}

func (a *applying) end(number, of int, s rollout.Step) {
	took := time.Since(a.began)
	if took >= time.Second && slices.Contains([]rollout.Action{rollout.Start, rollout.Recreate, rollout.Surge}, s.Action) && s.Services[0] == generator.RocketChat+"-1" {
		a.start = took // less was begun by another run
	}
	fmt.Fprintf(a.e.stderr, "rcgen: %d/%d done, %s\n", number, of, short(took))
}

// setRoutes writes Traefik's files, and beside them what is held of them.
func (a *applying) setRoutes(r rollout.Routes) error {
	if len(r.Held) == 0 {
		r.Held = nil
	}
	v, err := generator.Rerouted(a.d.FS(), r.File, r.Held, r.Sockets)
	if err != nil {
		return err
	}
	return a.d.Write(v)
}

// showLogs prints the last that a container said.
func (a *applying) showLogs(ctx context.Context, c container.Container) {
	const lines = 20 // assumption: a start that fails says why in its last lines
	text, err := a.engine.Logs(ctx, c.ID, lines)
	if err != nil || strings.TrimSpace(text) == "" {
		return
	}
	for line := range strings.Lines(text) {
		fmt.Fprintf(a.e.stderr, "%s | %s\n", c.Service, strings.TrimRight(line, "\r\n"))
	}
}
