package deploy

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rcgen/generator/routes"
	"rcgen/generator/tree"
	"rcgen/internal/rollout"
)

func TestRead(t *testing.T) {
	d, p := stage(t, 3)
	opened := open(t, d, p, defaults)
	writeFile(t, d.dir, tree.AppliedFile, "# healthy after 40s\n")
	writeFile(t, d.dir, tree.ApplyFile, `{"held": {"rocketchat-3": "3", "rocketchat-1": "1", "rocketchat-2": "2"}}`)
	want, have, err := opened.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	replicas := []string{"rocketchat-1", "rocketchat-2", "rocketchat-3"}
	if !slices.Equal(have.Held, replicas) || !slices.Equal(want.Routed, replicas) {
		t.Errorf("got held %q and routed %q, want %q", have.Held, want.Routed, replicas)
	}
	if want.Start != 40*time.Second || !want.Editable || len(want.Services) != 6 {
		t.Errorf("got start %s, editable %t and %d services, want 40s, true and 6",
			want.Start, want.Editable, len(want.Services))
	}
	delete(opened.project.Services, "traefik")
	if want, _, err = opened.read(t.Context()); err != nil || want.Editable {
		t.Errorf("without Traefik: got editable %t, %v", want.Editable, err)
	}
}

func TestUp(t *testing.T) {
	d, p := stage(t, 1)
	world := open(t, d, p, defaults).world()
	for _, s := range []rollout.Step{{}, {Force: true}, {AsIs: true}} {
		s.Services = []string{"nats", "mongodb"}
		if err := world.Up(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	const up = "compose up --detach --no-deps --quiet-pull "
	want := []string{up + "nats mongodb", up + "--force-recreate nats mongodb", up + "--no-recreate nats mongodb"}
	if !slices.Equal(d.calls, want) {
		t.Errorf("got %q, want %q", d.calls, want)
	}
}

// TestEnd holds which steps tell how long a start of the first replica takes.
func TestEnd(t *testing.T) {
	first := []string{"rocketchat-1"}
	for name, c := range map[string]struct {
		step rollout.Step
		took time.Duration
		want time.Duration
	}{
		"start":           {rollout.Step{Action: rollout.Start, Services: first}, time.Minute, time.Minute},
		"recreate":        {rollout.Step{Action: rollout.Recreate, Services: first}, time.Second, time.Second},
		"surge":           {rollout.Step{Action: rollout.Surge, Services: first}, time.Minute, time.Minute},
		"drain":           {rollout.Step{Action: rollout.Drain, Services: first}, time.Minute, 0},
		"begun before":    {rollout.Step{Action: rollout.Start, Services: first}, time.Second - 1, 0},
		"another replica": {rollout.Step{Action: rollout.Start, Services: []string{"rocketchat-2"}}, time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &Deployment{report: quiet}
				var told time.Duration
				d.report.End = func(_, _ int, _ rollout.Step, took time.Duration) { told = took }
				d.begin(1, 1, c.step)
				time.Sleep(c.took)
				d.end(1, 1, c.step)
				if d.start != c.want || told != c.took {
					t.Errorf("got %s and told %s, want %s and %s", d.start, told, c.want, c.took)
				}
			})
		})
	}
}

// TestProxy asks a Traefik that was started since the containers were read.
func TestProxy(t *testing.T) {
	d, p := stage(t, 2)
	opened := open(t, d, p, defaults)
	if _, runs, err := opened.proxy(t.Context()); runs || err != nil {
		t.Errorf("without a container: got %t, %v, want false", runs, err)
	}
	d.run("traefik", "traefik:1")
	proxy, runs, err := opened.proxy(t.Context())
	if err != nil || !runs || len(proxy.Servers) != 2 || !proxy.Servers["rocketchat-2"] {
		t.Errorf("got %v, %t, %v, want its two servers", proxy, runs, err)
	}
}

func TestSetRoutes(t *testing.T) {
	d, p := stage(t, 2)
	opened := open(t, d, p, defaults)
	held := routes.Held{"rocketchat-2": "          - url: http://rocketchat-2:3000\n"}
	if err := opened.setRoutes(rollout.Routes{File: []byte(routesOf(1)), Held: held}); err != nil {
		t.Fatal(err)
	}
	routing, back, err := opened.world().Routes()
	if err != nil || string(routing) != routesOf(1) || back["rocketchat-2"] != held["rocketchat-2"] {
		t.Errorf("got %q, %q, %v, want one route and one held", routing, back, err)
	}
	if err := opened.setRoutes(rollout.Routes{File: []byte(routesOf(2)), Held: routes.Held{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(d.dir, tree.ApplyFile)); !os.IsNotExist(err) {
		t.Errorf("got %v, want no file while nothing is held", err)
	}
}
