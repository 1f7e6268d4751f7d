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

	"rcgen/e2e/internal/bounds"
)

func start(t *testing.T, e *edge, cfg Config) *Load {
	t.Helper()
	cfg.Origin, cfg.Replicas = e.URL, 2
	if cfg.Limit == 0 {
		cfg.Limit = 10 * time.Minute
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
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

// awaitAnswers waits until so many requests of the running phase have ended.
func (l *Load) awaitAnswers(t *testing.T, n int) {
	t.Helper()
	eventually(t, strconv.Itoa(n)+" answers", func() bool { return l.State().Answered >= n })
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
	t.Parallel() // one request of twenty takes the whole Timeout
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
	l := start(t, e, Config{Rate: 200, Clients: 4, Timeout: 10 * time.Second})
	l.awaitAnswers(t, 180) // without those that take 10 s
	r := l.Stop()
	p := r.Total()
	if want := expect(p.Sent); !maps.Equal(p.Failed, want) {
		t.Errorf("counted %v, want %v\n%s", p.Failed, want, strings.Join(r.Errors, "\n"))
	}
	if p.Sent < 100 || len(r.Errors) != 30 {
		t.Errorf("sent %d, noted %d", p.Sent, len(r.Errors))
	}
	if got, want := p.Kinds(), fmt.Sprintf("%d reset, %d status 302, ", p.Failed[Reset],
		p.Failed["status 302"]); !strings.HasPrefix(got, want) {
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
	l.awaitAnswers(t, 100)
	if p := l.Stop().Total(); !maps.Equal(p.Failed, map[Kind]int{Reset: 1}) {
		t.Errorf("counted %v", p.Failed)
	}
}

func TestNobodyThere(t *testing.T) {
	e := startEdge(t)
	l := start(t, e, Config{Rate: 100, Clients: 4})
	l.awaitAnswers(t, 20)
	l.Phase("closing")
	_ = e.Listener.Close()
	e.CloseClientConnections()
	l.awaitAnswers(t, 32) // four of each client: until none has a connection
	l.Phase("closed")
	l.awaitAnswers(t, 20)
	r := l.Stop()
	p := r.Phases[2]
	if p.Name != "closed" || p.Sent < 20 || p.Failed[Dial] != p.Sent || len(p.Failed) != 1 {
		t.Errorf("%d sent, failed %v", p.Sent, p.Failed)
	}
	// Of those before only what was under way can have failed: a tenth of a second's.
	first := r.Phases[0]
	text, ok := bounds.Ratio(float64(first.Failures()), 10)
	if t.Logf("failed of those before: %s", text); !ok || first.Served["a"]+first.Served["b"] < 20 {
		t.Errorf("before: %d of %d failed: %s", first.Failures(), first.Sent, first.Kinds())
	}
}

// TestOpenLoop: answers that do not come change nothing of the pace, with more requests
// under way than clients.
func TestOpenLoop(t *testing.T) {
	const many = 50 // four clients that waited for their answers would send no fifth request
	e := startEdge(t)
	var asked atomic.Int64
	held := make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	t.Cleanup(release) // or the edge does not end
	e.answer = func(http.ResponseWriter, *http.Request, string) {
		asked.Add(1)
		<-held
	}
	l := start(t, e, Config{Rate: 100, Clients: 4})
	eventually(t, "the first request", func() bool { return asked.Load() > 0 })
	first := time.Now()
	eventually(t, strconv.Itoa(many)+" requests without an answer", func() bool { return asked.Load() >= many })
	waited := time.Since(first)
	l.Phase("answered")
	if s := l.State(); s.Earlier < many || s.Answered > 0 {
		t.Errorf("%+v with %d held", s, many)
	}
	release()
	l.awaitAnswers(t, many)
	eventually(t, "the answers of the first phase", func() bool { return l.State().Earlier == 0 })
	r := l.Stop()
	// Each is sent at its time or later.
	if all := r.Total(); all.Sent > int(all.Took.Seconds()*100)+1 || all.Failures() > 0 {
		t.Errorf("%d in %s; failed %v", all.Sent, all.Took, all.Failed)
	}
	p := r.Phases[0]
	if half := p.Slowest(0.5); half > p.Slowest(1) || p.Slowest(1) < waited {
		t.Errorf("half within %s, all within %s; the first waited for %s", half, p.Slowest(1), waited)
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
	l.awaitAnswers(t, 90)
	p := l.Stop().Total()
	if a, b := with.Load(), without.Load(); a+b != int64(p.Sent) || a < b || a > b+1 {
		t.Errorf("%d with, %d without of %d", a, b, p.Sent)
	}
	if p.Served["a"]+p.Served["b"] != p.Sent || p.Served["a"] < p.Sent/3 || p.Served["b"] < p.Sent/3 {
		t.Errorf("served %v of %d", p.Served, p.Sent)
	}
}
