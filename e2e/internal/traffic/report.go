package traffic

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is what a load has counted.
type Report struct {
	Phases  []Phase
	Sockets []Socket
	Errors  []string      // the first ones, each with its time of day
	Behind  time.Duration // the most that a request was sent after its time
	Expired bool          // Limit ended it, before Stop
}

// Phase is what was sent in one part of the load.
type Phase struct {
	Name   string
	Began  time.Time
	Took   time.Duration
	Sent   int
	Failed map[Kind]int
	Served map[string]int // answers by replica

	took  []time.Duration // of each request, sorted once the load has ended
	begun int             // requests: Sent, and those under way
}

// Rate is how many requests a second were sent.
func (p Phase) Rate() float64 { return float64(p.Sent) / p.Took.Seconds() }

// Slowest is the time that a share of the requests did not exceed: 0.99 is the
// 99th percentile, 1 the slowest of all.
func (p Phase) Slowest(share float64) time.Duration {
	if len(p.took) == 0 {
		return 0
	}
	return p.took[min(len(p.took)-1, int(share*float64(len(p.took))))]
}

// Failures adds up all kinds.
func (p Phase) Failures() int {
	n := 0
	for _, count := range p.Failed {
		n += count
	}
	return n
}

// Kinds tells the failures apart, such as "3 reset, 1 status 502".
func (p Phase) Kinds() string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(p.Failed)) {
		parts = append(parts, fmt.Sprintf("%d %s", p.Failed[kind], kind))
	}
	return strings.Join(parts, ", ")
}

// Total is all phases together.
func (r Report) Total() Phase {
	total := Phase{Name: "total", Failed: map[Kind]int{}, Served: map[string]int{}}
	for i, p := range r.Phases {
		if i == 0 {
			total.Began = p.Began
		}
		total.Took += p.Took
		total.Sent += p.Sent
		total.took = append(total.took, p.took...)
		for kind, n := range p.Failed {
			total.Failed[kind] += n
		}
		for replica, n := range p.Served {
			total.Served[replica] += n
		}
	}
	slices.Sort(total.took)
	return total
}

// Drops are those of all websockets, in the order of their time.
func (r Report) Drops() []Drop {
	var all []Drop
	for _, s := range r.Sockets {
		all = append(all, s.Drops...)
	}
	slices.SortFunc(all, func(a, b Drop) int { return a.At.Compare(b.At) })
	return all
}

// Dropped says how many websockets dropped how often: [i] is the number of those
// that dropped i times.
func (r Report) Dropped() []int {
	var often []int
	for _, s := range r.Sockets {
		for len(often) <= len(s.Drops) {
			often = append(often, 0)
		}
		often[len(s.Drops)]++
	}
	return often
}

// LongestAway is the longest time until a websocket was back; one that did not
// come back counts until the end of the load.
func (r Report) LongestAway() time.Duration {
	var longest time.Duration
	for _, d := range r.Drops() {
		longest = max(longest, d.Away)
	}
	return longest
}

// Lost counts the websockets that were away when the load ended.
func (r Report) Lost() int {
	n := 0
	for _, d := range r.Drops() {
		if d.To == "" {
			n++
		}
	}
	return n
}
