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
	e.await(t, "b", 10)
	time.Sleep(200 * time.Millisecond) // until each has its session
	e.route("a")
	l.Phase("b goes")
	if n := e.drop("b"); n != 10 {
		t.Fatalf("%d of 10 websockets were on b", n)
	}
	e.await(t, "a", 10)
	time.Sleep(200 * time.Millisecond)
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
	if len(drops) != 15 || r.Lost() != 0 || r.LongestAway() > time.Second || r.LongestAway() == 0 {
		t.Errorf("%d drops, %d lost, away for %s", len(drops), r.Lost(), r.LongestAway())
	}
}

func TestSocketsAway(t *testing.T) {
	for name, back := range map[string]bool{"back": true, "lost": false} {
		t.Run(name, func(t *testing.T) {
			e := startEdge(t)
			l := start(t, e, Config{Sockets: 4})
			e.route()
			start := time.Now()
			e.drop("")
			time.Sleep(500 * time.Millisecond)
			lost := 4
			if back {
				lost = 0
				e.route("a")
				time.Sleep(500 * time.Millisecond)
			}
			r := l.Stop()
			most := time.Since(start)
			if back {
				most -= 300 * time.Millisecond // of the 500 ms after its way was free
			}
			if r.Lost() != lost || r.LongestAway() < 500*time.Millisecond || r.LongestAway() > most {
				t.Errorf("%d lost, away for %s, not 0.5 s to %s", r.Lost(), r.LongestAway(), most)
			}
			for _, d := range r.Drops() {
				if d.Tries < 2 || (d.To == "") == back {
					t.Errorf("%+v", d)
				}
			}
		})
	}
}

func TestSocketsStay(t *testing.T) {
	l := start(t, startEdge(t), Config{Sockets: 4})
	time.Sleep(pingEvery + silence/10) // a ping has its answer
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
		c.cfg.Limit, c.cfg.Timeout = time.Minute, time.Second
		if _, err := Start(t.Context(), c.cfg, "x"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEndsByItself: nobody stops it, and it sends no more.
func TestEndsByItself(t *testing.T) {
	e := startEdge(t)
	l := start(t, e, Config{Rate: 100, Clients: 2, Sockets: 2, Limit: 500 * time.Millisecond})
	time.Sleep(700 * time.Millisecond)
	before := e.asked.Load()
	time.Sleep(200 * time.Millisecond)
	if after := e.asked.Load(); after != before {
		t.Errorf("%d requests after the limit", after-before)
	}
	r := l.Stop()
	if rate := r.Phases[0].Rate(); !r.Expired || rate < 70 || rate > 130 || len(r.Drops()) > 0 {
		t.Errorf("expired %t, %.0f requests/s, %d drops", r.Expired, rate, len(r.Drops()))
	}
}
