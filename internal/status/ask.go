package status

import (
	"context"
	"fmt"
	"time"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/internal/container"
)

// Limit is how long a person waits for a screen at most (assumption). What Ask
// takes fits into it, with a second to spare.
const Limit = 10 * time.Second

// How long each question may take. `docker stats` measures for two seconds (seen);
// the rest is assumption.
const (
	runningLimit = 5 * time.Second
	filesLimit   = 5 * time.Second
	liveLimit    = 4 * time.Second // usage and Prometheus, asked once the containers are known
)

// Sources are the functions that ask the world.
type Sources struct {
	// Running asks the engine for the containers. An error ends Ask.
	Running func(context.Context) (Running, error)
	// Files compares rcgen.yaml with the files.
	Files func(context.Context) ([]FileDrift, error)
	// Docker runs docker with these arguments and returns its standard output.
	Docker func(ctx context.Context, args ...string) (string, error)
	// Unfinished says that an apply was begun and has not ended, or is at work.
	Unfinished bool
}

// Running is what the engine has of the project.
type Running struct {
	Project    string                // name of the Compose project
	Containers []container.Container // by service and number, without those of `docker compose run`
	Drift      []container.Drift     // from the files
	Unread     error                 // why the files cannot be read; Drift then tells only what needs no files
}

// Ask asks all questions, at once as far as they do not need each other, and
// judges the answers. It takes nine seconds at most, or less where ctx ends; what
// is not answered in time is unknown. The error is that of Sources.Running. The
// caller ends ctx when it has the answer.
func Ask(ctx context.Context, s Sources, plan generator.Plan) (Status, error) {
	files := start(ctx, filesLimit, s.Files)
	running, err := start(ctx, runningLimit, s.Running)()
	if err != nil {
		return Status{}, err
	}
	used := start(ctx, liveLimit, func(ctx context.Context) (map[string]usage, error) {
		return askUsage(ctx, s.Docker, running.Containers)
	})
	measured := start(ctx, liveLimit, func(ctx context.Context) ([]sample, error) {
		return askPrometheus(ctx, s.Docker, running.Containers)
	})
	a := answers{plan: plan, running: running, unfinished: s.Unfinished}
	a.samples, a.samplesErr = measured()
	a.usage, a.usageErr = used()
	a.files, a.filesErr = files()
	until, known, err := catalog.SupportEnd(plan.Release)
	if err != nil {
		return Status{}, err
	}
	a.support, a.supportKnown = until, known
	return a.assemble(time.Now()), nil
}

// start asks a question and returns what waits for its answer. A question that is
// not answered in time is left behind: a program that hangs is given time to end.
func start[T any](ctx context.Context, limit time.Duration, ask func(context.Context) (T, error)) func() (T, error) {
	type answer struct {
		value T
		err   error
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %v", limit))
	answered := make(chan answer, 1)
	go func() {
		v, err := ask(ctx)
		answered <- answer{v, err}
	}()
	return func() (T, error) {
		defer cancel()
		select {
		case a := <-answered:
			return a.value, a.err
		case <-ctx.Done():
			var none T
			return none, context.Cause(ctx)
		}
	}
}
