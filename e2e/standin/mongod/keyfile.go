package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

const (
	minKey = 6
	maxKey = 1024
)

// checkKeyFile follows readSecurityFile (auth/security_file.cpp) and the length check of
// setUpSecurityKey (auth/security_key.cpp). One check is the stand-in's own: mongod learns
// that the file is another user's only by not being able to read it, which root can.
func checkKeyFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("error reading file %s: %w", path, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("permissions on %s are too open", path)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("error opening file: %s: it belongs to user %d, mongod runs as %d", path, st.Uid, os.Geteuid())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("error opening file: %s: %w", path, err)
	}
	key := strings.Join(strings.Fields(string(content)), "")
	if strings.ContainsFunc(key, notBase64) {
		return fmt.Errorf("invalid char in key file %s", path)
	}
	if len(key) < minKey || len(key) > maxKey {
		return fmt.Errorf("security key in %s has length %d, must be between %d and %d chars", path, len(key), minKey, maxKey)
	}
	return nil
}

func notBase64(r rune) bool {
	return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '+' && r != '/' && r != '='
}
