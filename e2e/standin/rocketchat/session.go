package main

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Meteor's heartbeat: a ping after this silence, the end after that one more.
	pingAfter  = 17500 * time.Millisecond
	pongWithin = 15 * time.Second

	// backlog is the number of frames a client may be behind.
	backlog = 4096
)

// session is one DDP session, whatever carries it. It lives in the memory of this
// instance alone.
type session struct {
	id     string
	client string // address
	srv    *server

	work  sync.Mutex // held while a message is handled: one at a time, as in Meteor
	limit limiter

	out  chan string   // frames for the transport
	done chan struct{} // closed with the session
	end  sync.Once
	seen atomic.Int64 // when the client last said something, in Unix nanoseconds

	mu        sync.Mutex
	connected bool
	user      author
	subs      map[string]string // subscription id to room; "" is every room
}

func newSession(srv *server, client string) *session {
	s := &session{
		id: newID(), client: client, srv: srv, limit: limiter{since: time.Now()},
		out: make(chan string, backlog), done: make(chan struct{}), subs: map[string]string{},
	}
	s.seen.Store(time.Now().UnixNano())
	srv.hub.add(s)
	go s.watch()
	return s
}

func (s *session) close() {
	s.end.Do(func() {
		close(s.done)
		if s.srv.hub.remove(s) {
			ctx, cancel := context.WithTimeout(context.Background(), serverSelection)
			defer cancel()
			if err := s.srv.db.logout(ctx, s.author().ID); err != nil {
				s.srv.log.Warn("status of a user", "err", err.Error())
			}
		}
	})
}

// watch pings a silent client and closes the session of one that stays silent.
func (s *session) watch() {
	wait, pinged := pingAfter, false
	for {
		select {
		case <-s.done:
			return
		case <-time.After(wait):
		}
		silent := time.Since(time.Unix(0, s.seen.Load()))
		switch {
		case silent < pingAfter:
			wait, pinged = pingAfter-silent, false
		case pinged:
			s.close()
			return
		default:
			s.send(map[string]any{"msg": "ping"})
			wait, pinged = pongWithin, true
		}
	}
}

// send queues a frame. A client that is too far behind loses its session: it
// reconnects and reads what it missed from the database.
func (s *session) send(v map[string]any) {
	frame, err := json.Marshal(v)
	if err != nil {
		s.srv.log.Error("DDP frame", "err", err.Error())
		return
	}
	select {
	case s.out <- string(frame):
	default:
		go s.close() // it waits for the database, the caller must not
	}
}

func (s *session) author() author {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user
}

func (s *session) setAuthor(u author) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user = u
}

func (s *session) wants(room string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, want := range s.subs {
		if want == "" || want == room {
			return true
		}
	}
	return false
}
