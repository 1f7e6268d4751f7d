package main

import (
	"rcgen/generator/catalog"
)

// command says what brings into effect what was written. A first start changes no
// running container: there plain Compose does, without rcgen on the machine. fewer says
// that MongoDB members are removed.
func (f followUp) command(fewer bool) string {
	const up = catalog.ComposeUp
	switch {
	case f == thenStart:
		return up
	case fewer: // the primary must take them out before they stop
		return "rcgen apply --allow mongodb (or: " + up + " && " + up + " --remove-orphans)"
	default: // replicas may be gone
		return "rcgen apply (or: " + up + " --remove-orphans)"
	}
}
