package generator

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v4"
)

// LockFile records what rcgen wrote, so that a later run can tell its own files
// from edited and foreign ones. It is committed.
const LockFile = "rcgen.lock"

// LockVersion is the version of the lock's format.
const LockVersion = 1

// Lock holds the checksum of every generated file as it was written. Files that
// are a person's (rcgen.yaml) or secret (.env) are not in it.
type Lock struct {
	Version int               `yaml:"version"`
	Rcgen   string            `yaml:"rcgen"` // version that wrote the project
	Files   map[string]string `yaml:"files"` // path -> sha256 in hex
}

func newLock(p Project) Lock {
	l := Lock{Version: LockVersion, Rcgen: Version, Files: map[string]string{}}
	for _, f := range p.Files {
		l.Files[f.Path] = checksum(f.Content)
	}
	return l
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// encode prints the lock with one line a file, sorted, so that a change shows as
// one. Paths are those of templates: plain in YAML.
func (l Lock) encode() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# What rcgen wrote, to tell its files from yours. Commit it; do not edit it.\nversion: %d\nrcgen: %s\nfiles:\n", l.Version, l.Rcgen)
	for _, path := range sortedKeys(l.Files) {
		fmt.Fprintf(&b, "  %s: %s\n", path, l.Files[path])
	}
	return []byte(b.String())
}

// ReadLock reads the lock of a project; a project without one has an empty lock.
func ReadLock(project fs.FS) (Lock, error) {
	data, err := ReadRegular(project, LockFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Lock{}, nil
	}
	if err != nil {
		return Lock{}, err
	}
	var l Lock
	if err := yaml.Unmarshal(data, &struct {
		Version *int    `yaml:"version"`
		Rcgen   *string `yaml:"rcgen"`
	}{&l.Version, &l.Rcgen}); err == nil && l.Version > LockVersion {
		return Lock{}, hinted("use that version of rcgen or a later one", "%s: written by a newer rcgen, %s", LockFile, l.Rcgen)
	}
	if err := decodeStrict(LockFile, data, &l); err != nil {
		return Lock{}, &Error{What: err.Error(), Hint: "take the file back from git"}
	}
	return l, nil
}
