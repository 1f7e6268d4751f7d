package parts

import (
	"debug/elf"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
)

const installBusybox = "on Debian: apt-get install busybox-static"

// Busybox returns this machine's static busybox, which gives the images a shell
// and the tools that health checks call. There is no Go module for it.
func Busybox() (string, error) {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return "", fmt.Errorf("busybox: not on this machine; %s", installBusybox)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", fmt.Errorf("busybox: %w", err)
	}
	static, err := isStatic(path)
	if err != nil {
		return "", fmt.Errorf("busybox: %s: %w", path, err)
	}
	if !static {
		return "", fmt.Errorf("busybox: %s needs shared libraries, which the images lack; %s", path, installBusybox)
	}
	return path, nil
}

// isStatic reports whether a program asks for no loader.
func isStatic(path string) (bool, error) {
	f, err := elf.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	return !slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }), nil
}
