package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// dbLock is mongod.lock: held as long as the process lives, kill -9 included.
type dbLock struct{ f *os.File }

// lockPath has the names and words of StorageEngineLockFile::open (storage_engine_lock_file_posix.cpp).
func lockPath(dir string) (*dbLock, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("dbpath: NonExistentPath: Data directory %s not found", dir)
	}
	path := filepath.Join(dir, "mongod.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if errors.Is(err, syscall.EACCES) {
		return nil, fmt.Errorf("dbpath: IllegalOperation: Attempted to create a lock file on a read-only directory: %s", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("dbpath: DBPathInUse: Unable to create/open the lock file: %w. Ensure the user executing "+
			"mongod is the owner of the lock file and has the appropriate permissions", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("dbpath: DBPathInUse: Unable to lock the lock file: %s (%w). Another mongod instance is "+
			"already running on the %s directory", path, err, dir)
	}
	l := &dbLock{f}
	return l, l.write(fmt.Sprintf("%d\n", os.Getpid()))
}

func (l *dbLock) write(text string) error {
	_, err := l.f.WriteAt([]byte(text), 0)
	return errors.Join(err, l.f.Truncate(int64(len(text))))
}

// release leaves an empty file, the sign of a clean end.
func (l *dbLock) release() error { return errors.Join(l.write(""), l.f.Close()) }
