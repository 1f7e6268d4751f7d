//go:build unix

package engine

import (
	"os/exec"
	"syscall"
)

// group makes the end of cmd's context a SIGTERM to cmd and its children: docker
// does not hand the signal on to the plugin that it has started
// (docker/cli#4402, docker/compose#10179).
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// sweep kills what is left of cmd's group after its context has ended.
func sweep(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // nothing left is the usual case
	}
}
