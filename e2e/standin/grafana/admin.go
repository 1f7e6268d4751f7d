package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// adminSecret gives the hash of the admin's password: that of the first start, which
// the data directory keeps, and not that of the environment.
func adminSecret(dir, password string) (string, error) {
	name := filepath.Join(dir, "grafana.db")
	kept, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		kept = []byte(hashed(password))
		err = os.WriteFile(name, kept, 0o640)
	}
	if err != nil {
		return "", fmt.Errorf("database: %w", err)
	}
	return strings.TrimSpace(string(kept)), nil
}

func hashed(password string) string {
	sum := sha256.Sum256([]byte("stand-in " + password))
	return hex.EncodeToString(sum[:])
}

// signedIn lets requests through that carry the admin's name and password.
func (s *server) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		switch {
		case !ok:
			writeJSON(w, http.StatusUnauthorized, problem("Unauthorized"))
		case user != s.cfg.User || subtle.ConstantTimeCompare([]byte(hashed(password)), []byte(s.secret)) != 1:
			writeJSON(w, http.StatusUnauthorized, problem("Invalid username or password"))
		default:
			next(w, r)
		}
	}
}
