//go:build !linux

package doctor

import "errors"

// errNotLinux is the answer on machines whose containers run in one of their own.
var errNotLinux = errors.New("this machine has no Linux kernel")

func uname() (release, architecture string) { return "", "" }

func space(string) (free, total int64, err error) { return 0, 0, errNotLinux }

func synchronised() (bool, error) { return false, errNotLinux }
