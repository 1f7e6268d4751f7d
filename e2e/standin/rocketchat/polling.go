package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	pollHeartbeat = 45 * time.Second // an "h" ends a poll that brought nothing
	pollAbandoned = 60 * time.Second // without a poll the session is gone
)

// poll is a DDP session that lives on requests instead of a connection.
type poll struct {
	*session
	mu       sync.Mutex // held by the one poll that waits
	deserted *time.Timer
}

// polls are the xhr sessions of this instance; no other one knows them.
type polls struct {
	mu  sync.Mutex
	all map[string]*poll
}

func newPolls() *polls { return &polls{all: map[string]*poll{}} }

func (p *polls) find(id string) *poll {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[id]
}

func (p *polls) remove(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.all, id)
}

// add makes a session; another request may have been faster with the same id.
func (p *polls) add(id string, s *server, client string) (found *poll, fresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.all[id]; old != nil {
		return old, false
	}
	x := &poll{session: newSession(s, client)}
	x.deserted = time.AfterFunc(pollAbandoned, x.close)
	p.all[id] = x
	go func() {
		<-x.done
		p.remove(id)
	}()
	return x, true
}

// sockInfo is the first thing a SockJS client asks.
func (s *server) sockInfo(w http.ResponseWriter, r *http.Request) {
	var entropy [4]byte
	_, _ = rand.Read(entropy[:]) // never fails
	sockHeader(w, r, "application/json; charset=UTF-8")
	writeJSON(w, http.StatusOK, map[string]any{
		"websocket": true, "origins": []string{"*:*"}, "cookie_needed": false,
		"entropy": binary.BigEndian.Uint32(entropy[:]),
	})
}

// xhr opens a session or waits for its messages.
func (s *server) xhr(w http.ResponseWriter, r *http.Request) {
	sockHeader(w, r, "application/javascript; charset=UTF-8")
	client, _ := clientAddress(r, s.cfg.Forwarded) // unknown is empty
	p, fresh := s.polls.add(r.PathValue("session"), s, client)
	if fresh {
		fmt.Fprint(w, "o\n")
		return
	}
	if !p.mu.TryLock() {
		fmt.Fprint(w, `c[2010,"Another connection still open"]`+"\n")
		return
	}
	defer p.mu.Unlock()
	p.deserted.Stop()
	defer p.deserted.Reset(pollAbandoned)
	select {
	case frame := <-p.out:
		fmt.Fprint(w, sockArray(p.drain(frame))+"\n")
	case <-p.done:
		fmt.Fprint(w, `c[3000,"Go away!"]`+"\n")
	case <-time.After(pollHeartbeat):
		fmt.Fprint(w, "h\n")
	case <-r.Context().Done():
	}
}

// drain gives the first frame and all that wait behind it.
func (p *poll) drain(first string) []string {
	frames := []string{first}
	for {
		select {
		case f := <-p.out:
			frames = append(frames, f)
		default:
			return frames
		}
	}
}

// xhrSend takes messages for a session of this instance.
func (s *server) xhrSend(w http.ResponseWriter, r *http.Request) {
	p := s.polls.find(r.PathValue("session"))
	if p == nil {
		http.Error(w, "no such session on "+s.cfg.Hostname, http.StatusNotFound)
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFrame))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	messages, err := sockMessages(data)
	if err != nil {
		http.Error(w, "Broken JSON encoding.", http.StatusInternalServerError)
		return
	}
	for _, m := range messages {
		p.handle([]byte(m))
	}
	sockHeader(w, r, "text/plain; charset=UTF-8")
	w.WriteHeader(http.StatusNoContent)
}

func sockHeader(w http.ResponseWriter, r *http.Request, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store, no-cache, no-transform, must-revalidate, max-age=0")
	if origin := r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
	}
}
