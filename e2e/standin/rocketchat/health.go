package main

import (
	"context"
	"math"
	"net/http"
	"time"
)

const (
	statusOK       = "ok"
	statusDegraded = "degraded"
)

// check is one part of /readyz.
type check struct {
	Status     string   `json:"status"`
	LagMS      *float64 `json:"lagMs,omitempty"`
	Percentile *float64 `json:"percentile,omitempty"`
	Error      string   `json:"error,omitempty"`
}

// checks is the body of /readyz and /livez.
type checks struct {
	Status string `json:"status"`
	Checks struct {
		Memory    check `json:"memory"`
		EventLoop check `json:"eventLoop"`
		Mongo     check `json:"mongo"`
	} `json:"checks"`
}

// examine compares what was measured with the limits. The comparisons are strict:
// a lag of exactly 70 ms is still well.
func examine(lag, lagLimit time.Duration, heap, heapLimit float64, mongo error) checks {
	var c checks
	ms, percent := twoDigits(float64(lag)/float64(time.Millisecond)), twoDigits(100*heap)
	c.Checks.EventLoop = check{Status: verdict(lag > lagLimit), LagMS: &ms}
	c.Checks.Memory = check{Status: verdict(heap > heapLimit), Percentile: &percent}
	c.Checks.Mongo = check{Status: verdict(mongo != nil)}
	if mongo != nil {
		c.Checks.Mongo.Error = mongo.Error()
	}
	c.Status = statusOK
	for _, part := range []check{c.Checks.EventLoop, c.Checks.Memory, c.Checks.Mongo} {
		if part.Status != statusOK {
			c.Status = "unavailable"
		}
	}
	return c
}

func twoDigits(v float64) float64 { return math.Round(v*100) / 100 }

func verdict(bad bool) string {
	if bad {
		return statusDegraded
	}
	return statusOK
}

// health is static since 7.11: it says that the process answers.
func (s *server) health(w http.ResponseWriter, _ *http.Request) {
	noCache(w)
	if s.cfg.Unhealthy {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "unavailable"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": statusOK})
}

// livez checks the same as readyz from 7.11 on.
func (s *server) livez(w http.ResponseWriter, r *http.Request) { s.readyz(w, r) }

func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), serverSelection)
	defer cancel()
	c := examine(s.load.lagP99(), s.cfg.LagLimit, s.load.heapRatio(), s.cfg.HeapLimit, s.db.ping(ctx))
	if s.cfg.Unhealthy {
		c.Status = "unavailable"
	}
	noCache(w)
	if c.Status != statusOK {
		s.log.Warn("Readiness check failed", "details", c)
		writeJSON(w, http.StatusServiceUnavailable, c)
		return
	}
	writeJSON(w, http.StatusOK, c)
}

func noCache(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-cache, no-store, must-revalidate")
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("Expires", "0")
}
