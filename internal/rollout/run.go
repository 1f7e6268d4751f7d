package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rcgen/generator/fault"
	"rcgen/generator/routes"
	"rcgen/internal/container"
)

const (
	// taken is how long Traefik may need to take a changed file and to say so: its own
	// delay is 100 ms in traefik/traefik.yaml and 2 s by default
	// (https://doc.traefik.io/traefik/reference/install-configuration/providers/overview/);
	// assumption: a machine that is busy with a roll needs some times that.
	taken = 30 * time.Second
	// Pauses between two questions; assumption: none of them is felt.
	askProxy  = 100 * time.Millisecond
	askEngine = 500 * time.Millisecond
)

// Proxy is what Traefik says of its configuration.
type Proxy struct {
	Reloads string          // changes whenever it takes another one
	Servers map[string]bool // replicas that it knows of
}

// World is all that Run does to the world, and all that it sees of it. A function
// that changes containers ends its command before it returns, even where ctx has
// ended: a command cut off leaves more to mend than one that is done.
type World struct {
	Containers func(ctx context.Context) ([]container.Container, error)
	Pull       func(ctx context.Context, image string) error
	Up         func(ctx context.Context, s Step) error // without waiting
	// Beside makes a second container, as the files say, without waiting.
	Beside func(ctx context.Context, service string) error
	Remove func(ctx context.Context, c container.Container) error // stops it first
	// Restore brings back what c, which may be no more than a service, was; false: not known.
	Restore    func(ctx context.Context, c container.Container) (bool, error)
	Routes     func() ([]byte, routes.Held, error)                       // Traefik's file
	SetRoutes  func(c Routes) error                                      // all of it or nothing
	Proxy      func(ctx context.Context) (p Proxy, runs bool, err error) // asks Traefik
	Failed     func(ctx context.Context, c container.Container)          // shows why, before it goes
	Now        func() time.Time                                          //
	Wait       func(ctx context.Context, d time.Duration) error          // its error is that of ctx
	Begin, End func(number, of int, s Step)                              // tell of the progress
	Tell       func(line string)                                         // of what state things are in
}

// Routes are what Traefik and the next apply are told.
type Routes struct {
	File    []byte      // Traefik's
	Held    routes.Held // what was taken out of it for a while
	Sockets []string    // the servers that new websockets go to, the preferred one last; none: all
}

// run is an apply at work.
type run struct {
	World
	opts     Options
	services map[string]Service // that the files have

	reloads string // what Traefik said when it had taken the last change; empty before
}

// Run makes the steps of a plan one after the other. At the first that fails it puts the old
// containers back where that is possible and says how things stand; the error says
// what failed. Where ctx ends, what has begun is finished and the rest is left.
func Run(ctx context.Context, p Plan, o Options, w World) error {
	r := &run{World: w, opts: o, services: p.services}
	steps := p.Steps
	for i, s := range steps {
		if ctx.Err() != nil {
			return interrupted(i+1, len(steps), s)
		}
		w.Begin(i+1, len(steps), s)
		var old []container.Container
		var err error
		if !s.Action.routes() || s.Part != Whole || len(s.Sockets) > 0 {
			old, err = w.Containers(ctx)
		}
		if err == nil {
			err = r.do(ctx, s, old)
		}
		switch {
		case err == nil:
			w.End(i+1, len(steps), s)
		case ctx.Err() != nil:
			return interrupted(i+1, len(steps), s)
		default:
			return r.failed(ctx, fmt.Sprintf("step %d of %d, %s", i+1, len(steps), s.title()), s, old, err)
		}
	}
	return nil
}

// routes reports whether an action concerns no container.
func (a Action) routes() bool { return a == Hold || a == Drain || a == Route || a == Pull }

func interrupted(number, of int, s Step) error {
	return &fault.Error{
		What: fmt.Sprintf("interrupted at step %d of %d, %s", number, of, s.title()),
		Hint: "run rcgen apply again: it goes on from here",
	}
}

func (r *run) do(ctx context.Context, s Step, old []container.Container) error {
	switch s.Action {
	case Pull:
		for _, image := range s.Services {
			if err := r.Pull(ctx, image); err != nil {
				return err
			}
		}
		return nil
	case Hold:
		return r.reroute(ctx, s, old)
	case Drain:
		return r.drain(ctx, s, old)
	case Route:
		return r.reroute(ctx, s, old)
	case Surge, Start, Recreate:
		return r.change(ctx, s, old)
	case Remove:
		for _, c := range r.parts(s, old) {
			if err := r.Remove(ctx, c); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%s: unknown action", s.Action)
}

// change makes containers, and once more where one of them turns out to be what the
// engine was still making for a Compose that has been killed.
func (r *run) change(ctx context.Context, s Step, old []container.Container) error {
	err := r.make(ctx, s, old)
	if !errors.Is(err, errCutOff) || s.AsIs {
		return err
	}
	if old, err = r.Containers(ctx); err != nil {
		return err
	}
	s.Force = true
	return r.make(ctx, s, old)
}

func (r *run) make(ctx context.Context, s Step, old []container.Container) error {
	if s.Action == Surge {
		return r.surge(ctx, s, old)
	}
	if err := r.Up(ctx, s); err != nil {
		return err
	}
	return r.healthy(ctx, s)
}

// taken asks Traefik until done is content with its answer, or nobody answers since
// it does not run. Of questions that fail the last one counts.
func (r *run) taken(ctx context.Context, done func(Proxy) bool) error {
	for deadline := r.Now().Add(taken); ; {
		p, runs, err := r.Proxy(ctx)
		if err == nil && (!runs || done(p)) {
			return nil
		}
		if r.Now().After(deadline) {
			return cmp.Or(err, error(&fault.Error{
				What: fmt.Sprintf("traefik: has not taken the change of its routes within %s", taken),
				Hint: "`docker compose logs traefik` says if it cannot read them; with an engine on another machine " +
					"the project's directory must be there too, and the same",
			}))
		}
		if err := r.Wait(ctx, askProxy); err != nil {
			return err
		}
	}
}

// errUnhealthy is a container that did not become what it should, errCutOff one that
// nobody has brought to its end.
var (
	errUnhealthy = errors.New("not healthy")
	errCutOff    = fmt.Errorf("%w", errUnhealthy)
)

// healthy waits until the containers of a step are ready.
func (r *run) healthy(ctx context.Context, s Step) error {
	for deadline := r.Now().Add(r.opts.Timeout); ; {
		all, err := r.Containers(ctx)
		if err != nil {
			return err
		}
		waiting := slices.Clone(s.Services)
		for _, c := range r.parts(s, all) {
			if c.Running() && c.Health == "unhealthy" {
				return fmt.Errorf("%s fails its health check: %w", c.Service, errUnhealthy)
			}
			networks := r.services[c.Service].Networks
			if lacks := c.Lacks(networks); c.Running() && lacks != "" {
				return fmt.Errorf("%s is not in network %s: %w", c.Service, lacks, errCutOff)
			}
			if c.Ready(networks) {
				waiting = slices.DeleteFunc(waiting, func(name string) bool { return name == c.Service })
			}
		}
		if len(waiting) == 0 {
			return nil
		}
		if r.Now().After(deadline) {
			return fmt.Errorf("%s did not get healthy within %s: %w", join(waiting), r.opts.Timeout, errUnhealthy)
		}
		if err := r.Wait(ctx, askEngine); err != nil {
			return err
		}
	}
}

// parts returns the containers that a step is about.
func (r *run) parts(s Step, all []container.Container) []container.Container {
	return slices.DeleteFunc(slices.Clone(all), func(c container.Container) bool {
		fresh := c.Hash == r.services[c.Service].Hash
		if s.Keep != "" {
			fresh = c.ID == s.Keep
		}
		return !slices.Contains(s.Services, c.Service) || s.Part == Old && fresh || s.Part == New && !fresh
	})
}
