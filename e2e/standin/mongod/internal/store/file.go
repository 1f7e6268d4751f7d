package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// save replaces the file name in dir as a whole: after a kill at any moment the old
// content is there or the new one.
func save(dir, name string, value any) error {
	data, err := bson.Marshal(value)
	if err != nil {
		return fmt.Errorf("store: %s: %w", name, err)
	}
	path := filepath.Join(dir, name)
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes the rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// load leaves value as it is where there is no such file.
func load(dir, name string, value any) error {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = bson.Unmarshal(data, value)
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", name, err)
	}
	return nil
}

// SaveState writes one of the server's own records, which are no collections.
func (s *Store) SaveState(name string, value any) error { return save(s.dir, name+".bson", value) }

// LoadState reads what SaveState wrote.
func (s *Store) LoadState(name string, value any) error { return load(s.dir, name+".bson", value) }
