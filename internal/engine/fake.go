package engine

import "context"

// Fake returns an Engine with Compose that starts no program: start is given the
// standard input and the whole command line, and returns the standard output. It is for
// tests of the packages that use an engine: what docker prints is read as ever.
func Fake(start func(ctx context.Context, stdin string, argv []string) (string, error)) Engine {
	return Engine{docker: []string{"docker"}, compose: []string{"docker", "compose"}, start: start}
}
