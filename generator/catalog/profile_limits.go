package catalog

import (
	"errors"
	"fmt"

	"rcgen/generator/stack"
)

// PIDs bounds the processes and threads of a container, so that one that goes wrong
// cannot fill the host's table (CIS Docker Benchmark, 5.29 "PIDs cgroup limit").
type PIDs struct {
	RocketChat int `yaml:"rocketchat"` // of one replica
	MongoDB    int `yaml:"mongodb"`    // it has a thread for each connection
	Others     int `yaml:"others"`     // of any other service
}

// Requests is what Traefik lets through from one address before it answers 429.
type Requests struct {
	PerConcurrent   float64 `yaml:"per_concurrent"`   // a second, for each user online at once
	BurstConcurrent float64 `yaml:"burst_concurrent"` // at once, for each user online at once
	Min             int     `yaml:"min"`              // a second, however few users
	MinBurst        int     `yaml:"min_burst"`        // at once, however few users
}

// maxRequests bounds what one user asks for, against slips of the finger
// (assumption).
const maxRequests = 10_000

// Limit returns the average a second and the burst for that many concurrent users.
func (q Requests) Limit(concurrent int) (average, burst int) {
	n := float64(concurrent)
	return max(q.Min, int(n*q.PerConcurrent)), max(q.MinBurst, int(n*q.BurstConcurrent))
}

func (p PIDs) check() error {
	if min(p.RocketChat, p.MongoDB, p.Others) < 1 {
		return errors.New("pids: each is 1 or more")
	}
	return nil
}

func (q Requests) check() error {
	if !within(q.PerConcurrent, 0, maxRequests) || !within(q.BurstConcurrent, 0, maxRequests) ||
		q.Min < 1 || q.MinBurst < q.Min {
		return fmt.Errorf("requests: min is 1 or more, min_burst not below it, the others 0 to %d", maxRequests)
	}
	return nil
}

// Of returns the bound of a service.
func (p PIDs) Of(service string) int {
	switch service {
	case stack.RocketChat:
		return p.RocketChat
	case stack.MongoDBService:
		return p.MongoDB
	default:
		return p.Others
	}
}
