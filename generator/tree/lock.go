package tree

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"go.yaml.in/yaml/v4"

	"rcgen/generator/fault"
	"rcgen/generator/strict"
)

// LockFile records what rcgen wrote, so that a later run can tell its own files
// from edited and foreign ones. It is committed.
const LockFile = "rcgen.lock"

// LockVersion is the version of the lock's format.
const LockVersion = 2

// Lock holds an entry for every generated file. Files that are a person's
// (rcgen.yaml) or secret (.env) are not in it.
type Lock struct {
	Version int              `yaml:"version"`
	Rcgen   string           `yaml:"rcgen"` // version that wrote the project
	Files   map[string]Entry `yaml:"files"` // by path
}

// Entry is what the lock knows of one file.
type Entry struct {
	SHA256  string `yaml:"sha256,omitempty"`  // in hex, of what rcgen made last, without a person's edits
	Origin  string `yaml:"origin,omitempty"`  // what it was made from
	Offered string `yaml:"offered,omitempty"` // in hex, of the FILE.rcgen-new that lies beside it since a conflict
	Adopted bool   `yaml:"adopted,omitempty"` // a person took it over
}

// Checksum returns the SHA-256 of content in hex.
func Checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// encode prints the lock with one line a file, sorted, so that a change shows as
// one. Paths are those of templates: plain in YAML.
func (l Lock) encode() []byte {
	var b strings.Builder
	b.WriteString("# What rcgen wrote, to tell its files from yours. Commit it; do not edit it.\n")
	fmt.Fprintf(&b, "version: %d\nrcgen: %s\nfiles:\n", l.Version, l.Rcgen)
	for _, path := range slices.Sorted(maps.Keys(l.Files)) {
		fmt.Fprintf(&b, "  %s: %s\n", path, l.Files[path])
	}
	return []byte(b.String())
}

// String prints an entry as a YAML mapping on one line.
func (e Entry) String() string {
	var parts []string
	for _, p := range []struct{ key, value string }{{"sha256", e.SHA256}, {"origin", e.Origin}, {"offered", e.Offered}} {
		if p.value != "" {
			parts = append(parts, p.key+": "+p.value)
		}
	}
	if e.Adopted {
		parts = append(parts, "adopted: true")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// ReadLock reads the lock of a project; a project without one has an empty lock.
// One that a newer rcgen wrote is refused, one of an older format is understood.
func ReadLock(project fs.FS) (Lock, error) {
	data, err := ReadRegular(project, LockFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Lock{Files: map[string]Entry{}}, nil
	}
	if err != nil {
		return Lock{}, err
	}
	var head struct {
		Version int    `yaml:"version"`
		Rcgen   string `yaml:"rcgen"`
	}
	if err := yaml.Unmarshal(data, &head); err == nil && (head.Version > LockVersion || newer(head.Rcgen)) {
		return Lock{}, fault.New("%s: the project was written by rcgen %s, newer than this one, %s",
			LockFile, head.Rcgen, Version).
			Fix("use that version or a later one")
	}
	l := Lock{}
	if head.Version == 1 {
		l, err = decodeLock1(data)
	} else {
		err = strict.Decode(LockFile, data, &l)
	}
	if err == nil && l.Version < 1 {
		err = errors.New(LockFile + ": says no version")
	}
	if err != nil {
		return Lock{}, &fault.Error{Err: err, Hint: "take the file back from git"}
	}
	return l, nil
}

// newer reports whether a version is above this rcgen's.
func newer(version string) bool {
	v, err := semver.StrictNewVersion(version)
	return err == nil && v.GreaterThan(semver.MustParse(Version))
}

// decodeLock1 reads the first format, which had a checksum for each file.
func decodeLock1(data []byte) (Lock, error) {
	var old struct {
		Version int               `yaml:"version"`
		Rcgen   string            `yaml:"rcgen"`
		Files   map[string]string `yaml:"files"`
	}
	if err := strict.Decode(LockFile, data, &old); err != nil {
		return Lock{}, err
	}
	l := Lock{Version: old.Version, Rcgen: old.Rcgen, Files: map[string]Entry{}}
	for path, sum := range old.Files {
		l.Files[path] = Entry{SHA256: sum}
	}
	return l, nil
}
