package doctor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rcgen/generator"
	"rcgen/internal/container"
)

// Sources are the functions that ask the world, and what is known without asking.
type Sources struct {
	Plan   *generator.Plan          // of the project; nil: there is none, and only the host is checked
	Broken error                    // why rcgen.yaml is no plan; Plan is nil then
	Now    func() time.Time         //
	Clean  func(text string) string // takes paths and secrets out of what will be printed

	// Docker runs docker with these arguments and returns its standard output.
	Docker func(ctx context.Context, args ...string) (string, error)
	// Compose runs docker compose in the project's directory.
	Compose func(ctx context.Context, args ...string) (string, error)
	// Containers returns those of the project, stopped ones included and those of
	// `docker compose run` not.
	Containers func(ctx context.Context) ([]container.Container, error)

	Host    HostSources
	Project ProjectSources
	Running RunningSources
}

// world is the sources with the questions that several checks share, each of which
// is asked once.
type world struct {
	Sources
	tasks      sync.WaitGroup // what may go on after a check has ended
	engine     func(context.Context) (engineInfo, error)
	endpoint   func(context.Context) (string, error) // host by which its machine is reached
	containers func(context.Context) ([]container.Container, error)
	hostWorld
	projectWorld
	runningWorld
}

// newWorld prepares the questions. ctx ends them all.
func newWorld(ctx context.Context, s Sources) *world {
	w := &world{Sources: s}
	w.engine = shared(ctx, w, patience, func(ctx context.Context) (engineInfo, error) { return askEngine(ctx, s.Docker) })
	w.endpoint = shared(ctx, w, patience, func(ctx context.Context) (string, error) { return askEndpoint(ctx, s.Docker) })
	w.containers = shared(ctx, w, patience, s.Containers)
	w.hostWorld = newHostWorld(ctx, w)
	w.projectWorld = newProjectWorld(ctx, w)
	w.runningWorld = newRunningWorld(ctx, w)
	return w
}

// errNone is the answer to a question about a service that has no running container.
var errNone = errors.New("does not run")

// running returns the first running container of a service, or an error that says
// why there is none.
func (w *world) running(ctx context.Context, service string) (container.Container, error) {
	all, err := w.containers(ctx)
	if err != nil {
		return container.Container{}, err
	}
	for _, c := range all {
		if c.Service == service && c.Running() {
			return c, nil
		}
	}
	return container.Container{}, fmt.Errorf("%s %w", service, errNone)
}

// settle waits for the tasks, which have been told to end, but not for those that
// do not listen.
func (w *world) settle() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.tasks.Wait()
	}()
	select {
	case <-done:
	case <-time.After(parting):
	}
}

// errSlow is the answer to a question that took too long.
var errSlow = errors.New("no answer")

// shared returns a question that is asked once, when it is needed first, with a time
// of its own: the first who asks may have less patience than the next. What does not
// heed the end of that time is left behind.
func shared[T any](
	base context.Context, w *world, limit time.Duration, ask func(context.Context) (T, error),
) func(context.Context) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var once sync.Once
	var value T
	var err error
	done := make(chan struct{})
	wait := func() {
		defer close(done)
		ctx, cancel := context.WithTimeoutCause(base, limit, fmt.Errorf("%w within %v", errSlow, limit))
		defer cancel()
		answered := make(chan answer, 1)
		w.tasks.Go(func() {
			value, err := ask(ctx)
			answered <- answer{value, err}
		})
		select {
		case a := <-answered:
			value, err = a.value, a.err
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	return func(ctx context.Context) (T, error) {
		once.Do(func() { w.tasks.Go(wait) })
		select {
		case <-done:
			return value, err
		case <-ctx.Done():
			var none T
			return none, context.Cause(ctx)
		}
	}
}
