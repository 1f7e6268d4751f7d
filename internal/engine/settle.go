package engine

import (
	"context"
	"errors"
	"strings"
	"time"
)

// A client that is killed leaves the engine at what it was asked last, and the next
// one may come before that is done. How often it tries again and the pause before;
// assumption: to make or remove a container takes an engine less than three seconds.
const (
	attempts = 4
	settling = time.Second
)

// unsettled are the answers of an engine that is at work on the same container for
// somebody else, in lower case. The wordings are those of Docker 20.10 to 29.
var unsettled = []string{
	"is already in use by container", "already exists in network", // a container is being made
	"is already in progress", "is marked for removal", "device or resource busy", noContainer, // or removed
}

// noContainer is the answer for a container that has been removed.
const noContainer = "no such container"

// settled makes a change of containers again where the engine was at work on them.
func settled(ctx context.Context, change func() error) error {
	for n := 1; ; n++ {
		err := change()
		if err == nil || n == attempts || !containsAny(strings.ToLower(err.Error()), unsettled) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		case <-time.After(settling):
		}
	}
}

// gone reports whether an error is that of a container which has been removed.
func gone(err error) bool {
	return err != nil && strings.Contains(strings.ToLower(err.Error()), noContainer)
}
