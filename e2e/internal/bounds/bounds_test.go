package bounds

import (
	"testing"
	"time"
)

func TestTime(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		strict string
		got    time.Duration
		text   string
		ok     bool
	}{
		{"", 0, "0.00 s (at most 2.00 s)", true},
		{"", 2 * s, "2.00 s (at most 2.00 s)", true},
		{"", 3 * s, "3.00 s (at most 2.00 s): beyond its bound; the case fails beyond 10.00 s", true},
		{"", 10 * s, "10.00 s (at most 2.00 s): beyond its bound; the case fails beyond 10.00 s", true},
		{"", 10*s + 1, "10.00 s (at most 2.00 s): beyond its bound; the case fails beyond 10.00 s", false},
		{"1", 2 * s, "2.00 s (at most 2.00 s)", true},
		{"1", 2*s + 1, "2.00 s (at most 2.00 s): beyond its bound; the case fails beyond 2.00 s", false},
	} {
		t.Setenv("E2E_STRICT", c.strict)
		if text, ok := Time(c.got, 2*s); text != c.text || ok != c.ok {
			t.Errorf("strict %q, %s: %t, %s", c.strict, c.got, ok, text)
		}
	}
}

func TestRatio(t *testing.T) {
	for _, c := range []struct {
		strict string
		got    float64
		text   string
		ok     bool
	}{
		{"", 1.21, "1.21 (at most 1.30)", true},
		{"", 6.4, "6.40 (at most 1.30): beyond its bound; the case fails beyond 6.50", true},
		{"", 6.6, "6.60 (at most 1.30): beyond its bound; the case fails beyond 6.50", false},
		{"1", 1.3, "1.30 (at most 1.30)", true},
		{"1", 1.4, "1.40 (at most 1.30): beyond its bound; the case fails beyond 1.30", false},
	} {
		t.Setenv("E2E_STRICT", c.strict)
		if text, ok := Ratio(c.got, 1.3); text != c.text || ok != c.ok {
			t.Errorf("strict %q, %.1f: %t, %s", c.strict, c.got, ok, text)
		}
	}
}
