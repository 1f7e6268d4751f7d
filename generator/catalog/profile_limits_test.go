package catalog

import (
	"math"
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
		average, burst := c.requests.Limit(c.concurrent)
		if average != c.average || burst != c.burst {
			t.Errorf("%+v for %d at once: %d a second and %d at once, want %d and %d", c.requests, c.concurrent, average, burst,
				c.average, c.burst)
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
		{PIDs{1, 1, 1}, true}, {PIDs{}, false}, {PIDs{0, 1, 1}, false}, {PIDs{1, 0, 1}, false}, {PIDs{1, 1, 0}, false},
		{PIDs{1, 1, -1}, false}, // Docker reads -1 as unlimited
	} {
		if err := c.pids.check(); (err == nil) != c.good {
			t.Errorf("%+v: %v", c.pids, err)
		}
	}
}
