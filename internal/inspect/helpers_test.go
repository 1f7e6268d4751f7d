package inspect

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/units"
	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/project"
)

// fakeEngine answers what a test says. It starts no process.
type fakeEngine struct {
	project       engine.Project
	projectErr    error
	containers    []container.Container
	containersErr error
	answers       map[string]string // by the beginning of the arguments
	asked         int               // questions for the project
}

// found returns what finds the engine.
func (f *fakeEngine) found() finder {
	answer := func(_ context.Context, args ...string) (string, error) {
		for begin, out := range f.answers {
			if strings.HasPrefix(strings.Join(args, " "), begin) {
				return out, nil
			}
		}
		return "", fmt.Errorf("not expected: %q", args)
	}
	return func(context.Context) (asker, error) {
		return asker{
			docker: answer, compose: answer,
			project: func(context.Context) (engine.Project, error) {
				f.asked++
				return f.project, f.projectErr
			},
			containers: func(_ context.Context, name string) ([]container.Container, error) {
				if name != "chat" {
					return nil, fmt.Errorf("containers of %q", name)
				}
				return f.containers, f.containersErr
			},
		}, nil
	}
}

// lost finds no engine.
func lost(err error) finder {
	return func(context.Context) (asker, error) { return asker{}, err }
}

// of returns a running container of a service.
func of(service, image string) container.Container {
	return container.Container{ID: "id-of-" + service, Name: "chat-" + service + "-1", Service: service, Number: 1,
		Image: image, State: "running", Hash: "1"}
}

// oneOff returns one of `docker compose run`.
func oneOff(service, image string) container.Container {
	c := of(service, image)
	c.OneOff, c.Number = true, 0
	return c
}

// aProject writes a generated project and returns its directory and its plan.
func aProject(t *testing.T) (string, generator.Plan) {
	t.Helper()
	dir := t.TempDir()
	request, err := generator.NewRequestFile(generator.Request{
		Version: generator.RequestVersion, Project: "chat", Users: 600, Instances: 2, Edition: generator.Licensed,
		Release: catalog.DefaultRelease, Domain: generator.Localhost, TLS: generator.TLS{Mode: generator.TLSOff},
		Host: stack.Host{Cores: 8, Memory: 32 * units.GiB},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := project.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	b, err := p.Build(project.Choices{Request: request, Dir: dir, Random: random()})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Write(b.Valid); err != nil {
		t.Fatal(err)
	}
	return dir, b.Plan
}

func random() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{}) }

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
