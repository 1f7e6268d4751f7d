package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Example writes the whole project of a directory in examples/ into a new directory,
// without .env. rcgen renders it from rcgen.yaml, since of most examples only some
// files are kept; those are then written over it, hand edits included.
func Example(ctx context.Context, rcgen, example, dir string) error {
	kept := os.DirFS(example)
	files := map[string][]byte{}
	for name, as := range map[string]string{"rcgen.yaml": "rcgen.yaml", "my-profile.yaml": "my-profile.yaml",
		".env.example": ".env"} {
		text, err := fs.ReadFile(kept, name)
		if err == nil {
			files[as] = text
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if env, ok := files[".env"]; ok { // what only an operator knows, other than the stand-ins
		files[".env"] = bytes.ReplaceAll(env, []byte("fake"), []byte("never-used"))
	}
	if err := write(dir, files); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, rcgen, "generate", "--yes", "--dir", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("rcgen generate: %w\n%s", err, out)
	}
	if err := os.Remove(filepath.Join(dir, ".env")); err != nil {
		return err
	}
	return overwrite(dir, kept)
}

// overwrite writes every file of a tree below dir.
func overwrite(dir string, tree fs.FS) error {
	files := map[string][]byte{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(tree, name)
		return err
	})
	if err != nil {
		return err
	}
	return write(dir, files)
}

func write(dir string, files map[string][]byte) error {
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
