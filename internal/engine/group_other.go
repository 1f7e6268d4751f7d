//go:build !unix

package engine

import "os/exec"

// group leaves cmd to the kill that exec does where there is no SIGTERM.
func group(*exec.Cmd) {}

// sweep does nothing where there are no process groups.
func sweep(*exec.Cmd) {}
