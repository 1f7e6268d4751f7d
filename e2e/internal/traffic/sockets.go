package traffic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

const (
	// pingEvery keeps frames coming. Meteor's client sends a ping after 17.5 s and gives
	// its answer 15 s: without a frame for so long, the websocket counts as dropped.
	pingEvery = 5 * time.Second
	silence   = 32500 * time.Millisecond

	// attempt bounds each attempt to come back, as Meteor's client does, and again is
	// the pause after one that failed; the first one comes at once.
	attempt = 10 * time.Second
	again   = 100 * time.Millisecond

	// atOnce bounds the websockets that are opened at the start at one time.
	atOnce = 20
)

// Socket is one websocket with DDP on it, and what became of it.
type Socket struct {
	First string // replica at the start
	Drops []Drop // in their order

	client *http.Client
}

// Drop is one end of a websocket that its client did not want.
type Drop struct {
	Phase    string
	From, To string        // replicas; To is empty where it did not come back
	At       time.Time     // when it was noticed
	Away     time.Duration // until the next session, or the end of the load
	Tries    int           // attempts it took
	Why      error
}

// openSockets connects all of them, spread evenly over the replicas.
func (l *Load) openSockets(cookies [][]*http.Cookie) error {
	slots := make(chan struct{}, atOnce)
	opened := make(chan error, l.cfg.Sockets)
	for i := range l.cfg.Sockets {
		s := &Socket{client: newClient(cookies[i%len(cookies)], l.cfg.Origin)}
		l.sockets = append(l.sockets, s)
		l.running.Go(func() {
			slots <- struct{}{}
			conn, replica, err := l.connect(s, l.cfg.Timeout)
			<-slots
			s.First = replica
			opened <- err
			if err == nil {
				l.keep(s, conn, replica)
			}
		})
	}
	for i := range l.cfg.Sockets {
		if err := <-opened; err != nil {
			return fmt.Errorf("websocket %d of %d: %w", i+1, l.cfg.Sockets, err)
		}
	}
	return nil
}

// keep holds a websocket and opens it again each time it drops.
func (l *Load) keep(s *Socket, conn *websocket.Conn, replica string) {
	for {
		err := l.hold(conn)
		_ = conn.CloseNow()
		if l.ctx.Err() != nil {
			return
		}
		d := Drop{From: replica, At: time.Now(), Why: err, Phase: l.phase().Name}
		l.mu.Lock()
		l.away++
		l.mu.Unlock()
		conn, d.To = nil, ""
		for conn == nil && (d.Tries == 0 || sleep(l.ctx, again)) {
			d.Tries++
			conn, d.To, err = l.connect(s, attempt)
		}
		d.Away = time.Since(d.At)
		l.mu.Lock()
		s.Drops = append(s.Drops, d)
		if conn != nil {
			l.away--
		}
		if conn == nil || d.Tries > 1 {
			l.note("websocket of %s: %v; away for %.1f s, %d attempts, then %s, %v", d.From, d.Why, d.Away.Seconds(), d.Tries,
				d.To, err)
		}
		l.mu.Unlock()
		if conn == nil {
			return
		}
		replica = d.To
	}
}

// connect opens a websocket and a DDP session on it.
func (l *Load) connect(s *Socket, timeout time.Duration) (*websocket.Conn, string, error) {
	ctx, cancel := context.WithTimeout(l.ctx, timeout)
	defer cancel()
	conn, resp, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(l.cfg.Origin, "http")+"/websocket",
		&websocket.DialOptions{HTTPClient: s.client})
	if err != nil {
		return nil, "", err
	}
	err = conn.Write(ctx, websocket.MessageText, []byte(`{"msg":"connect","version":"1","support":["1"]}`))
	for err == nil {
		var data []byte
		var m struct{ Msg string }
		if _, data, err = conn.Read(ctx); err == nil {
			err = json.Unmarshal(data, &m)
		}
		if err == nil && m.Msg == "connected" {
			return conn, resp.Header.Get("X-Instance-ID"), nil
		}
	}
	_ = conn.CloseNow()
	return nil, "", err
}

// hold reads until the websocket ends, and returns why.
func (l *Load) hold(conn *websocket.Conn) error {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	go func() {
		for sleep(ctx, pingEvery) && conn.Write(ctx, websocket.MessageText, []byte(`{"msg":"ping"}`)) == nil {
		}
	}()
	for {
		ctx, cancel := context.WithTimeout(ctx, silence)
		_, data, err := conn.Read(ctx)
		cancel()
		if err == nil && strings.Contains(string(data), `"msg":"ping"`) {
			err = conn.Write(ctx, websocket.MessageText, []byte(`{"msg":"pong"}`))
		}
		if err != nil {
			return err
		}
	}
}
