package project

import (
	"context"
	"os"
	"path/filepath"

	"rcgen/generator/tree"
	"rcgen/internal/engine"
	"rcgen/internal/redact"
)

// maxEnv is how much of .env is read for its secrets, in bytes; assumption: no list of
// variables is longer.
const maxEnv = 1 << 20

// Redactor knows the secrets of the project in a directory, and more that the caller
// knows. Unlike what writes, it follows a link, as Compose does; without a file to read
// it knows those of the caller alone.
func Redactor(dir string, more ...string) redact.Redactor {
	var text []byte
	path := filepath.Join(dir, tree.EnvFile)
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() <= maxEnv {
		text, _ = os.ReadFile(path)
	}
	return redact.ForEnv(text, more...)
}

// Engine finds docker and Compose for the project in a directory. No error of theirs
// shows a secret of the project. The errors are those of WithoutCompose and WithCompose of
// engine.
func Engine(ctx context.Context, dir string) (engine.Engine, error) {
	docker, err := engine.WithoutCompose(dir)
	if err != nil {
		return engine.Engine{}, err
	}
	return docker.WithSecrets(Redactor(dir)).WithCompose(ctx)
}
