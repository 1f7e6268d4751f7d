package rollout

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/generator/fault"
	"rcgen/generator/routes"
	"rcgen/internal/container"
)

// cases are the changes that are run, and killed at each call.
var cases = map[string]struct {
	replicas int
	change   func(*deployment)
	surge    bool
	least    int // replicas that serve at any time
}{
	"release": {4, func(d *deployment) { d.files = files(4, "chat:2") }, false, 3},
	"scale up by hand": {2, func(d *deployment) { d.files, d.routes = files(4, "chat:1"), routesOf(4); d.load() }, false,
		2},
	"scale up, held": {2, func(d *deployment) {
		d.files = files(4, "chat:1")
		d.held = map[string]string{"rocketchat-3": "", "rocketchat-4": ""}
	}, false, 2},
	"scale down": {4, func(d *deployment) {
		d.files, d.routes = files(2, "chat:1"), routesOf(2)
		d.load()
	}, false, 2},
	"release and scale": {3, func(d *deployment) {
		d.files, d.routes = files(5, "chat:2"), routesOf(5)
		d.load()
	}, false, 2},
	"surge":          {1, func(d *deployment) { d.files = files(1, "chat:2") }, true, 1},
	"release, surge": {4, func(d *deployment) { d.files = files(4, "chat:2") }, true, 4},
	"one, surge":     {3, func(d *deployment) { d.files["rocketchat-2"] = one("chat:2") }, true, 3},
	"release and scale, surge": {2, func(d *deployment) {
		d.files, d.routes = files(3, "chat:2"), routesOf(3)
		d.load()
	}, true, 2},
	"release and scale down, surge": {4, func(d *deployment) {
		d.files, d.routes = files(2, "chat:2"), routesOf(2)
		d.load()
	}, true, 2},
	"others": {2, func(d *deployment) {
		d.files["nats"] = one("nats:2")
		d.files["loki"] = one("loki:1")
	}, false, 2},
}

func (d *deployment) settled(t *testing.T, o Options, mongodb string) {
	t.Helper()
	if left := d.plan(o).Steps; len(left) > 0 {
		t.Errorf("left: %q", lines(left))
	}
	n := 0
	for name := range d.files {
		if routes.ReplicaNumber(name) > 0 {
			n++
		}
	}
	if want := string(routesOf(n)); string(d.routes) != want {
		t.Errorf("routes:\n%s\nwant\n%s", d.routes, want)
	}
	if len(d.held) > 0 || len(d.steer) > 0 {
		t.Errorf("held: %v, websockets to %q", d.held, d.steer)
	}
	for _, c := range d.all {
		if s := d.files[c.Service]; c.Hash != s.Hash || len(d.behind(c.Service)) != 1 {
			t.Errorf("%s runs %s, want %s once", c.Name, c.Hash, s.Hash)
		}
	}
	if d.database() != mongodb {
		t.Error("the database was made anew")
	}
}

func (d *deployment) database() string {
	i := slices.IndexFunc(d.all, func(c container.Container) bool { return c.Service == "mongodb" })
	return d.all[i].ID
}

func TestRun(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := deploy(t, c.replicas)
			mongodb := d.database()
			c.change(d)
			o := options
			o.Surge = c.surge
			d.least = d.serving()
			if err := d.apply(o); err != nil {
				t.Fatal(err)
			}
			d.settled(t, options, mongodb)
			if d.least < c.least || len(d.cut) > 0 {
				t.Errorf("%d served at the least, want %d; cut while it was routed: %v", d.least, c.least, d.cut)
			}
		})
	}
}

// TestKilled kills the process at each call, before it, in its midst, after it, and
// while a container is made, which the engine may go on with, and runs it again: it converges, and never does what a
// whole run would not.
func TestKilled(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := options
			o.Surge = c.surge
			whole := deploy(t, c.replicas)
			c.change(whole)
			if err := whole.apply(o); err != nil {
				t.Fatal(err)
			}
			for at := 1; at <= whole.calls; at++ {
				for how := range latest + 1 {
					d := deploy(t, c.replicas)
					mongodb := d.database()
					c.change(d)
					d.least = d.serving()
					d.killAt, d.how = at, how
					if err := d.apply(o); err == nil {
						t.Fatalf("killed at call %d: no error", at)
					}
					d.killAt, d.calls = 0, 0
					for range 2 { // the time may be needed that a start takes
						if err := d.apply(o); err != nil {
							t.Fatalf("after a kill at call %d: %v", at, err)
						}
					}
					d.settled(t, options, mongodb)
					if c.surge && slices.Max(d.drops) > 1 {
						t.Errorf("killed at call %d (%d): websockets dropped %v\n%q", at, how, d.drops, d.actions)
					}
					if d.least < c.least || len(d.cut) > 0 {
						t.Errorf("killed at call %d (%d): %d served at the least, want %d; cut while it was routed: %v\n%q", at, how,
							d.least, c.least, d.cut, d.actions)
					}
				}
			}
		})
	}
}

// TestUndo: the first replica does not get healthy.
func TestUndo(t *testing.T) {
	d := deploy(t, 4)
	d.files = files(4, "chat:2")
	d.sick["chat:2"] = true
	err := d.apply(options)
	var failed *fault.Error
	if !errors.As(err, &failed) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"step 2 of 12, recreate rocketchat-1: rocketchat-1 did not get healthy within 1m0s",
		"rocketchat-1 was put back as it was"} {
		if !strings.Contains(failed.What, want) {
			t.Errorf("got %q, want %q in it", failed.What, want)
		}
	}
	if got := strings.Join(d.told, "\n"); got != "now: rocketchat-1, rocketchat-2, rocketchat-3 and rocketchat-4: chat:1, healthy, routed" {
		t.Errorf("told %q", got)
	}
	if string(d.routes) != string(routesOf(4)) || len(d.held) > 0 || d.least < 3 || len(d.cut) > 0 {
		t.Errorf("routes\n%sheld %v, %d served at the least, cut %v", d.routes, d.held, d.least, d.cut)
	}
	d.files = files(4, "chat:1")
	if left := d.plan(options).Steps; len(left) > 0 {
		t.Errorf("with the old files %q is left", lines(left))
	}
}

// TestUndoNothingOlder: a new replica that does not get healthy stays out.
func TestUndoNothingOlder(t *testing.T) {
	d := deploy(t, 2)
	d.files = files(3, "chat:1")
	d.files["rocketchat-3"] = one("chat:2")
	d.held = routes.Held{"rocketchat-3": ""}
	d.sick["chat:2"] = true
	err := d.apply(options)
	if err == nil || !strings.Contains(err.Error(), "rocketchat-3 is left as it is") {
		t.Fatalf("got %v", err)
	}
	if string(d.routes) != string(routesOf(2)) || d.least < 2 {
		t.Errorf("%d served at the least, routes\n%s", d.least, d.routes)
	}
	delete(d.sick, "chat:2")
	if err := d.apply(options); err != nil || string(d.routes) != string(routesOf(3)) {
		t.Errorf("mended: %v, routes\n%s", err, d.routes)
	}
}

// TestUndoAfterAKill: the old container is gone, and the new one is known to be bad.
func TestUndoAfterAKill(t *testing.T) {
	d := deploy(t, 3)
	d.files = files(3, "chat:2")
	d.sick["chat:2"] = true
	d.killAt, d.how = 2, 2 // rocketchat-1 was made anew
	if err := d.apply(options); err == nil {
		t.Fatal("not killed")
	}
	d.killAt = 0
	if err := d.apply(options); err == nil || !strings.Contains(err.Error(), "put back as it was") {
		t.Fatalf("got %v", err)
	}
	if string(d.routes) != string(routesOf(3)) || d.serving() != 3 || len(d.held) > 0 {
		t.Errorf("%d serve, held %v, routes\n%s", d.serving(), d.held, d.routes)
	}
}

// TestUndoSurge: a second container that does not get healthy goes again, and no
// websocket drops.
func TestUndoSurge(t *testing.T) {
	for _, n := range []int{1, 4} {
		d := deploy(t, n)
		d.files = files(n, "chat:2")
		d.sick["chat:2"] = true
		o := options
		o.Surge = true
		err := d.apply(o)
		if err == nil || !strings.Contains(err.Error(), "its old container serves as before") || d.least < n ||
			len(d.cut) > 0 {
			t.Fatalf("got %v, %d served at the least, cut %v", err, d.least, d.cut)
		}
		if slices.Max(d.drops) > 0 {
			t.Errorf("drops: %v", d.drops)
		}
		d.files = files(n, "chat:1")
		d.settled(t, o, d.database())
	}
}

// TestDropOnce: in a roll with a second container each websocket drops once, and at
// its end all replicas have as many as before; without, none drops more than twice.
func TestDropOnce(t *testing.T) {
	for _, n := range []int{1, 2, 4, 7} {
		for _, surge := range []bool{true, false} {
			d := deploy(t, n)
			before := d.perReplica(t)
			d.files = files(n, "chat:2")
			o := options
			o.Surge = surge
			if err := d.apply(o); err != nil {
				t.Fatal(err)
			}
			most := 2
			if surge {
				most = 1
			}
			if got := slices.Max(d.drops); got > most {
				t.Errorf("%d replicas, surge %t: a websocket dropped %d times: %v", n, surge, got, d.drops)
			}
			if after := d.perReplica(t); surge && !slices.Equal(before, after) {
				t.Errorf("%d replicas: websockets on each %v, before %v", n, after, before)
			}
		}
	}
}

// perReplica returns how many websockets each container of Rocket.Chat has, the fewest first.
func (d *deployment) perReplica(t *testing.T) []int {
	t.Helper()
	count := map[string]int{}
	for i, id := range d.sockets {
		if id == "" {
			t.Fatalf("websocket %d is nowhere", i)
		}
		count[id]++
	}
	return slices.Sorted(maps.Values(count))
}

// TestInterrupted ends an apply at each wait: what has begun is done, nothing is undone.
func TestInterrupted(t *testing.T) {
	for waits := range 40 {
		d := deploy(t, 2)
		d.files = files(2, "chat:2")
		ctx, cancel := context.WithCancel(t.Context())
		w, n := d.world(), 0
		wait := w.Wait
		w.Wait = func(ctx context.Context, pause time.Duration) error {
			if n++; n > waits {
				cancel()
			}
			return wait(ctx, pause)
		}
		err := Run(ctx, d.plan(options), options, w)
		cancel()
		if err != nil && !strings.Contains(err.Error(), "interrupted at step ") {
			t.Fatalf("wait %d: %v", waits, err)
		}
		if err := d.apply(options); err != nil {
			t.Fatalf("again, after wait %d: %v", waits, err)
		}
		if got := fmt.Sprint(d.plan(options).Steps); got != "[]" || d.least < 1 {
			t.Errorf("wait %d: left %s, %d served at the least", waits, got, d.least)
		}
	}
}

// TestEngineLost: the error is the engine's.
func TestEngineLost(t *testing.T) {
	d := deploy(t, 2)
	d.files = files(2, "chat:2")
	w, lost := d.world(), &fault.Error{What: "docker ps: the Docker engine cannot be reached", Hint: "start it"}
	w.Containers = func(context.Context) ([]container.Container, error) { return nil, lost }
	err := Run(t.Context(), d.plan(options), options, w)
	var failed *fault.Error
	if !errors.As(err, &failed) || !strings.Contains(failed.What, lost.What) ||
		!strings.HasPrefix(failed.Hint, "start it; ") {
		t.Errorf("got %v", err)
	}
}
