package deploy

import (
	"context"
	"strings"
	"time"

	"rcgen/generator/routes"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/rollout"
)

// stopping is what a command may need beside a start: twice the longest
// stop_grace_period in compose.yaml.
const stopping = 2 * time.Minute

// Run makes the steps of a plan. If ctx ends, what has begun is finished and the rest
// is left. The error is that of the step that failed, or says where it was interrupted.
func (d *Deployment) Run(ctx context.Context, p Plan) error {
	return rollout.Run(ctx, p.Plan, p.options, d.world())
}

// world is the real one.
func (d *Deployment) world() rollout.World {
	return rollout.World{
		Containers: d.containers,
		Pull:       d.engine.Pull,
		Up:         d.up,
		Beside: func(ctx context.Context, service string) error {
			return d.whole(ctx, func(ctx context.Context) error { return d.engine.Beside(ctx, service) })
		},
		Remove: func(ctx context.Context, c container.Container) error {
			return d.whole(ctx, func(ctx context.Context) error { return d.engine.Stop(ctx, c.ID) })
		},
		Restore: func(ctx context.Context, c container.Container) (known bool, err error) {
			err = d.whole(ctx, func(ctx context.Context) error { known, err = d.restore(ctx, c); return err })
			return known, err
		},
		Routes:    func() ([]byte, routes.Held, error) { return tree.ReadRoutes(d.files.FS()) },
		SetRoutes: d.setRoutes,
		Proxy:     d.proxy,
		Failed:    d.showLogs,
		Now:       time.Now,
		Wait:      wait,
		Begin:     d.begin,
		End:       d.end,
		Tell:      d.report.Tell,
	}
}

// whole runs a command that changes containers, which a signal does not cut off.
func (d *Deployment) whole(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.options.Timeout+stopping)
	defer cancel()
	return do(ctx)
}

func (d *Deployment) up(ctx context.Context, s rollout.Step) error {
	how := engine.Needed
	if s.Force {
		how = engine.Always
	}
	if s.AsIs {
		how = engine.Never
	}
	return d.whole(ctx, func(ctx context.Context) error { return d.engine.Up(ctx, "", how, s.Services...) })
}

func (d *Deployment) proxy(ctx context.Context) (rollout.Proxy, bool, error) {
	if d.traefik == "" { // it may run by now
		if _, err := d.containers(ctx); err != nil || d.traefik == "" {
			return rollout.Proxy{}, false, err
		}
	}
	p, err := d.engine.Proxy(ctx, d.traefik)
	return rollout.Proxy{Reloads: p.Reloads, Servers: p.Servers}, true, err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (d *Deployment) begin(number, of int, s rollout.Step) {
	d.began = time.Now()
	d.report.Begin(number, of, s)
}

func (d *Deployment) end(number, of int, s rollout.Step) {
	took := time.Since(d.began)
	starts := s.Action == rollout.Start || s.Action == rollout.Recreate || s.Action == rollout.Surge
	if starts && took >= time.Second && s.Services[0] == stack.RocketChat+"-1" {
		d.start = took // less was begun by another run
	}
	d.report.End(number, of, s, took)
}

// setRoutes writes Traefik's files, and beside them what is held of them.
func (d *Deployment) setRoutes(r rollout.Routes) error {
	if len(r.Held) == 0 {
		r.Held = nil
	}
	v, err := tree.Rerouted(d.files.FS(), r.File, r.Held, r.Sockets)
	if err != nil {
		return err
	}
	return d.files.Write(v)
}

// showLogs reports the last that a container said.
func (d *Deployment) showLogs(ctx context.Context, c container.Container) {
	const lines = 20 // assumption: a start that fails says why in its last lines
	text, err := d.engine.Logs(ctx, c.ID, lines)
	if err != nil || strings.TrimSpace(text) == "" {
		return
	}
	for line := range strings.Lines(text) {
		d.report.Log(c.Service, strings.TrimRight(line, "\r\n"))
	}
}
