package inspect

import (
	"context"
	"fmt"
	"sync"
	"time"

	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/project"
	"rcgen/internal/redact"
)

// asker is what is asked of Docker and Compose. Every call may start a process.
type asker struct {
	docker, compose func(ctx context.Context, args ...string) (string, error)
	project         func(context.Context) (engine.Project, error)
	containers      func(ctx context.Context, project string) ([]container.Container, error)
}

func askerOf(e engine.Engine) asker { return asker{e.Docker, e.Compose, e.Project, e.Containers} }

// finder finds the engine of a project.
type finder func(context.Context) (asker, error)

// find finds docker and Compose for the project in dir.
func find(dir string) finder {
	return func(ctx context.Context) (asker, error) {
		e, err := project.Engine(ctx, dir)
		return askerOf(e), err
	}
}

// doctorGrace is how long a program has to end when its time is over, so that
// doctor.Run ends in its own. It only asks, and so may be cut off.
const doctorGrace = 300 * time.Millisecond

// findDocker finds docker alone, for doctor.
func findDocker(dir string, secrets redact.Redactor) finder {
	return func(context.Context) (asker, error) {
		e, err := engine.WithoutCompose(dir)
		return askerOf(e.WithGrace(doctorGrace).WithSecrets(secrets)), err
	}
}

// findOnce finds docker and Compose for doctor, once. That there is none is a finding
// and not the end: most can be checked without it.
func findOnce(dir string, secrets redact.Redactor) finder {
	return onceLimited(func(ctx context.Context) (asker, error) {
		e, err := engine.WithoutCompose(dir)
		if err != nil {
			return asker{}, err
		}
		e, err = e.WithGrace(doctorGrace).WithSecrets(secrets).WithCompose(ctx)
		return askerOf(e), err
	})
}

// composeLimit is how long Compose may take to say its version, and to read the files
// (assumption: it takes half a second).
const composeLimit = 5 * time.Second

// onceLimited returns a question that is asked once, for it starts processes. It ends
// with the first who asks.
func onceLimited[T any](ask func(context.Context) (T, error)) func(context.Context) (T, error) {
	var once sync.Once
	var value T
	var err error
	return func(ctx context.Context) (T, error) {
		once.Do(func() {
			ctx, cancel := context.WithTimeoutCause(ctx, composeLimit, fmt.Errorf("no answer within %v", composeLimit))
			defer cancel()
			value, err = ask(ctx)
		})
		return value, err
	}
}
