package traffic

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
)

// edge stands for a proxy with sticky cookies before replicas a and b.
type edge struct {
	*httptest.Server
	asked   atomic.Int64
	refused atomic.Int64 // where nothing is routed
	turn    atomic.Int64
	frames  atomic.Int64                                                 // of websockets that were answered
	answer  func(w http.ResponseWriter, r *http.Request, replica string) // of requests but /api/info

	mu     sync.Mutex
	routed []string
	conns  map[*websocket.Conn]string
}

func startEdge(t *testing.T) *edge {
	t.Helper()
	e := &edge{routed: []string{"a", "b"}, conns: map[*websocket.Conn]string{}}
	e.answer = func(http.ResponseWriter, *http.Request, string) {}
	e.Server = httptest.NewServer(e)
	t.Cleanup(func() {
		e.drop("")
		e.Close()
	})
	return e
}

func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	routed := e.routed
	e.mu.Unlock()
	if len(routed) == 0 {
		e.refused.Add(1)
		http.Error(w, "nobody there", http.StatusBadGateway)
		return
	}
	e.asked.Add(1)
	var replica string
	if c, err := r.Cookie("sticky"); err == nil && slices.Contains(routed, c.Value) {
		replica = c.Value
	} else {
		replica = routed[int(e.turn.Add(1))%len(routed)]
		http.SetCookie(w, &http.Cookie{Name: "sticky", Value: replica})
	}
	w.Header().Set("X-Instance-ID", replica)
	switch r.URL.Path {
	case "/websocket":
		e.serve(w, r, replica)
	case "/api/info":
	default:
		e.answer(w, r, replica)
	}
}

func (e *edge) serve(w http.ResponseWriter, r *http.Request, replica string) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	e.mu.Lock()
	e.conns[c] = replica
	e.mu.Unlock()
	for {
		if _, _, err := c.Read(context.Background()); err != nil {
			return
		}
		if c.Write(context.Background(), websocket.MessageText, []byte(`{"msg":"connected"}`)) != nil {
			return
		}
		e.frames.Add(1)
	}
}

// route sets which replicas get what is new.
func (e *edge) route(replicas ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.routed = replicas
}

// drop cuts the websockets of a replica, or all, and returns their number.
func (e *edge) drop(replica string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for c, on := range e.conns {
		if replica == "" || on == replica {
			n++
			_ = c.CloseNow()
			delete(e.conns, c)
		}
	}
	return n
}
