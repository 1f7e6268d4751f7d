package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"rcgen/internal/container"
)

// Drift reads the files, asks the engine for their project's containers and
// compares the two. The errors are those of Project and Containers.
func (e Engine) Drift(ctx context.Context) ([]container.Drift, error) {
	p, err := e.Project(ctx)
	if err != nil {
		return nil, err
	}
	containers, err := e.Containers(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	return Compare(p.Services, containers), nil
}

// Compare returns how containers differ from services, by service, container and
// kind; nothing where `docker compose up` would leave all as it is. Containers
// of `docker compose run` and of profiles that are off are nobody's concern, and
// one that has done its work is not stopped: it exited with 0 and its restart
// policy leaves it so.
func Compare(services map[string]Service, containers []container.Container) []container.Drift {
	var all []container.Drift
	count := map[string]int{}
	for _, c := range containers {
		s, known := services[c.Service]
		switch {
		case c.OneOff, s.Disabled:
		case !known:
			all = append(all, of(c, container.Orphan, "its service is not in the files"))
		default:
			count[c.Service]++
			all = append(all, differences(s, c)...)
		}
	}
	for name, s := range services {
		n := count[name]
		switch {
		case s.Disabled, n == s.Replicas:
		case n == 0:
			all = append(all, container.Drift{Service: name, Kind: container.Missing, Detail: "no container"})
		default:
			detail := fmt.Sprintf("%d, the files say %d", n, s.Replicas)
			all = append(all, container.Drift{Service: name, Kind: container.Replicas, Detail: detail})
		}
	}
	slices.SortFunc(all, func(a, b container.Drift) int {
		return cmp.Or(strings.Compare(a.Service, b.Service), strings.Compare(a.Container, b.Container),
			cmp.Compare(a.Kind, b.Kind))
	})
	return all
}

// differences compares one container with its service. A change of the image
// changes the hash as well, so that one of the two is told.
func differences(s Service, c container.Container) []container.Drift {
	var all []container.Drift
	add := func(k container.Kind, detail string) { all = append(all, of(c, k, detail)) }
	switch {
	case s.Image != "" && c.Image != s.Image:
		add(container.Image, c.Image+", the files say "+s.Image)
	case c.Hash != s.Hash:
		// Another version of Compose may take the same files for another configuration.
		add(container.Changed, "made from another configuration than the files now say, by Compose "+c.Compose)
	case c.Lacks(s.Networks) != "":
		add(container.Changed, "is not in network "+c.Lacks(s.Networks)+": Compose was cut off while it made it")
	}
	done := c.Done()
	switch {
	case c.State == "exited" && !done:
		add(container.Stopped, fmt.Sprintf("exited with code %d", c.ExitCode))
	case !c.Running() && !done:
		add(container.Stopped, c.State)
	case c.Health == "unhealthy":
		add(container.Unhealthy, "fails its health check")
	}
	return all
}

// of is the drift of one container.
func of(c container.Container, k container.Kind, detail string) container.Drift {
	return container.Drift{Service: c.Service, Container: c.Name, Kind: k, Detail: detail}
}
