// Package project opens the directory of a project, plans what its rcgen.yaml asks
// for, builds the files and writes them. It is the one place that knows which files
// of a directory are read, and in which order.
//
// What belongs here: whatever every command needs of a project before it does its own
// work. What does not: options, questions and printing (cmd/rcgen), and containers
// (internal/deploy, internal/inspect).
package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/tree"
	"rcgen/internal/disk"
)

// LockWait is how long a command waits for another one in the same directory: a
// write takes well below a second (assumption).
const LockWait = 10 * time.Second

// Project is an open and locked directory. Close unlocks it.
type Project struct {
	Dir     string // its path, as the user gave it
	Request []byte // rcgen.yaml as it was read; nil for a directory that Create made

	disk   *disk.Dir
	staged *disk.Staged // by Build, or nil
}

// Open opens the directory of a project and reads its rcgen.yaml. It waits at most
// wait for another rcgen. A directory without a project is a *MissingError.
func Open(dir string, wait time.Duration) (*Project, error) {
	d, err := disk.Open(dir, wait)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{Dir: dir, NoDir: true}
	}
	if err != nil {
		return nil, err
	}
	text, err := tree.ReadRegular(d.FS(), tree.RequestFile)
	if errors.Is(err, fs.ErrNotExist) {
		err = &MissingError{Dir: dir}
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &Project{Dir: dir, Request: text, disk: d}, nil
}

// Create opens a directory for a new project, and creates it where it is missing. One
// that contains a project, or a Compose file of another origin, is refused.
func Create(dir string) (*Project, error) {
	d, err := disk.Create(dir, LockWait)
	if err != nil {
		return nil, err
	}
	if err := refuseProject(dir, d.FS()); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &Project{Dir: dir, disk: d}, nil
}

// refuseProject keeps Create from a directory that has a project already.
func refuseProject(dir string, files fs.FS) error {
	for _, name := range []string{tree.RequestFile, tree.LockFile} {
		if _, err := fs.Lstat(files, name); err == nil {
			return &fault.Error{
				What: dir + ": already holds a project (" + name + ")",
				Hint: "rcgen scale and rcgen generate change it; --dir names another directory",
			}
		}
	}
	for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"} {
		if _, err := fs.Lstat(files, name); err == nil {
			return &tree.ForeignError{Files: []string{name}}
		}
	}
	return nil
}

// FS returns the files of the directory. It follows no link out of it.
func (p *Project) FS() fs.FS { return p.disk.FS() }

// Write makes all changes of v or none.
func (p *Project) Write(v tree.Valid) error { return errors.Join(p.unstage(), p.disk.Write(v)) }

// Commit makes all changes of a build or none: those that were staged, if they are the
// ones that were approved.
func (p *Project) Commit(b Built) error {
	if p.staged == nil || b.Alone {
		return p.Write(b.Valid)
	}
	staged := p.staged
	p.staged = nil
	return staged.Commit(b.Valid)
}

// Discard removes what a build staged and will not be written. err is why, and is
// returned, with what is left where that cannot be removed.
func (p *Project) Discard(err error) error {
	if left := p.unstage(); left != nil {
		return fmt.Errorf("%w (%w)", err, left)
	}
	return err
}

// unstage removes what a build staged and nothing wrote.
func (p *Project) unstage() error {
	if p.staged == nil {
		return nil
	}
	staged := p.staged
	p.staged = nil
	return staged.Discard()
}

// Close unlocks the directory. What was staged and not written is removed.
func (p *Project) Close() error { return errors.Join(p.unstage(), p.disk.Close()) }

// MissingError is a directory without a project, or no directory at all.
type MissingError struct {
	Dir   string
	NoDir bool // there is no directory
}

// Error names the directory.
func (e *MissingError) Error() string {
	if e.NoDir {
		return e.Dir + ": no such directory"
	}
	return e.Dir + ": holds no project (no " + tree.RequestFile + ")"
}

// Hints says how to come to one.
func (e *MissingError) Hints() []string {
	return []string{"rcgen init --users N makes one; --dir names another directory"}
}

// Read returns rcgen.yaml of the project in dir without taking the lock, for commands
// that only look while another rcgen may be at work. A directory without a project is a
// *MissingError.
func Read(dir string) ([]byte, error) {
	text, err := tree.ReadRegular(os.DirFS(dir), tree.RequestFile)
	if errors.Is(err, fs.ErrNotExist) {
		_, missing := os.Stat(dir)
		return nil, &MissingError{Dir: dir, NoDir: missing != nil}
	}
	return text, err
}

// ReadPlan returns the plan of the project in dir without taking the lock. The errors
// are those of Read and of Choices.Plan.
func ReadPlan(dir string) (generator.Plan, error) {
	text, err := Read(dir)
	if err != nil {
		return generator.Plan{}, err
	}
	return Choices{Request: text, Dir: dir, Written: true}.Plan()
}
