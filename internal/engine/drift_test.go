package engine

import (
	"slices"
	"testing"
)

func TestCompare(t *testing.T) {
	services := map[string]Service{
		"chat":  {Hash: "h1", Image: "chat:1", Replicas: 1, Networks: []string{"p_backend", "p_edge"}},
		"pair":  {Hash: "h2", Image: "pair:1", Replicas: 2},
		"none":  {Hash: "h3", Image: "none:1", Replicas: 0},
		"built": {Hash: "h4", Replicas: 1},
		"tools": {Disabled: true},
	}
	chat := Container{Name: "p-chat-1", Service: "chat", Image: "chat:1", Hash: "h1", State: "running", Restart: "unless-stopped", Compose: "5.5.0", Networks: []string{"p_backend", "p_edge", "other"}}
	pair := Container{Name: "p-pair-1", Service: "pair", Image: "pair:1", Hash: "h2", State: "running"}
	second := pair
	second.Name = "p-pair-2"
	built := Container{Name: "p-built-1", Service: "built", Image: "p-built", Hash: "h4", State: "running"}
	rest := []Container{pair, second, built}
	with := func(change func(*Container)) []Container {
		c := chat
		change(&c)
		return append([]Container{c}, rest...)
	}
	one := func(k Kind, detail string) []Drift { return []Drift{{"chat", "p-chat-1", k, detail}} }

	for name, c := range map[string]struct {
		containers []Container
		want       []Drift
	}{
		"as the files say": {with(func(*Container) {}), nil},
		"without a network": {with(func(c *Container) { c.Networks = []string{"p_backend"} }),
			one(Changed, "is not in network p_edge: Compose was cut off while it made it")},
		"starting":  {with(func(c *Container) { c.Health = "starting" }), nil},
		"unhealthy": {with(func(c *Container) { c.Health = "unhealthy" }), one(Unhealthy, "fails its health check")},
		"image": {with(func(c *Container) { c.Image, c.Hash = "chat:0", "h0" }),
			one(Image, "chat:0, the files say chat:1")},
		"changed": {with(func(c *Container) { c.Hash = "h0" }),
			one(Changed, "made from another configuration than the files now say, by Compose 5.5.0")},
		"stopped":             {with(func(c *Container) { c.State = "exited" }), one(Stopped, "exited with code 0")},
		"stopped and sick":    {with(func(c *Container) { c.State, c.Health = "exited", "unhealthy" }), one(Stopped, "exited with code 0")},
		"paused":              {with(func(c *Container) { c.State = "paused" }), one(Stopped, "paused")},
		"in a crash loop":     {with(func(c *Container) { c.State, c.ExitCode = "restarting", 1 }), one(Stopped, "restarting")},
		"has done its work":   {with(func(c *Container) { c.State, c.Restart = "exited", "no" }), nil},
		"failed at its work":  {with(func(c *Container) { c.State, c.Restart, c.ExitCode = "exited", "no", 3 }), one(Stopped, "exited with code 3")},
		"never started":       {with(func(c *Container) { c.State, c.Restart = "created", "no" }), one(Stopped, "created")},
		"a run beside it":     {append(with(func(c *Container) { c.OneOff, c.Hash = true, "h0" }), chat), nil},
		"a profile's service": {append(rest, chat, Container{Service: "tools", State: "exited", ExitCode: 1}), nil},
		"changed and stopped": {
			with(func(c *Container) { c.Hash, c.State = "h0", "dead" }), []Drift{
				{"chat", "p-chat-1", Changed, "made from another configuration than the files now say, by Compose 5.5.0"},
				{"chat", "p-chat-1", Stopped, "dead"}},
		},
		"orphan": {append([]Container{{Name: "p-old-1", Service: "old", State: "running"}, chat}, rest...),
			[]Drift{{"old", "p-old-1", Orphan, "its service is not in the files"}}},
		"too few": {[]Container{chat, second, built}, []Drift{{Service: "pair", Kind: Replicas, Detail: "1, the files say 2"}}},
		"too many": {append([]Container{{Name: "p-none-1", Service: "none", Image: "none:1", Hash: "h3", State: "running"}, chat}, rest...),
			[]Drift{{Service: "none", Kind: Replicas, Detail: "1, the files say 0"}}},
		"nothing runs": {nil, []Drift{
			{Service: "built", Kind: Missing, Detail: "no container"},
			{Service: "chat", Kind: Missing, Detail: "no container"},
			{Service: "pair", Kind: Missing, Detail: "no container"}}},
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
