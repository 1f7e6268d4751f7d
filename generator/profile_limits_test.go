package generator

import (
	"math"
	"strings"
	"testing"
)

func TestRequestsLimit(t *testing.T) {
	for _, c := range []struct {
		requests                   Requests
		concurrent, average, burst int
	}{
		{Requests{5, 100, 500, 2000}, 0, 500, 2000},
		{Requests{5, 100, 500, 2000}, 20, 500, 2000},
		{Requests{5, 100, 500, 2000}, 21, 500, 2100},
		{Requests{5, 100, 500, 2000}, 101, 505, 10100},
		{Requests{0.5, 1.5, 1, 1}, 5, 2, 7}, // whole numbers, not above the share
		{Requests{0, 0, 7, 8}, MaxUsers, 7, 8},
		{Requests{5, 100, 500, 2000}, MaxUsers, 5 * MaxUsers, 100 * MaxUsers},
	} {
		average, burst := c.requests.limit(c.concurrent)
		if average != c.average || burst != c.burst {
			t.Errorf("%+v for %d at once: %d a second and %d at once, want %d and %d", c.requests, c.concurrent, average, burst, c.average, c.burst)
		}
	}
}

func TestRequestsCheck(t *testing.T) {
	for _, c := range []struct {
		requests Requests
		good     bool
	}{
		{Requests{5, 100, 500, 2000}, true},
		{Requests{0, 0, 1, 1}, true},
		{Requests{-1, 0, 1, 1}, false},
		{Requests{0, -0.1, 1, 1}, false},
		{Requests{0, 0, 0, 1}, false},
		{Requests{0, 0, 2, 1}, false},
		{Requests{}, false},
		{Requests{math.NaN(), 0, 1, 1}, false},
		{Requests{0, math.NaN(), 1, 1}, false},
		{Requests{math.Inf(1), 0, 1, 1}, false},
		{Requests{0, 1e300, 1, 1}, false}, // no whole number when multiplied
	} {
		if err := c.requests.check(); (err == nil) != c.good {
			t.Errorf("%+v: %v", c.requests, err)
		}
	}
}

func TestPIDsCheck(t *testing.T) {
	for _, c := range []struct {
		pids PIDs
		good bool
	}{
		{PIDs{1, 1, 1}, true}, {PIDs{}, false}, {PIDs{0, 1, 1}, false}, {PIDs{1, 0, 1}, false}, {PIDs{1, 1, 0}, false}, {PIDs{1, 1, -1}, false}, // -1 is none to Docker
	} {
		if err := c.pids.check(); (err == nil) != c.good {
			t.Errorf("%+v: %v", c.pids, err)
		}
	}
}

// TestLimitsInProfile: a profile of one's own changes both, and what it must not
// say is refused with the file's name.
func TestLimitsInProfile(t *testing.T) {
	head := "name: ours\nbase: medium\n"
	own := must(DecodeProfile("ours.yaml", []byte(head+
		"pids: {value: {rocketchat: 11, mongodb: 22, others: 33}, assumption: measured}\n"+
		"requests: {value: {per_concurrent: 2, burst_concurrent: 3, min: 4, min_burst: 5}, source: our test}\n")))(t)
	p := must(NewPlan(aRequest(), &own))(t)
	if e := newEdge(p); e.RequestRate != 1200 || e.RequestBurst != 1800 {
		t.Errorf("600 at once get %d and %d", e.RequestRate, e.RequestBurst)
	}
	for _, s := range p.Services {
		want := map[string]int{RocketChat: 11, MongoDBService: 22}[s.Name]
		if want == 0 {
			want = 33
		}
		if s.PIDs.Value != want || s.PIDs.Source != "assumption: measured" || s.PIDs.Reason == "" {
			t.Errorf("%s: %+v, want %d", s.Name, s.PIDs, want)
		}
	}
	for _, text := range []string{
		"pids: {value: {rocketchat: 11, mongodb: 22}, assumption: a}",
		"pids: {value: {rocketchat: 11, mongodb: 22, others: 33, nats: 5}, assumption: a}",
		"pids: {value: {rocketchat: 11, mongodb: 22, others: 33}}",
		"requests: {value: {per_concurrent: 2, burst_concurrent: 3, min: 4, min_burst: 3}, source: a}",
		"requests: {value: {per_concurrent: .nan, burst_concurrent: 3, min: 4, min_burst: 5}, source: a}",
		"requests: {value: {per_concurrent: 2, burst_concurrent: .inf, min: 4, min_burst: 5}, source: a}",
		"requests: {value: 5, source: a}",
	} {
		if _, err := DecodeProfile("ours.yaml", []byte(head+text+"\n")); err == nil || !strings.HasPrefix(err.Error(), "ours.yaml: ") || len(hintsOf(err)) == 0 {
			t.Errorf("%s: got error %v", text, err)
		}
	}
}
