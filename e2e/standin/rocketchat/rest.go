package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// recorder keeps what the metrics of REST want to know of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	size   int64
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	n, err := r.ResponseWriter.Write(p)
	r.size += int64(n)
	return n, err
}

// rest measures an endpoint of the REST API.
func (s *server) rest(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, method := time.Now(), strings.ToLower(r.Method)
		active := s.metrics.restActive.WithLabelValues(method)
		active.Inc()
		defer active.Dec()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		next(rec, r)
		entry, version := entrypoint(r)
		s.metrics.rest(method, entry, version, rec.status, rec.size, time.Since(start))
	})
}

// entrypoint is the route without parameters, so that a room or a path somebody
// made up is no label of its own.
func entrypoint(r *http.Request) (entry, version string) {
	path := strings.TrimPrefix(r.URL.Path, "/api/")
	if r.Pattern == "/api/" {
		return "unknown", ""
	}
	if rest, ok := strings.CutPrefix(path, "v1/"); ok {
		entry, version = rest, "v1"
	} else {
		entry = path
	}
	entry, _, _ = strings.Cut(entry, "/")
	return entry, version
}

// apiInfo tells strangers major and minor only.
func (s *server) apiInfo(w http.ResponseWriter, _ *http.Request) {
	parts := strings.SplitN(s.cfg.Version, ".", 3)
	writeJSON(w, http.StatusOK, map[string]any{
		"version":               parts[0] + "." + parts[1],
		"minimumClientVersions": map[string]string{"desktop": "4.0.0", "mobile": "4.41.0"},
		"supportedVersions":     map[string]string{"signed": ""},
		"workspaceUrl":          s.cfg.RootURL,
		"success":               true,
	})
}

// channelMessages is for tests that look what arrived in the database.
func (s *server) channelMessages(w http.ResponseWriter, r *http.Request) {
	count, err := strconv.ParseInt(r.URL.Query().Get("count"), 10, 32)
	if err != nil || count < 1 {
		count = 50
	}
	found, err := s.db.messages(r.Context(), r.URL.Query().Get("roomId"), count)
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, map[string]any{"success": false, "error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"success": true, "messages": found, "count": len(found)})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
