// Package traffic sends steady traffic to a deployment on this machine and counts
// what fails: requests over kept-alive connections, half of them with the cookies
// of earlier answers, and websockets that come back when they are dropped.
package traffic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Config says what is sent.
type Config struct {
	Origin   string             // such as http://127.0.0.1; the host is a loopback address, never a name
	Replicas int                // that answer at the start, by their X-Instance-ID
	Path     func(n int) string // path and query of the n-th request; not used without a Rate
	Rate     int                // requests a second
	Clients  int                // that keep cookies and send half of the requests
	Sockets  int                // websockets, as many on each replica at the start
	Timeout  time.Duration      // of one request, and of a websocket's first attempt
	Limit    time.Duration      // after this the load ends, whether stopped or not
}

// Load is traffic that runs.
type Load struct {
	cfg     Config
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
	began   time.Time

	mu      sync.Mutex
	phases  []*Phase // the last one is running
	sockets []*Socket
	errors  []string
	behind  time.Duration
	away    int // websockets
}

// Start begins the first phase once every websocket is connected. The error says
// what did not answer, or that Origin is not on this machine.
func Start(ctx context.Context, cfg Config, phase string) (*Load, error) {
	if err := loopback(cfg.Origin); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, cfg.Limit)
	l := &Load{cfg: cfg, ctx: ctx, stop: stop, began: time.Now()}
	cookies, err := l.findReplicas()
	if err == nil {
		l.Phase(phase) // for a websocket that drops before the others are there
		err = l.openSockets(cookies)
	}
	if err != nil {
		stop()
		l.running.Wait()
		return nil, err
	}
	l.mu.Lock()
	l.phases[0].Began = time.Now()
	l.mu.Unlock()
	if cfg.Rate > 0 {
		l.sendRequests(cookies)
	}
	return l, nil
}

func loopback(origin string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return err
	}
	if address, err := netip.ParseAddr(u.Hostname()); err != nil || !address.IsLoopback() {
		return fmt.Errorf("%s: no load is sent to other machines", origin)
	}
	return nil
}

// findReplicas asks without a cookie until each replica has answered, and returns
// the cookies that lead to each, by the replicas' order.
func (l *Load) findReplicas() ([][]*http.Cookie, error) {
	found := map[string][]*http.Cookie{}
	client := newClient(nil, l.cfg.Origin)
	defer client.CloseIdleConnections()
	for attempt := 0; len(found) < l.cfg.Replicas; attempt++ {
		if attempt == 50*l.cfg.Replicas {
			return nil, fmt.Errorf("%d of %d replicas answer", len(found), l.cfg.Replicas)
		}
		a := l.ask(client, "/api/info")
		if a.kind != "" {
			return nil, fmt.Errorf("%s: %s: %w", l.cfg.Origin, a.kind, a.err)
		}
		found[a.replica] = a.cookies
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	var cookies [][]*http.Cookie
	for _, name := range names {
		cookies = append(cookies, found[name])
	}
	return cookies, nil
}

// Phase ends the running phase and begins the next. A request belongs to the
// phase in which it was sent, a dropped websocket to that in which it dropped.
func (l *Load) Phase(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if n := len(l.phases); n > 0 {
		l.phases[n-1].Took = now.Sub(l.phases[n-1].Began)
	}
	l.phases = append(l.phases, &Phase{Name: name, Began: now, Failed: map[Kind]int{}, Served: map[string]int{}})
}

// Stop ends the load, once the requests in flight have their answers, and says
// what was counted.
func (l *Load) Stop() Report {
	expired := l.ctx.Err() != nil
	l.mu.Lock()
	last := l.phases[len(l.phases)-1]
	last.Took = min(time.Since(last.Began), l.began.Add(l.cfg.Limit).Sub(last.Began))
	l.mu.Unlock()
	l.stop()
	l.running.Wait()
	r := Report{Errors: l.errors, Behind: l.behind, Expired: expired}
	for _, p := range l.phases {
		slices.Sort(p.took)
		r.Phases = append(r.Phases, *p)
	}
	for _, s := range l.sockets {
		r.Sockets = append(r.Sockets, *s)
	}
	return r
}

// State is where a running load stands, for who waits for something to happen to it.
type State struct {
	Answered int // requests of the running phase that came to an end, failed ones too
	Earlier  int // requests of the phases before it that are under way
	Away     int // websockets that have dropped and are not back
}

// State returns where the load stands now.
func (l *Load) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.phases) - 1
	s := State{Answered: l.phases[last].Sent, Away: l.away}
	for _, p := range l.phases[:last] {
		s.Earlier += p.begun - p.Sent
	}
	return s
}

func (l *Load) phase() *Phase {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.phases[len(l.phases)-1]
}

// begin counts a request as under way in the running phase, which it returns.
func (l *Load) begin() *Phase {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.phases[len(l.phases)-1]
	p.begun++
	return p
}

// note keeps the first errors, which say more than a count.
func (l *Load) note(format string, args ...any) {
	const kept = 30
	if len(l.errors) < kept {
		l.errors = append(l.errors, time.Now().Format(time.StampMilli)+" "+fmt.Sprintf(format, args...))
	}
}

// sleep returns false when the context has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(0, d))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

var errReplayed = errors.New("the connection was cut, and net/http sent the request again")
