package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// server answers requests once the instance has started.
type server struct {
	cfg     config
	log     *slog.Logger
	db      *database
	relay   *relay
	hub     *hub
	metrics *metrics
	load    *load
	files   *fileStore
	polls   *polls
	fail    func(error) // ends the process
}

func newServer(cfg config, log *slog.Logger, db *database, r *relay, fail func(error)) *server {
	return &server{
		cfg: cfg, log: log, db: db, relay: r, fail: fail,
		hub: newHub(), metrics: newMetrics(cfg), load: newLoad(cfg.HeapBytes),
		files: &fileStore{db: db}, polls: newPolls(),
	}
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/health", s.health)
	mux.HandleFunc("/livez", s.livez)
	mux.HandleFunc("/readyz", s.readyz)

	mux.Handle("GET /api/info", s.rest(s.apiInfo))
	mux.Handle("GET /api/v1/channels.messages", s.rest(s.channelMessages))
	mux.Handle("POST /api/v1/im.create", s.signedIn(s.createDirect))
	mux.Handle("POST /api/v1/chat.sendMessage", s.signedIn(s.sendMessage))
	mux.Handle("POST /api/v1/chat.delete", s.signedIn(s.deleteMessage))
	mux.Handle("POST /api/v1/logout", s.signedIn(s.logout))
	mux.Handle("POST /api/v1/rooms.upload", s.rest(s.upload))
	mux.Handle("POST /api/v1/rooms.upload/{rid}", s.rest(s.upload))
	mux.Handle("POST /api/v1/rooms.media/{rid}", s.rest(s.upload))
	mux.Handle("/api/", s.rest(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, map[string]any{"success": false, "error": "unauthorized or unknown"})
	}))
	mux.HandleFunc("GET /file-upload/{id}", s.download)
	mux.HandleFunc("GET /file-upload/{id}/{name}", s.download)

	mux.HandleFunc("GET /websocket", s.rawSocket)
	mux.HandleFunc("GET /sockjs/websocket", s.rawSocket)
	mux.HandleFunc("GET /sockjs/info", s.sockInfo)
	mux.HandleFunc("GET /sockjs/{server}/{session}/websocket", s.framedSocket)
	mux.HandleFunc("POST /sockjs/{server}/{session}/xhr", s.xhr)
	mux.HandleFunc("POST /sockjs/{server}/{session}/xhr_send", s.xhrSend)
	mux.HandleFunc("/sockjs/", http.NotFound) // the transports it does not have

	mux.HandleFunc("GET /_standin/state", s.state)
	mux.HandleFunc("GET /_standin/slow", s.slow)
	mux.HandleFunc("POST /_standin/lag", s.simulateLag)
	mux.HandleFunc("POST /_standin/heap", s.simulateHeap)
	mux.HandleFunc("POST /_standin/panic", func(http.ResponseWriter, *http.Request) { panic("asked for") })

	mux.HandleFunc("GET /meteor_runtime_config.js", s.runtimeConfig)
	mux.HandleFunc("/", s.page) // the client routes the rest itself
	return s.named(mux)
}

// named puts the instance's name on every response and makes a panic the end of
// the process, as an uncaught exception is.
func (s *server) named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				s.fail(fmt.Errorf("uncaught exception: %v", v))
			}
			panic(http.ErrAbortHandler)
		}()
		w.Header().Set("X-Instance-ID", s.cfg.Hostname)
		next.ServeHTTP(w, r)
	})
}

// post stores a message and tells everyone who listens.
func (s *server) post(ctx context.Context, m *message) error {
	if m.ID == "" {
		m.ID = newID()
	}
	if m.Author.ID == "" {
		m.Author = author{ID: "anonymous", Username: "anonymous"}
	}
	m.Time = time.Now().UTC().Truncate(time.Millisecond) // as BSON keeps it
	start := time.Now()
	if err := s.db.saveMessage(ctx, *m); err != nil {
		return err
	}
	s.hub.deliver(*m)
	s.metrics.message(time.Since(start))
	s.relay.send(*m)
	return nil
}

var errForwarded = errors.New("X-Forwarded-For is shorter than HTTP_FORWARDED_COUNT")

// clientAddress counts back from the end of X-Forwarded-For as many proxies as
// HTTP_FORWARDED_COUNT says; what stands before may be forged.
func clientAddress(r *http.Request, proxies int) (string, error) {
	if proxies == 0 {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		return host, err
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if len(hops) < proxies || hops[0] == "" {
		return "", errForwarded
	}
	return strings.TrimSpace(hops[len(hops)-proxies]), nil
}
