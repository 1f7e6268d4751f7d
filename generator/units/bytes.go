package units

import (
	"fmt"
	"math"

	units "github.com/docker/go-units"
	"go.yaml.in/yaml/v4"
)

// Bytes is an amount of memory or disk in bytes. In files and flags it is
// written like 512MiB or 32GiB; as Docker does, 32GB and 32g mean 32GiB too.
type Bytes int64

// Binary multiples.
const (
	KiB Bytes = 1 << (10 * (iota + 1))
	MiB
	GiB
	TiB
)

// Parse reads a size such as "32GiB". A bare number counts bytes.
// Anything that is not a size of zero or more below 8 EiB is an error.
func Parse(s string) (Bytes, error) {
	n, err := units.RAMInBytes(s)
	if err != nil || n < 0 || n == math.MaxInt64 {
		return 0, fmt.Errorf("%q: not a size; write it like 512MiB or 32GiB", s)
	}
	return Bytes(n), nil
}

// String returns the size exactly, in the largest unit that divides it.
func (b Bytes) String() string {
	for _, u := range []struct {
		size Bytes
		name string
	}{{TiB, "TiB"}, {GiB, "GiB"}, {MiB, "MiB"}, {KiB, "KiB"}} {
		if b != 0 && b%u.size == 0 {
			return fmt.Sprintf("%d%s", b/u.size, u.name)
		}
	}
	return fmt.Sprintf("%dB", b)
}

// Human returns the size rounded to four digits, for people.
func (b Bytes) Human() string {
	return units.CustomSize("%.4g%s", float64(b), 1024, []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"})
}

// MiB returns the size in whole MiB, rounded down.
func (b Bytes) MiB() int64 { return int64(b / MiB) }

// GiB returns the size in GiB.
func (b Bytes) GiB() float64 { return float64(b) / float64(GiB) }

// UnmarshalYAML reads a size from a YAML scalar.
func (b *Bytes) UnmarshalYAML(n *yaml.Node) error {
	v, err := Parse(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	*b = v
	return nil
}

// MarshalYAML writes the size as String does.
func (b Bytes) MarshalYAML() (any, error) { return b.String(), nil }
