package stack

import "rcgen/generator/units"

// Host is the machine the project is planned for.
type Host struct {
	Cores  int         `yaml:"cores" json:"cores"`   // 1 to MaxCores
	Memory units.Bytes `yaml:"memory" json:"memory"` // bytes, MinMemory to MaxMemory
	Source HostSource  `yaml:"-" json:"source"`      // where the two figures come from
}

// HostSource says where the figures of a Host come from.
type HostSource string

// The sources of a Host.
const (
	HostDetected  HostSource = "detected"   // measured on this machine
	HostFlag      HostSource = "flag"       // --cores and --memory
	HostRequested HostSource = "rcgen.yaml" // recorded there by an earlier run
)
