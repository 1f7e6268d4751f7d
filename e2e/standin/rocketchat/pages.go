package main

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// page is what a browser gets for any path the server does not know.
func (s *server) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!DOCTYPE html>
<html><head><title>Rocket.Chat (stand-in)</title>
<script src="/meteor_runtime_config.js"></script></head>
<body><h1>Rocket.Chat (stand-in)</h1>
<p>Instance <b id="instance">%s</b>, version %s, %s</p></body></html>
`, html.EscapeString(s.cfg.Hostname), html.EscapeString(s.cfg.Version), html.EscapeString(s.cfg.RootURL))
}

// runtimeConfig tells the client where the server is.
func (s *server) runtimeConfig(w http.ResponseWriter, _ *http.Request) {
	conf, err := json.Marshal(map[string]any{
		"meteorRelease":        "METEOR@3",
		"meteorEnv":            map[string]string{"NODE_ENV": "production"},
		"PUBLIC_SETTINGS":      map[string]string{},
		"ROOT_URL":             s.cfg.RootURL + "/",
		"ROOT_URL_PATH_PREFIX": "",
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/javascript; charset=UTF-8")
	encoded := strings.ReplaceAll(url.QueryEscape(string(conf)), "+", "%20")
	fmt.Fprintf(w, "__meteor_runtime_config__ = JSON.parse(decodeURIComponent(%q))", encoded)
}

// state is what a test cannot see otherwise.
func (s *server) state(w http.ResponseWriter, r *http.Request) {
	sessions, authenticated, users := s.hub.counts()
	client, err := clientAddress(r, s.cfg.Forwarded)
	answer := map[string]any{
		"instance": s.cfg.Hostname, "version": s.cfg.Version, "scalability": s.cfg.Scalability,
		"relayConnected": s.relay.connected(), "clientAddress": client, "heapLimit": s.cfg.HeapBytes,
		"sessions": sessions, "authenticated": authenticated, "users": users,
	}
	if err != nil {
		answer["clientAddress"] = nil // what Meteor makes of it
	}
	writeJSON(w, http.StatusOK, answer)
}

// slow answers after a while, as a request does that asks the database for much;
// one in flight when the process ends is lost.
func (s *server) slow(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.ParseFloat(r.FormValue("ms"), 64)
	if err != nil || ms < 0 {
		http.Error(w, "ms is a number of milliseconds", http.StatusBadRequest)
		return
	}
	select {
	case <-r.Context().Done(): // the client is gone
	case <-time.After(time.Duration(ms * float64(time.Millisecond))):
		writeJSON(w, http.StatusOK, map[string]any{"success": true})
	}
}

func (s *server) simulateLag(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.ParseFloat(r.FormValue("ms"), 64)
	if err != nil || ms < 0 {
		http.Error(w, "ms is a number of milliseconds", http.StatusBadRequest)
		return
	}
	s.load.simulateLag(time.Duration(ms * float64(time.Millisecond)))
	w.WriteHeader(http.StatusNoContent)
}

func (s *server) simulateHeap(w http.ResponseWriter, r *http.Request) {
	ratio, err := strconv.ParseFloat(r.FormValue("ratio"), 64)
	if err != nil || ratio < 0 {
		http.Error(w, "ratio is a share of the heap limit", http.StatusBadRequest)
		return
	}
	s.load.simulateHeap(ratio)
	w.WriteHeader(http.StatusNoContent)
}
