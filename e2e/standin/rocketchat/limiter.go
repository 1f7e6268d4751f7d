package main

import "time"

// DDP_Rate_Limit_Connection_Requests_Allowed and _Interval_Time as shipped.
const (
	requestsAllowed  = 600
	requestsInterval = time.Minute
)

var tooMany = refuse("too-many-requests", "Error, too many requests. Please slow down.")

// limiter counts the requests of one connection in the running interval; the
// connection handles one at a time.
type limiter struct {
	since time.Time
	n     int
}

func (l *limiter) exceeded(now time.Time) bool {
	if now.Sub(l.since) >= requestsInterval {
		l.since, l.n = now, 0
	}
	l.n++
	return l.n > requestsAllowed
}

func (s *session) limited(kind, name string) bool {
	if !s.limit.exceeded(time.Now()) {
		return false
	}
	s.srv.metrics.rateLimited(s.author().ID, s.client, kind, name, s.id)
	return true
}
