package catalog

import (
	"strings"

	"rcgen/generator/units"
)

// Bounds of a request: beyond them a value is taken for a slip of the finger.
// They are assumptions, far outside the vendor's sizing tables, which end at
// 80,000 users (RocketChat/docs b693db8, 2023-08-09).
const (
	MaxUsers     = 1_000_000
	MaxInstances = 1_000
	MaxCores     = 4_096
	MinMemory    = 512 * units.MiB
	MaxMemory    = 64 * units.TiB
)

// IsProjectName reports whether Compose accepts s as a project name
// (github.com/compose-spec/compose-spec, 04-version-and-name.md).
func IsProjectName(s string) bool {
	const first = "abcdefghijklmnopqrstuvwxyz0123456789"
	return s != "" && strings.Contains(first, s[:1]) && strings.Trim(s, first+"_-") == ""
}
