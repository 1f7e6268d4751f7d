package project

import (
	"errors"
	"io/fs"
	"syscall"
)

// Hints returns what to do about an error: the hints that it carries, or what helps
// with its kind. There is at least one.
func Hints(err error) []string {
	var hinted interface{ Hints() []string }
	if errors.As(err, &hinted) {
		if hints := hinted.Hints(); len(hints) > 0 {
			return hints
		}
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return []string{"use a directory that you may write to, or change its owner or mode"}
	case errors.Is(err, fs.ErrNotExist):
		return []string{"check the path"}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EFBIG), errors.Is(err, syscall.EDQUOT):
		return []string{"make room on the disk and run the command again"}
	case errors.Is(err, syscall.ENOTDIR):
		return []string{"name a directory"}
	default:
		return []string{"nothing is known to mend this: report it with the command and this message"}
	}
}
