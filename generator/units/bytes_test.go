package units

import (
	"math"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]Bytes{
		"0": 0, "512": 512, "512B": 512, "1KiB": KiB, "512MiB": 512 * MiB, "32GiB": 32 * GiB, "2TiB": 2 * TiB,
		"32GB": 32 * GiB, "32g": 32 * GiB, "32 GiB": 32 * GiB, "1.5GiB": 1536 * MiB, "0.5k": 512,
		"33333333333": 33333333333, "64TiB": 64 * TiB,
	} {
		if got, err := Parse(in); got != want || err != nil {
			t.Errorf("%q: got %d, error %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", " ", "GiB", "much", "-1", "-1GiB", "1GiBs", "1 2GiB", "0x10", "NaN", "Inf", "1,5GiB", "8EiB", "9999999999PiB",
		"1GiB\n",
		"99999999999999999999",
	} {
		if got, err := Parse(in); err == nil {
			t.Errorf("%q: taken as %d", in, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"32GiB", "1.5g", "0", "-1", "1e9", "9223372036854775807", "0.0000001TiB", " 5 MB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := Parse(s)
		if err != nil {
			if b != 0 || !strings.Contains(err.Error(), "not a size") {
				t.Errorf("%q: got %d with error %v", s, b, err)
			}
			return
		}
		if b < 0 {
			t.Fatalf("%q: got %d", s, b)
		}
		// floats carry 53 bits of a bare number
		if again, err := Parse(b.String()); b < 1<<53 && (again != b || err != nil) {
			t.Errorf("%q: %d is printed %s, which reads as %d, error %v", s, b, b, again, err)
		}
	})
}

func TestBytesString(t *testing.T) {
	for _, c := range []struct {
		b            Bytes
		exact, human string
	}{
		{0, "0B", "0B"}, {1, "1B", "1B"}, {1023, "1023B", "1023B"}, {1536, "1536B", "1.5KiB"}, {KiB, "1KiB", "1KiB"},
		{1536 * MiB, "1536MiB", "1.5GiB"}, {32 * GiB, "32GiB", "32GiB"}, {2 * TiB, "2TiB", "2TiB"},
		{2048 * GiB, "2TiB", "2TiB"},
		{math.MaxInt64, "9223372036854775807B", "8EiB"},
	} {
		if c.b.String() != c.exact || c.b.Human() != c.human {
			t.Errorf("%d: got %s and %s, want %s and %s", c.b, c.b, c.b.Human(), c.exact, c.human)
		}
	}
}
