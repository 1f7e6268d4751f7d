package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Kind is the way in which a container differs from the files.
type Kind string

// The kinds of drift.
const (
	Missing   Kind = "missing"   // the service has no container
	Replicas  Kind = "replicas"  // the service has more or fewer containers than it shall
	Orphan    Kind = "orphan"    // the container's service is not in the files
	Image     Kind = "image"     // made from another image; its configuration may differ too
	Changed   Kind = "changed"   // made from another configuration
	Stopped   Kind = "stopped"   // does not run
	Unhealthy Kind = "unhealthy" // runs and fails its health check
)

// Drift is one difference between the containers and the files.
type Drift struct {
	Service   string `json:"service"`
	Container string `json:"container,omitempty"` // its name; empty for missing and replicas
	Kind      Kind   `json:"kind"`
	Detail    string `json:"detail"`
}

// Drift reads the files, asks the engine for their project's containers and
// compares the two. The errors are those of Project and Containers.
func (e Engine) Drift(ctx context.Context) ([]Drift, error) {
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
func Compare(services map[string]Service, containers []Container) []Drift {
	var all []Drift
	count := map[string]int{}
	for _, c := range containers {
		s, known := services[c.Service]
		switch {
		case c.OneOff, s.Disabled:
		case !known:
			all = append(all, Drift{c.Service, c.Name, Orphan, "its service is not in the files"})
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
			all = append(all, Drift{Service: name, Kind: Missing, Detail: "no container"})
		default:
			all = append(all, Drift{Service: name, Kind: Replicas, Detail: fmt.Sprintf("%d, the files say %d", n, s.Replicas)})
		}
	}
	slices.SortFunc(all, func(a, b Drift) int {
		return cmp.Or(strings.Compare(a.Service, b.Service), strings.Compare(a.Container, b.Container), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}

// differences compares one container with its service. A change of the image
// changes the hash as well, so that one of the two is told.
func differences(s Service, c Container) []Drift {
	var all []Drift
	add := func(k Kind, detail string) { all = append(all, Drift{c.Service, c.Name, k, detail}) }
	switch {
	case s.Image != "" && c.Image != s.Image:
		add(Image, c.Image+", the files say "+s.Image)
	case c.Hash != s.Hash:
		// Another version of Compose may take the same files for another configuration.
		add(Changed, "made from another configuration than the files now say, by Compose "+c.Compose)
	case c.Lacks(s) != "":
		add(Changed, "is not in network "+c.Lacks(s)+": Compose was cut off while it made it")
	}
	done := c.Done()
	switch {
	case c.State == "exited" && !done:
		add(Stopped, fmt.Sprintf("exited with code %d", c.ExitCode))
	case c.State != "running" && !done:
		add(Stopped, c.State)
	case c.Health == "unhealthy":
		add(Unhealthy, "fails its health check")
	}
	return all
}

// Lacks returns a network in which a service's container is not, or nothing. A Compose
// that is killed leaves one behind, and the next one takes it for good: it connects the
// second network and those after it once a container is made (seen with 5.5.0).
func (c Container) Lacks(s Service) string {
	for _, network := range s.Networks {
		if !slices.Contains(c.Networks, network) {
			return network
		}
	}
	return ""
}
