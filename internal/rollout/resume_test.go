package rollout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/generator/routes"
	"rcgen/internal/container"
)

// surged returns n replicas in the midst of a roll to chat:2: the first has a second
// container beside it, and Traefik sends requests to both.
func surged(t *testing.T, n int) (d *deployment, old, fresh container.Container) {
	t.Helper()
	d = deploy(t, n)
	d.files = files(n, "chat:2")
	d.killAt = 3 // of: rename, beside, route
	d.how = 2
	o := options
	o.Surge = true
	if err := d.apply(o); !errors.Is(err, errKilled) && err == nil {
		t.Fatal("not killed")
	}
	d.killAt, d.calls = 0, 0
	both := d.behind("rocketchat-1")
	if len(both) != 2 || !d.known(both[0]) || !d.known(both[1]) {
		t.Fatalf("got %+v, routes\n%s", both, d.routes)
	}
	d.least = d.serving()
	return d, both[0], both[1]
}

// stop stops a container; it stays.
func (d *deployment) stop(id string) {
	for i := range d.all {
		if d.all[i].ID == id {
			d.all[i].State = "exited"
		}
	}
}

// TestNoSurgeAfterAKill: a replica that a kill has left half made anew is made anew. A
// second container beside it is what nobody has asked for, or there is no memory for.
func TestNoSurgeAfterAKill(t *testing.T) {
	d := deploy(t, 3)
	d.files = files(3, "chat:2")
	d.killAt, d.how = 2, 1 // in the midst of Compose's work
	if err := d.apply(options); err == nil {
		t.Fatal("not killed")
	}
	d.killAt, d.calls = 0, 0
	const want = "recreate rocketchat-1, route rocketchat-1, drain rocketchat-2, "
	if got := strings.Join(lines(d.plan(options).Steps), ", "); !strings.HasPrefix(got, want) {
		t.Errorf("got %s\nwant %s...", got, want)
	}
}

// TestNoWayBackBeforeItsEnd: a replica that was taken out of the routes to be made anew
// stays out, for Compose may have outlived the apply and be about to stop it. What it was
// answering then may still be in flight.
func TestNoWayBackBeforeItsEnd(t *testing.T) {
	d := deploy(t, 2)
	d.files = files(2, "chat:2")
	d.killAt, d.how = 1, 2 // after its way out
	if err := d.apply(options); err == nil {
		t.Fatal("not killed")
	}
	d.killAt, d.calls = 0, 0
	const want = "drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, drain rocketchat-2, recreate rocketchat-2, route rocketchat-2"
	if got := strings.Join(lines(d.plan(options).Steps), ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// Where the other one is down, it serves until then.
	for i, c := range d.all {
		d.all[i].State = "running"
		if c.Service == "rocketchat-2" {
			d.all[i].State = "exited"
		}
	}
	if got := lines(d.plan(options).Steps); len(got) == 0 || got[0] != "route rocketchat-1" {
		t.Errorf("got %s, want it routed first", strings.Join(got, ", "))
	}
}

// TestNoSurgeUnderAnotherName: two containers of a replica whose container has a name of
// its own (container_name) cannot be, nor be told apart in the routes.
func TestNoSurgeUnderAnotherName(t *testing.T) {
	d := deploy(t, 2)
	for i, c := range d.all {
		if c.Service == "rocketchat-1" {
			d.all[i].Name = "our-chat"
		}
	}
	d.files = files(2, "chat:2")
	o := options
	o.Surge = true
	const want = "drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, surge rocketchat-2, route rocketchat-2, drain rocketchat-2, remove rocketchat-2, route rocketchat-2"
	if got := strings.Join(lines(d.plan(o).Steps), ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestNoSurgeForNumber: where there are only too many containers, as many as somebody
// asked for by hand, Compose takes them away; a second one would be there already.
func TestNoSurgeForNumber(t *testing.T) {
	d := deploy(t, 2)
	d.make("rocketchat-2", d.files["rocketchat-2"])
	d.now = d.now.Add(time.Minute)
	o := options
	o.Surge = true
	if err := d.apply(o); err != nil {
		t.Fatal(err)
	}
	d.settled(t, o, d.database())
}

// TestUndoSurgeLater: the new container has got sick since the apply was killed, when it
// alone was in the routes.
func TestUndoSurgeLater(t *testing.T) {
	for _, n := range []int{1, 3} {
		d, old, fresh := surged(t, n)
		var err error
		if d.routes, _, err = routes.TakeOut(d.routes, old.Name); err != nil {
			t.Fatal(err)
		}
		d.load()
		d.sick["chat:2"] = true
		err = d.apply(options)
		if err == nil || !strings.Contains(err.Error(), "its old container serves as before") {
			t.Fatalf("%d: got %v", n, err)
		}
		if string(d.routes) != string(routesOf(n)) || d.serving() != n || len(d.held) > 0 {
			t.Errorf("%d: %d serve, held %v, routes\n%s", n, d.serving(), d.held, d.routes)
		}
		if slices.ContainsFunc(d.all, func(c container.Container) bool { return c.ID == fresh.ID }) {
			t.Errorf("%d: the new container is still there", n)
		}
	}
}

// TestUndoSurgeOfOne: where the old container does not run, the new one is all there is.
func TestUndoSurgeOfOne(t *testing.T) {
	d, old, fresh := surged(t, 3)
	d.stop(old.ID)
	d.sick["chat:2"] = true
	err := d.apply(options)
	if err == nil || strings.Contains(err.Error(), "serves as before") ||
		!strings.Contains(err.Error(), "no other container runs") {
		t.Errorf("got %v", err)
	}
	if !slices.ContainsFunc(d.all, func(c container.Container) bool { return c.ID == fresh.ID }) {
		t.Error("it was removed")
	}
}

// TestFailedSteersNobody: after a step that failed new websockets go to all replicas,
// be there something to put back or not.
func TestFailedSteersNobody(t *testing.T) {
	for name, fail := range map[string]func(*deployment, *World){
		"nothing older is known": func(d *deployment, w *World) {
			d.applied = nil
			up := w.Up
			w.Up = func(ctx context.Context, s Step) error {
				if s.Services[0] == "rocketchat-3" {
					return errors.New("no space left on device")
				}
				return up(ctx, s)
			}
		},
		"a container that stays": func(_ *deployment, w *World) {
			w.Remove = func(context.Context, container.Container) error { return errors.New("no answer") }
		},
	} {
		d := deploy(t, 4)
		d.files = files(4, "chat:2")
		o := options
		o.Surge = true
		w := d.world()
		fail(d, &w)
		if err := Run(t.Context(), d.plan(o), o, w); err == nil {
			t.Fatalf("%s: no error", name)
		}
		if len(d.steer) > 0 {
			t.Errorf("%s: websockets go to %q alone", name, d.steer)
		}
		if err := d.apply(o); err != nil {
			t.Fatalf("%s: again: %v", name, err)
		}
		d.settled(t, options, d.database())
	}
}

// TestFilesChangedAgain: a second container was begun, the files changed, and since also
// the routes (rcgen generate), or a container got sick.
func TestFilesChangedAgain(t *testing.T) {
	for name, between := range map[string]func(d *deployment, old, fresh container.Container){
		"routes made anew": func(d *deployment, _, _ container.Container) { d.routes = routesOf(len(d.files) - 4); d.load() },
		"as it was":        func(*deployment, container.Container, container.Container) {},
		"only the new one routed, and sick": func(d *deployment, old, _ container.Container) {
			d.routes, _, _ = routes.TakeOut(d.routes, old.Name)
			d.sick["chat:2"] = true
			d.load()
		},
		"both stopped": func(d *deployment, old, fresh container.Container) { d.stop(old.ID); d.stop(fresh.ID) },
	} {
		for _, n := range []int{1, 3} {
			for _, surge := range []bool{true, false} {
				d, old, fresh := surged(t, n)
				d.files = files(n, "chat:3")
				between(d, old, fresh)
				d.cut, d.least = nil, d.serving()
				o := options
				o.Surge = surge
				if err := d.apply(o); err != nil {
					t.Fatalf("%s, %d replicas: %v", name, n, err)
				}
				d.settled(t, o, d.database())
				if len(d.cut) > 0 {
					t.Errorf("%s, %d replicas, surge %t: cut while it was routed: %v\n%q", name, n, surge, d.cut, d.actions)
				}
				if surge && name == "only the new one routed, and sick" && slices.Contains(d.actions[:8], "remove "+old.Name) {
					t.Errorf("%d replicas: what served went first: %q", n, d.actions)
				}
			}
		}
	}
}

// TestComposeBetween: a person brought the files into effect with docker compose up -d,
// which leaves one of the two containers that the routes have, not healthy yet, and the
// files changed again.
func TestComposeBetween(t *testing.T) {
	for _, n := range []int{1, 3} {
		for _, surge := range []bool{true, false} {
			d, old, fresh := surged(t, n)
			d.drop(func(c container.Container) bool { return c.ID == old.ID })
			d.started[fresh.ID] = d.now
			d.files, d.cut = files(n, "chat:3"), nil
			o := options
			o.Surge = surge
			if err := d.apply(o); err != nil {
				t.Errorf("%d replicas, surge %t: %v", n, surge, err)
				continue
			}
			d.settled(t, o, d.database())
			if len(d.cut) > 0 {
				t.Errorf("%d replicas, surge %t: cut while it was routed: %v", n, surge, d.cut)
			}
		}
	}
}

// TestHeldBothStopped: what does not run is taken out also where the routes have its
// two containers, and is started as one.
func TestHeldBothStopped(t *testing.T) {
	d, old, fresh := surged(t, 3)
	d.stop(old.ID)
	d.stop(fresh.ID)
	d.now = d.now.Add(time.Minute)
	const want = "hold rocketchat-1, recreate rocketchat-1, route rocketchat-1, drain rocketchat-2, "
	if got := strings.Join(lines(d.plan(options).Steps), ", "); !strings.HasPrefix(got, want) {
		t.Errorf("got %s\nwant %s...", got, want)
	}
	if err := d.apply(options); err != nil {
		t.Fatal(err)
	}
	d.settled(t, options, d.database())
}
