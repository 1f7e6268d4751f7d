package traffic

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSocketsDrop takes replica a away and brings it back, as a roll does.
func TestSocketsDrop(t *testing.T) {
	e := startEdge(t)
	l := start(t, e, Config{Sockets: 10})
	e.route("b")
	l.Phase("a goes")
	if n := e.drop("a"); n != 5 {
		t.Fatalf("%d of 10 websockets were on a", n)
	}
	l.await(t, 5)
	e.route("a")
	l.Phase("b goes")
	if n := e.drop("b"); n != 10 {
		t.Fatalf("%d of 10 websockets were on b", n)
	}
	l.await(t, 15)
	r := l.Stop()
	if got := r.Dropped(); !slices.Equal(got, []int{0, 5, 5}) {
		t.Errorf("dropped: %v", got)
	}
	drops := r.Drops()
	for i, d := range drops {
		want := Drop{Phase: "a goes", From: "a", To: "b"}
		if i >= 5 {
			want = Drop{Phase: "b goes", From: "b", To: "a"}
		}
		if d.Phase != want.Phase || d.From != want.From || d.To != want.To || d.Tries != 1 || d.Why == nil {
			t.Errorf("%+v, want %+v", d, want)
		}
	}
	if len(drops) != 15 || r.Lost() != 0 {
		t.Errorf("%d drops, %d lost", len(drops), r.Lost())
	}
}

// TestSocketsAway: the time away is from when a drop was noticed until the next session
// or, without one, until the end of the load.
func TestSocketsAway(t *testing.T) {
	for name, back := range map[string]bool{"back": true, "lost": false} {
		t.Run(name, func(t *testing.T) {
			e := startEdge(t)
			l := start(t, e, Config{Sockets: 4})
			e.route()
			dropped := time.Now()
			e.drop("")
			eventually(t, "ten refused", func() bool { return e.refused.Load() >= 10 })
			eventually(t, "four away", func() bool { return l.State().Away == 4 })
			from, lost := time.Now(), 4
			if back {
				e.route("a")
				l.await(t, 4)
				lost = 0
				if away := l.State().Away; away != 0 {
					t.Errorf("%d are away", away)
				}
			}
			to := time.Now()
			r := l.Stop()
			if !back {
				from, to = to, time.Now()
			}
			tries, longest := 0, time.Duration(0)
			for _, d := range r.Drops() {
				tries += d.Tries
				longest = max(longest, d.Away)
				if end := d.At.Add(d.Away); d.At.Before(dropped) || end.Before(from) || end.After(to) || (d.To == "") == back {
					t.Errorf("%+v: dropped before %s, or back not from %s to %s", d, dropped, from, to)
				}
			}
			// Besides those refused each has one more: the one that came through, or one that Stop ended.
			if refused := int(e.refused.Load()); tries < refused || tries > refused+4 || back && tries != refused+4 {
				t.Errorf("%d attempts, %d refused", tries, refused)
			}
			if len(r.Drops()) != 4 || r.Lost() != lost || r.LongestAway() != longest {
				t.Errorf("%d drops, %d lost, away for %s and not %s", len(r.Drops()), r.Lost(), r.LongestAway(), longest)
			}
		})
	}
}

func TestSocketsStay(t *testing.T) {
	t.Parallel() // the pings come after some seconds
	e := startEdge(t)
	l := start(t, e, Config{Sockets: 4})
	eventually(t, "an answer to each websocket's first frame and its ping", func() bool { return e.frames.Load() >= 8 })
	if r := l.Stop(); len(r.Drops()) > 0 || !slices.Equal(r.Dropped(), []int{4}) {
		t.Errorf("%v", r.Drops())
	}
}

func TestStartRefuses(t *testing.T) {
	e := startEdge(t)
	e.route("a")
	for name, c := range map[string]struct {
		cfg  Config
		want string
	}{
		"another machine":   {Config{Origin: "http://192.0.2.1"}, "other machines"},
		"a name":            {Config{Origin: "http://localhost"}, "other machines"},
		"nobody there":      {Config{Origin: "http://127.0.0.1:1", Replicas: 1}, "dial"},
		"a replica missing": {Config{Origin: e.URL, Replicas: 2}, "1 of 2 replicas"},
	} {
		c.cfg.Limit, c.cfg.Timeout = time.Minute, 30*time.Second
		if _, err := Start(t.Context(), c.cfg, "x"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEndsByItself: nobody stops it, and it sends no more.
func TestEndsByItself(t *testing.T) {
	e := startEdge(t)
	const limit = 2 * time.Second
	l := start(t, e, Config{Rate: 100, Clients: 2, Sockets: 2, Limit: limit})
	<-l.ctx.Done()
	l.running.Wait()
	before := e.asked.Load()
	time.Sleep(200 * time.Millisecond) // for what must not come: 20 requests at its pace
	if after := e.asked.Load(); after != before {
		t.Errorf("%d requests after the limit", after-before)
	}
	r := l.Stop()
	// Each request is sent at its time or later: with the first there are 201 at most.
	if p := r.Phases[0]; !r.Expired || p.Sent < 10 || p.Sent > 201 || p.Took > limit || len(r.Drops()) > 0 {
		t.Errorf("expired %t, %d requests in %s, %d drops", r.Expired, p.Sent, p.Took, len(r.Drops()))
	}
}
