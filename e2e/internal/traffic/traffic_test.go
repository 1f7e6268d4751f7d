package traffic

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func start(t *testing.T, e *edge, cfg Config) *Load {
	t.Helper()
	cfg.Origin, cfg.Replicas = e.URL, 2
	if cfg.Limit == 0 {
		cfg.Limit = time.Minute
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Path == nil {
		cfg.Path = func(n int) string { return "/?n=" + strconv.Itoa(n) }
	}
	l, err := Start(t.Context(), cfg, "first")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// await waits for so many drops from which the websockets are back.
func (l *Load) await(t *testing.T, drops int) {
	t.Helper()
	eventually(t, strconv.Itoa(drops)+" drops", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		n := 0
		for _, s := range l.sockets {
			n += len(s.Drops)
		}
		return n == drops
	})
}

// eventually waits for what is to come however busy the machine is.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// number is the n of Path.
func number(r *http.Request) int {
	n, _ := strconv.Atoi(r.FormValue("n"))
	return n
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

// expect computes what the failing server below has done to n requests.
func expect(n int) map[Kind]int {
	want := map[Kind]int{}
	for i := range n {
		if kind, failed := planned(i); failed {
			want[kind]++
		}
	}
	return want
}

func planned(n int) (Kind, bool) {
	switch n % 20 {
	case 3, 4:
		return "status 503", true
	case 7, 14:
		return Reset, true
	case 10:
		return Timeout, true
	case 17:
		return Reset, true // in the middle of the body
	case 19:
		return "status 302", true // no failure hides behind a redirect
	}
	return "", false
}

func TestCountsWhatFails(t *testing.T) {
	e := startEdge(t)
	e.answer = func(w http.ResponseWriter, r *http.Request, _ string) {
		kind, _ := planned(number(r))
		switch {
		case number(r)%20 == 17:
			w.Header().Set("Content-Length", "10")
			_, _ = w.Write([]byte("half"))
			_ = http.NewResponseController(w).Flush()
			cut(w)
		case kind == Reset:
			cut(w)
		case kind == Timeout:
			<-r.Context().Done()
		case kind == "status 302":
			http.Redirect(w, r, "/api/info", http.StatusFound)
		case kind != "":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
	l := start(t, e, Config{Rate: 200, Clients: 4, Timeout: 3 * time.Second})
	time.Sleep(time.Second)
	r := l.Stop()
	p := r.Total()
	if want := expect(p.Sent); !maps.Equal(p.Failed, want) {
		t.Errorf("counted %v, want %v\n%s", p.Failed, want, strings.Join(r.Errors, "\n"))
	}
	if p.Sent < 100 || len(r.Errors) != 30 {
		t.Errorf("sent %d, noted %d", p.Sent, len(r.Errors))
	}
	if got, want := p.Kinds(), fmt.Sprintf("%d reset, %d status 302, ", p.Failed[Reset], p.Failed["status 302"]); !strings.HasPrefix(got, want) {
		t.Errorf("%s, want %s...", got, want)
	}
}

// TestReplayed: net/http repeats a GET whose connection is cut. It counts all the same.
func TestReplayed(t *testing.T) {
	e := startEdge(t)
	var seen sync.Map
	e.answer = func(w http.ResponseWriter, r *http.Request, _ string) {
		if _, again := seen.LoadOrStore(number(r), true); !again && number(r) == 50 {
			cut(w)
		}
	}
	l := start(t, e, Config{Rate: 200, Clients: 2})
	time.Sleep(600 * time.Millisecond)
	if p := l.Stop().Total(); !maps.Equal(p.Failed, map[Kind]int{Reset: 1}) {
		t.Errorf("counted %v", p.Failed)
	}
}

func TestNobodyThere(t *testing.T) {
	e := startEdge(t)
	l := start(t, e, Config{Rate: 100, Clients: 4})
	served := func(phase, least int) func() bool {
		return func() bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.phases[phase].Sent >= least
		}
	}
	eventually(t, "20 answers", served(0, 20))
	l.Phase("closing")
	_ = e.Listener.Close()
	e.CloseClientConnections()
	eventually(t, "four attempts by each client", served(1, 32)) // until none has a connection
	l.Phase("closed")
	eventually(t, "20 attempts", served(2, 20))
	r := l.Stop()
	p := r.Phases[2]
	if p.Name != "closed" || p.Sent < 20 || p.Failed[Dial] != p.Sent || len(p.Failed) != 1 {
		t.Errorf("%d sent, failed %v", p.Sent, p.Failed)
	}
	// Of those before only what was under way can have failed.
	if first := r.Phases[0]; first.Failures() > 10 || first.Served["a"]+first.Served["b"] < 20 {
		t.Errorf("before: %d of %d failed: %s", first.Failures(), first.Sent, first.Kinds())
	}
}

// TestOpenLoop: answers that take half a second each change nothing of the pace,
// with more requests under way than clients.
func TestOpenLoop(t *testing.T) {
	e := startEdge(t)
	e.answer = func(http.ResponseWriter, *http.Request, string) { time.Sleep(500 * time.Millisecond) }
	l := start(t, e, Config{Rate: 100, Clients: 4})
	time.Sleep(2 * time.Second)
	r := l.Stop()
	p := r.Phases[0]
	// Four clients that waited for their answers would send ten a second.
	if rate := p.Rate(); rate < 50 || rate > 110 {
		t.Errorf("%.1f requests/s, %d in %s", rate, p.Sent, p.Took)
	}
	if p.Failures() > 0 || p.Slowest(0.5) < 500*time.Millisecond || p.Slowest(1) < p.Slowest(0.5) {
		t.Errorf("failed %v, half within %s, all within %s", p.Failed, p.Slowest(0.5), p.Slowest(1))
	}
}

// TestHalfKeepCookies: those with cookies stay, the others take turns.
func TestHalfKeepCookies(t *testing.T) {
	e := startEdge(t)
	var with, without atomic.Int64
	e.answer = func(_ http.ResponseWriter, r *http.Request, replica string) {
		c, err := r.Cookie("sticky")
		switch {
		case err != nil:
			without.Add(1)
		case c.Value == replica:
			with.Add(1)
		}
	}
	l := start(t, e, Config{Rate: 200, Clients: 4})
	time.Sleep(500 * time.Millisecond)
	p := l.Stop().Total()
	if a, b := with.Load(), without.Load(); a+b != int64(p.Sent) || a < b || a > b+1 {
		t.Errorf("%d with, %d without of %d", a, b, p.Sent)
	}
	if p.Served["a"]+p.Served["b"] != p.Sent || p.Served["a"] < p.Sent/3 || p.Served["b"] < p.Sent/3 {
		t.Errorf("served %v of %d", p.Served, p.Sent)
	}
}
