package rollout

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// TestTraefikDoesNotTake: nothing is stopped that still gets requests.
func TestTraefikDoesNotTake(t *testing.T) {
	d := deploy(t, 2)
	d.files = files(2, "chat:2")
	w := d.world()
	w.SetRoutes = func(r Routes) error { d.routes, d.held = r.File, r.Held; return nil }
	err := Run(t.Context(), d.plan(options), options, w)
	if err == nil || !strings.Contains(err.Error(), "has not taken the change of its routes within 30s") {
		t.Fatalf("got %v", err)
	}
	if d.least < 2 {
		t.Errorf("%d served", d.least)
	}
	if d.held["rocketchat-1"] == "" {
		t.Error("what was taken out is not known")
	}
}

// TestTraefikIsSlow: a question that comes to nothing on a busy machine is asked again,
// and fails the apply where none is answered.
func TestTraefikIsSlow(t *testing.T) {
	for _, c := range []struct {
		fails int // the first questions of each change
		good  bool
	}{{3, true}, {10_000, false}} {
		d := deploy(t, 2)
		d.files = files(2, "chat:2")
		w, left := d.world(), c.fails
		ask, set := w.Proxy, w.SetRoutes
		w.Proxy = func(ctx context.Context) (Proxy, bool, error) {
			if left--; left >= 0 {
				return Proxy{}, true, errors.New("no answer")
			}
			return ask(ctx)
		}
		w.SetRoutes = func(r Routes) error { left = c.fails; return set(r) }
		err := Run(t.Context(), d.plan(options), options, w)
		if (err == nil) != c.good || err != nil && !strings.Contains(err.Error(), "no answer") {
			t.Errorf("%d questions fail: got %v", c.fails, err)
		}
		if d.least < 1 {
			t.Errorf("%d served", d.least)
		}
	}
}
