package engine

import (
	"slices"
	"testing"

	"rcgen/internal/container"
)

func TestCompare(t *testing.T) {
	services := map[string]Service{
		"chat":  {Hash: "h1", Image: "chat:1", Replicas: 1, Networks: []string{"p_backend", "p_edge"}},
		"pair":  {Hash: "h2", Image: "pair:1", Replicas: 2},
		"none":  {Hash: "h3", Image: "none:1", Replicas: 0},
		"built": {Hash: "h4", Replicas: 1},
		"tools": {Disabled: true},
	}
	chat := container.Container{Name: "p-chat-1", Service: "chat", Image: "chat:1", Hash: "h1", State: "running",
		Restart: "unless-stopped", Compose: "5.5.0", Networks: []string{"p_backend", "p_edge", "other"}}
	pair := container.Container{Name: "p-pair-1", Service: "pair", Image: "pair:1", Hash: "h2", State: "running"}
	second := pair
	second.Name = "p-pair-2"
	built := container.Container{Name: "p-built-1", Service: "built", Image: "p-built", Hash: "h4", State: "running"}
	rest := []container.Container{pair, second, built}
	with := func(change func(*container.Container)) []container.Container {
		c := chat
		change(&c)
		return append([]container.Container{c}, rest...)
	}
	one := func(k container.Kind, detail string) []container.Drift {
		return []container.Drift{{Service: "chat", Container: "p-chat-1", Kind: k, Detail: detail}}
	}

	for name, c := range map[string]struct {
		containers []container.Container
		want       []container.Drift
	}{
		"as the files say": {with(func(*container.Container) {}), nil},
		"without a network": {with(func(c *container.Container) { c.Networks = []string{"p_backend"} }),
			one(container.Changed, "is not in network p_edge: Compose was cut off while it made it")},
		"starting": {with(func(c *container.Container) { c.Health = "starting" }), nil},
		"unhealthy": {with(func(c *container.Container) { c.Health = "unhealthy" }),
			one(container.Unhealthy, "fails its health check")},
		"image": {with(func(c *container.Container) { c.Image, c.Hash = "chat:0", "h0" }),
			one(container.Image, "chat:0, the files say chat:1")},
		"changed": {with(func(c *container.Container) { c.Hash = "h0" }),
			one(container.Changed, "made from another configuration than the files now say, by Compose 5.5.0")},
		"stopped": {with(func(c *container.Container) { c.State = "exited" }), one(container.Stopped, "exited with code 0")},
		"stopped and sick": {with(func(c *container.Container) { c.State, c.Health = "exited", "unhealthy" }),
			one(container.Stopped, "exited with code 0")},
		"paused": {with(func(c *container.Container) { c.State = "paused" }), one(container.Stopped, "paused")},
		"in a crash loop": {with(func(c *container.Container) { c.State, c.ExitCode = "restarting", 1 }),
			one(container.Stopped, "restarting")},
		"has done its work": {with(func(c *container.Container) { c.State, c.Restart = "exited", "no" }), nil},
		"failed at its work": {with(func(c *container.Container) { c.State, c.Restart, c.ExitCode = "exited", "no", 3 }),
			one(container.Stopped, "exited with code 3")},
		"never started": {with(func(c *container.Container) { c.State, c.Restart = "created", "no" }),
			one(container.Stopped, "created")},
		"a run beside it":     {append(with(func(c *container.Container) { c.OneOff, c.Hash = true, "h0" }), chat), nil},
		"a profile's service": {append(rest, chat, container.Container{Service: "tools", State: "exited", ExitCode: 1}), nil},
		"changed and stopped": {
			with(func(c *container.Container) { c.Hash, c.State = "h0", "dead" }), []container.Drift{
				{Service: "chat", Container: "p-chat-1", Kind: container.Changed,
					Detail: "made from another configuration than the files now say, by Compose 5.5.0"},
				{Service: "chat", Container: "p-chat-1", Kind: container.Stopped, Detail: "dead"}},
		},
		"orphan": {append([]container.Container{{Name: "p-old-1", Service: "old", State: "running"}, chat}, rest...),
			[]container.Drift{{Service: "old", Container: "p-old-1", Kind: container.Orphan,
				Detail: "its service is not in the files"}}},
		"too few": {[]container.Container{chat, second, built},
			[]container.Drift{{Service: "pair", Kind: container.Replicas, Detail: "1, the files say 2"}}},
		"too many": {append([]container.Container{{Name: "p-none-1", Service: "none", Image: "none:1", Hash: "h3",
			State: "running"}, chat}, rest...),
			[]container.Drift{{Service: "none", Kind: container.Replicas, Detail: "1, the files say 0"}}},
		"nothing runs": {nil, []container.Drift{
			{Service: "built", Kind: container.Missing, Detail: "no container"},
			{Service: "chat", Kind: container.Missing, Detail: "no container"},
			{Service: "pair", Kind: container.Missing, Detail: "no container"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Compare(services, c.containers)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			turned := slices.Clone(c.containers)
			slices.Reverse(turned)
			if again := Compare(services, turned); !slices.Equal(again, got) {
				t.Errorf("the order of the containers matters: %+v and %+v", got, again)
			}
		})
	}
}
