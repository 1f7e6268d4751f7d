package traffic

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// Kind is how a request failed: "status 502" and the like, or one of those below.
type Kind string

// The kinds without an answer.
const (
	Dial    Kind = "dial"    // nobody took the connection
	Reset   Kind = "reset"   // the connection ended before the whole answer was there
	Timeout Kind = "timeout" // no whole answer in time
)

// newClient has connections of its own, and cookies where it is given some.
func newClient(cookies []*http.Cookie, origin string) *http.Client {
	c := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 1000,
			// well below the 180 s of Traefik, so that none is used at the moment it ends
			IdleConnTimeout: 30 * time.Second,
		},
	}
	if cookies == nil {
		return c
	}
	u, err := url.Parse(origin)
	jar, errJar := cookiejar.New(nil)
	if err != nil || errJar != nil {
		panic(errors.Join(err, errJar)) // Start has parsed it; New has no error to return
	}
	jar.SetCookies(u, cookies)
	c.Jar = jar
	return c
}

// sendRequests starts the pace and the clients it uses by turns: every other
// request has cookies.
func (l *Load) sendRequests(cookies [][]*http.Cookie) {
	plain := newClient(nil, l.cfg.Origin)
	var keepers []*http.Client
	for i := range l.cfg.Clients {
		keepers = append(keepers, newClient(cookies[i%len(cookies)], l.cfg.Origin))
	}
	l.running.Go(func() {
		start := time.Now()
		for n := 0; ; n++ {
			// The n-th request has its time, however late the answers before it are.
			// Those under way are bounded by Rate x Timeout.
			due := start.Add(time.Duration(n) * time.Second / time.Duration(l.cfg.Rate))
			if !sleep(l.ctx, time.Until(due)) {
				return
			}
			c := plain
			if n%2 == 0 && len(keepers) > 0 {
				c = keepers[n/2%len(keepers)]
			}
			late := time.Since(due)
			l.mu.Lock()
			l.behind = max(l.behind, late)
			l.mu.Unlock()
			l.running.Go(func() { l.send(c, l.cfg.Path(n)) })
		}
	})
	context.AfterFunc(l.ctx, func() {
		l.running.Wait()
		for _, c := range append(keepers, plain) {
			c.CloseIdleConnections()
		}
	})
}

func (l *Load) send(c *http.Client, path string) {
	p := l.begin()
	start := time.Now()
	a := l.ask(c, path)
	took := time.Since(start)
	l.mu.Lock()
	defer l.mu.Unlock()
	p.Sent++
	p.took = append(p.took, took)
	if a.replica != "" {
		p.Served[a.replica]++
	}
	if a.kind != "" {
		p.Failed[a.kind]++
		l.note("%s: %s after %d ms: %v", path, a.kind, took.Milliseconds(), a.err)
	}
}

// answer is what came of a request. Kind is empty where all is well.
type answer struct {
	replica string
	cookies []*http.Cookie
	kind    Kind
	err     error
}

// ask sends one request and reads the whole answer. It is no part of the load's
// context: what is under way at the end is waited for.
func (l *Load) ask(c *http.Client, path string) answer {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), l.cfg.Timeout)
	defer cancel()
	// net/http repeats a GET by itself when a used connection is cut. Another
	// client would not, so it counts.
	var connections atomic.Int32
	ctx = httptrace.WithClientTrace(ctx,
		&httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connections.Add(1) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.cfg.Origin+path, nil)
	if err != nil {
		return answer{kind: Dial, err: err}
	}
	resp, err := c.Do(req)
	if err != nil {
		return answer{kind: kindOf(err), err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{replica: resp.Header.Get("X-Instance-ID"), cookies: resp.Cookies()}
	_, err = io.Copy(io.Discard, resp.Body)
	switch {
	case err != nil:
		a.kind, a.err = kindOf(err), err
	case resp.StatusCode != http.StatusOK:
		a.kind, a.err = Kind("status "+strconv.Itoa(resp.StatusCode)), errors.New(resp.Status)
	case connections.Load() > 1:
		a.kind, a.err = Reset, errReplayed
	}
	return a
}

func kindOf(err error) Kind {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return Timeout
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return Dial
	}
	return Reset
}
