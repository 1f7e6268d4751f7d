//go:build !unix

package disk

import (
	"io/fs"
	"os"
)

// keepOwner does nothing where files have no owner to be kept by number.
func keepOwner(*os.File, fs.FileInfo) error { return nil }

// sameDevice leaves it to the rename to find out.
func sameDevice(_, _ fs.FileInfo) bool { return true }

// writable leaves it to the write to find out.
func writable(string) error { return nil }
