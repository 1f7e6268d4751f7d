package main

import (
	"context"
	"os"
	"path/filepath"

	"rcgen/generator"
	"rcgen/internal/engine"
	"rcgen/internal/redact"
)

// maxEnv is how much of .env is read, in bytes; assumption: no list of variables is longer.
const maxEnv = 1 << 20

// redactor knows the secrets of the project in a directory, and doctor's password. Unlike
// what writes, it follows a link, as Compose does; where there is no file to read it knows
// none.
func redactor(dir string) redact.Redactor {
	var text []byte
	path := filepath.Join(dir, generator.EnvFile)
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() <= maxEnv {
		text, _ = os.ReadFile(path)
	}
	return redact.ForEnv(text, os.Getenv(doctorPassword))
}

// newEngine is engine.New for a project whose secrets no error shows.
func newEngine(ctx context.Context, dir string) (engine.Engine, error) {
	e, err := engine.WithoutCompose(dir)
	if err != nil {
		return engine.Engine{}, err
	}
	return e.WithSecrets(redactor(dir)).WithCompose(ctx)
}
