package tree

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// aDirectory is a project with what else may lie in its directory.
var aDirectory = fstest.MapFS{
	ComposeFile:           {Data: []byte("c"), Mode: 0o644},
	EnvFile:               {Data: []byte("A=secret\n"), Mode: 0o600},
	EnvExample:            {Data: []byte("A=fake\n"), Mode: 0o644},
	"conf/a":              {Data: []byte("a"), Mode: 0o640},
	".git/config":         {Data: []byte("g")},
	"sub/.git/config":     {Data: []byte("g")},
	".rcgen.tmp/journal":  {Data: []byte("j")},
	"backup.gz":           {Data: make([]byte, maxProjectFile+1)},
	"exactly":             {Data: make([]byte, maxProjectFile)},
	"deploy/ci.env":       {Data: []byte("A=ci\n"), Mode: 0o600},
	"a-pipe":              {Mode: fs.ModeNamedPipe},
	"a-socket":            {Mode: fs.ModeSocket},
	"linked/compose.yaml": {Data: []byte("x")},
}

func TestReadProject(t *testing.T) {
	dir := maps.Clone(aDirectory)
	others := []string{"compose.yaml", "conf/a", "deploy/ci.env", "exactly", "linked/compose.yaml"}
	for _, c := range []struct {
		envFile, env string
		paths        []string
	}{
		{EnvFile, "A=secret\n", append([]string{EnvFile, EnvExample}, others...)},
		{"./.env", "A=secret\n", append([]string{EnvFile, EnvExample}, others...)},
		{EnvExample, "A=fake\n", append([]string{EnvFile}, others...)},
		{"./" + EnvExample, "A=fake\n", append([]string{EnvFile}, others...)},
		{"deploy/ci.env", "A=ci\n", append([]string{EnvFile, EnvExample},
			slices.DeleteFunc(slices.Clone(others), func(p string) bool { return p == "deploy/ci.env" })...)},
	} {
		p := must(ReadProject(dir, c.envFile))(t)
		var paths []string
		for _, f := range p.Files {
			paths = append(paths, f.Path)
		}
		if !slices.Equal(paths, c.paths) {
			t.Errorf("%s: got %v, want %v", c.envFile, paths, c.paths)
		}
		if got := content(t, p, EnvFile); got != c.env {
			t.Errorf("%s: .env is %q, want %q", c.envFile, got, c.env)
		}
	}
	if _, err := ReadProject(dir, "gone.env"); err == nil || !strings.Contains(err.Error(), "gone.env") {
		t.Errorf("a file of variables that is not there: got error %v", err)
	}
	delete(dir, EnvFile)
	p := must(ReadProject(dir, EnvFile))(t)
	if _, ok := p.File(EnvFile); ok {
		t.Error("there is an .env where none is")
	}
}

// locked is a directory in which some paths may not be read.
type locked struct {
	fstest.MapFS
	paths []string
}

func (l locked) Open(name string) (fs.File, error) {
	if slices.Contains(l.paths, name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.Open(name)
}

func (l locked) ReadFile(name string) ([]byte, error) {
	if _, err := l.Open(name); err != nil {
		return nil, err
	}
	return l.MapFS.ReadFile(name)
}

func (l locked) ReadDir(name string) ([]fs.DirEntry, error) {
	if _, err := l.Open(name); err != nil {
		return nil, err
	}
	return l.MapFS.ReadDir(name)
}

// TestReadProjectLocked: the key of a certificate belongs to whoever put it
// there, and the project can be checked without reading it.
func TestReadProjectLocked(t *testing.T) {
	for _, path := range []string{"secrets/tls.key", "secrets"} {
		dir := locked{disk(ComposeFile, "services: {}\n", "secrets/tls.key", "k"), []string{path}}
		if p, err := ReadProject(dir, EnvFile); err != nil || len(p.Files) == 0 {
			t.Errorf("%s: got %d files, error %v", path, len(p.Files), err)
		}
	}
	dir := locked{disk(ComposeFile, "services: {}\n"), []string{ComposeFile}}
	if _, err := ReadProject(dir, EnvFile); err == nil {
		t.Error("a Compose file that may not be read was left out")
	}
}
