package releases

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// CacheFile returns where the list is kept: releases.json in rcgen's directory
// below the user's cache directory. There is none for a user without a home.
func CacheFile() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "rcgen", "releases.json"), nil
}

// Save keeps a list in a file, whole or not at all. It makes its directory.
func (l List) Save(file string) error {
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "releases-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Load returns the list in a file. A file that is not there matches fs.ErrNotExist;
// one that rcgen did not write is an error.
func Load(file string) (List, error) {
	f, err := os.Open(file)
	if err != nil {
		return List{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxList+1))
	if err != nil {
		return List{}, err
	}
	var l List
	if err := json.Unmarshal(text, &l); err != nil {
		return List{}, fmt.Errorf("%s: %s", file, plain(err.Error()))
	}
	if len(l.Releases) == 0 || len(l.Releases) > maxLines || l.Fetched.IsZero() || l.URL != plain(l.URL) {
		return List{}, fmt.Errorf("%s: is no list of releases", file)
	}
	for _, r := range l.Releases {
		if !r.wellFormed() {
			return List{}, fmt.Errorf("%s: is no list of releases", file)
		}
	}
	return l, nil
}

// wellFormed reports whether each value is one that a service may have sent.
func (r Release) wellFormed() bool {
	_, err := semver.StrictNewVersion(r.Version)
	return err == nil && r.SupportedUntil == day(r.SupportedUntil) &&
		(r.Node == "" || nodeForm.MatchString(r.Node)) && mongoVersions(r.MongoDB)
}

func mongoVersions(all []string) bool {
	for _, v := range all {
		if !mongoForm.MatchString(v) || !strings.Contains(v, ".") {
			return false
		}
	}
	return true
}
