package container

import "testing"

// TestReady has each reason for which a container does not do its work.
func TestReady(t *testing.T) {
	well := Container{State: "running", Health: "healthy", Networks: []string{"backend", "edge"}}
	with := func(change func(*Container)) Container {
		c := well
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		container Container
		lacks     string
		done      bool
		ready     bool
	}{
		"healthy":               {well, "", false, true},
		"no health check":       {with(func(c *Container) { c.Health = "" }), "", false, true},
		"starting":              {with(func(c *Container) { c.Health = "starting" }), "", false, false},
		"unhealthy":             {with(func(c *Container) { c.Health = "unhealthy" }), "", false, false},
		"paused":                {with(func(c *Container) { c.State = "paused" }), "", false, false},
		"cut off":               {with(func(c *Container) { c.Networks = c.Networks[:1] }), "edge", false, false},
		"in one more":           {with(func(c *Container) { c.Networks = append(c.Networks, "own") }), "", false, true},
		"done":                  {Container{State: "exited", Restart: "on-failure"}, "backend", true, true},
		"done without a policy": {Container{State: "exited"}, "backend", true, true},
		"failed":                {Container{State: "exited", ExitCode: 1}, "backend", false, false},
		"to be started again":   {Container{State: "exited", Restart: "unless-stopped"}, "backend", false, false},
	} {
		networks := []string{"backend", "edge"}
		if got := c.container.Lacks(networks); got != c.lacks {
			t.Errorf("%s: lacks %q, want %q", name, got, c.lacks)
		}
		if got := c.container.Done(); got != c.done {
			t.Errorf("%s: done is %v", name, got)
		}
		if got := c.container.Ready(networks); got != c.ready {
			t.Errorf("%s: ready is %v", name, got)
		}
	}
}
