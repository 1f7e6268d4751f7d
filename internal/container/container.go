// Package container has what the packages that look at a deployment have in common: a
// container as the engine has it, and how one differs from the files.
//
// What belongs here: data that several of these packages use. What does not: queries
// (internal/engine), printing, and what one command alone derives from a container, such
// as a row of a table.
package container

import (
	"slices"
	"time"
)

// Container is one container of a project as the engine has it.
type Container struct {
	ID, Name string
	Service  string    // of which Compose made it
	Number   int       // among the service's containers, from 1; 0 for one of `docker compose run`
	OneOff   bool      // made by `docker compose run`
	Image    string    // the reference it was made from
	ImageID  string    // the image it runs, sha256:...
	State    string    // created, running, paused, restarting, removing, exited or dead
	ExitCode int       // of its last end; 0 before
	Health   string    // starting, healthy or unhealthy; empty without a health check
	Restart  string    // restart policy: no, always, on-failure or unless-stopped; empty is no
	Created  time.Time // when it was made
	Started  time.Time // when it was started last; year 1 before
	Hash     string    // of the configuration it was made with
	Networks []string  // that it is in, by the engine's names, sorted
	Compose  string    // version of Compose that made it
}

// Running reports whether its process runs, whatever its health.
func (c Container) Running() bool { return c.State == "running" }

// Done reports whether it has done its work: it exited with 0, and its restart policy
// leaves it so.
func (c Container) Done() bool {
	return c.State == "exited" && c.ExitCode == 0 && slices.Contains([]string{"", "no", "on-failure"}, c.Restart)
}

// Lacks returns the first of the networks that the container is not in, or nothing. A
// Compose that is killed leaves one behind, and the next one takes it for good: it connects
// the second network and those after it once a container is made (seen with 5.5.0).
func (c Container) Lacks(networks []string) string {
	for _, network := range networks {
		if !slices.Contains(c.Networks, network) {
			return network
		}
	}
	return ""
}

// Healthy reports whether it runs and passes its health check. One without a health
// check is believed.
func (c Container) Healthy() bool {
	return c.Running() && (c.Health == "" || c.Health == "healthy")
}

// Ready reports whether it does what it is there for: it has done its work, or it is
// healthy and in all of the networks.
func (c Container) Ready(networks []string) bool {
	return c.Done() || c.Healthy() && c.Lacks(networks) == ""
}
