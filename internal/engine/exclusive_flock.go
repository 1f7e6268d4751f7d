//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package engine

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"rcgen/generator/fault"
)

// lockRetry is how often a taken lock is tried again.
const lockRetry = 100 * time.Millisecond

// Exclusive locks a directory for the programs that the returned Engine starts:
// each holds the lock for as long as it runs, even where rcgen is killed
// meanwhile, so that two never change the same containers. It waits until ctx
// ends; the error is a *fault.Error then. release gives back this process's
// part.
func (e Engine) Exclusive(ctx context.Context, dir string) (locked Engine, release func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return e, nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			break
		}
		select {
		case <-ctx.Done():
			_ = f.Close() // the other one's lock is what counts
			return e, nil, &fault.Error{
				What: dir + ": another rcgen is at work here, or a docker command that it left when it was killed",
				Hint: "wait until it has ended, and run the command again; `pgrep -af 'docker compose|docker-compose'` shows it",
			}
		case <-time.After(lockRetry):
		}
	}
	if err != nil {
		_ = f.Close()
		return e, nil, err
	}
	e.inherited = f
	return e, func() { _ = f.Close() }, nil
}
