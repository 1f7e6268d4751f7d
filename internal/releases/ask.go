package releases

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// Refresh asks the service at named or, if that is nil, at the address in Variable or
// else Service, and keeps the answer in the user's cache directory. The notes are those
// of Fetch.
func Refresh(ctx context.Context, named *string, now time.Time) (l *List, notes []string, err error) {
	file, err := CacheFile()
	if err != nil {
		return nil, nil, &fault.Error{What: "cache", Err: err, Hint: "set HOME, or XDG_CACHE_HOME"}
	}
	url := Service
	if other := os.Getenv(Variable); other != "" {
		url = other
	}
	if named != nil {
		url = *named
	}
	fetched, notes, err := Fetch(ctx, url, now)
	if err != nil {
		return nil, nil, err
	}
	return &fetched, notes, fetched.Save(file)
}

// Kept returns the answer that Refresh kept last, or nil if there is none. One that
// cannot be read is an error, and as good as none.
func Kept() (*List, error) {
	file, err := CacheFile()
	if err != nil {
		return nil, nil // no home, and so nothing kept
	}
	l, err := Load(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w: not used; rcgen releases --refresh makes it anew", err)
	}
	return &l, nil
}

// InUse returns the release of a project, or nothing if the directory holds none.
func InUse(project fs.FS) (string, error) {
	text, err := tree.ReadOptional(project, tree.RequestFile)
	if err != nil || text == nil {
		return "", err
	}
	r, err := generator.DecodeRequest(text)
	if err != nil {
		return "", err
	}
	return r.Release, nil
}
