package project

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// maxSmallFile bounds files that a user names on the command line, in bytes: a profile
// or a connection string is far below (assumption).
const maxSmallFile = 1 << 20

// ReadSmall reads a file of at most 1 MiB that a user names.
func ReadSmall(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSmallFile+1))
	if err == nil && len(data) > maxSmallFile {
		err = fmt.Errorf("%s: larger than %d bytes", file, maxSmallFile)
	}
	return data, err
}

// OwnProfile reads the profile that a request names as a file, relative to base. It
// returns nil if the request names a shipped one or none.
func OwnProfile(base, name string) (*catalog.Profile, []byte, error) {
	if name == "" || slices.Contains([]string{"small", "medium", "large"}, name) {
		return nil, nil, nil
	}
	file := name
	if !filepath.IsAbs(file) {
		file = filepath.Join(base, file)
	}
	data, err := ReadSmall(file)
	if err != nil {
		return nil, nil, &fault.Error{
			What: "profile", Err: err, Hint: "small, medium, large, or a file; rcgen profiles lists them",
		}
	}
	p, err := catalog.DecodeProfile(name, data)
	return &p, data, err
}

// PlaceProfile makes a profile given as a file part of the project: r names it by its
// path in there. Placed is the copy that the project gets where the file is outside.
func PlaceProfile(dir string, r *generator.Request) (placed *tree.File, err error) {
	own, data, err := OwnProfile("", r.Profile)
	if err != nil || own == nil {
		return nil, err
	}
	absolute, err1 := filepath.Abs(dir)
	file, err2 := filepath.Abs(r.Profile)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if rel, err := filepath.Rel(absolute, file); err == nil && filepath.IsLocal(rel) {
		r.Profile = filepath.ToSlash(rel)
		return nil, nil
	}
	r.Profile = "profile.yaml"
	return &tree.File{Path: r.Profile, Content: data, Mode: 0o644}, nil
}

// ownProfile reads the profile that the request names as a file of the project.
func (c Choices) ownProfile(r generator.Request) (*catalog.Profile, error) {
	if c.Profile != nil {
		p, err := catalog.DecodeProfile(c.Profile.Path, c.Profile.Content)
		return &p, err
	}
	return ProfileOf(c.Dir, r)
}

// ProfileOf reads the profile that the request of the project in dir names as a file;
// nil if it names a shipped one or none.
func ProfileOf(dir string, r generator.Request) (*catalog.Profile, error) {
	if r.Profile != "" && !filepath.IsLocal(r.Profile) {
		return nil, &fault.Error{
			What: "profile: " + r.Profile + " is not in the project's directory",
			Hint: "put it there: the project must be the same on every machine",
		}
	}
	own, _, err := OwnProfile(dir, r.Profile)
	return own, err
}
