package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// attempts is how often a locked control document is tried again.
const attempts = 30

// errLocked says that another instance is at work on an empty database.
var errLocked = errors.New("the migration control is locked")

// migration brings the database to the version of this program.
type migration struct {
	db     *database
	log    *slog.Logger
	target int
	takes  time.Duration // what the migration itself costs
	retry  time.Duration // between two attempts at a locked control document

	// collision is how long the other instance may take to make the default room.
	collision time.Duration
}

// run migrates where it must. An empty database that another instance is setting
// up makes it fail, as the real ones did up to 8.9.1; during an upgrade it waits.
func (m migration) run(ctx context.Context) error {
	for n := 0; ; n++ {
		c, err := m.db.control(ctx)
		if err != nil {
			return fmt.Errorf("migrations: %w", err)
		}
		switch {
		case c.Version > m.target:
			return fmt.Errorf("migrations: can't find migration version %d: this program knows %d", c.Version, m.target)
		case c.Version == m.target && !c.Locked:
			m.log.Info(fmt.Sprintf("Not migrating, already at version %d", m.target))
			return nil
		}
		ok, err := m.db.lock(ctx)
		if err != nil {
			return fmt.Errorf("migrations: %w", err)
		}
		if ok {
			return m.migrate(ctx, c)
		}
		if c.Version == 0 {
			return m.collide(ctx)
		}
		m.log.Warn(fmt.Sprintf("Not migrating, control is locked. Attempt %d/%d", n, attempts))
		if n == attempts {
			return fmt.Errorf("migrations: %w", errLocked)
		}
		if err := pause(ctx, m.retry); err != nil {
			return err
		}
	}
}

func (m migration) migrate(ctx context.Context, c control) error {
	m.log.Info(fmt.Sprintf("Migrating from version %d -> %d", c.Version, m.target))
	if c.Version == 0 {
		// the instance that collides may have been faster with the room
		if err := m.db.createDefaultRoom(ctx); err != nil && !mongo.IsDuplicateKeyError(err) {
			return fmt.Errorf("migrations: %w", err)
		}
	}
	if err := pause(ctx, m.takes); err != nil {
		return err // the lock stays, as that of a real one killed here
	}
	if err := m.db.unlock(ctx, m.target); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	m.log.Info("Finished migrating.")
	return nil
}

// collide is the end of the second instance on an empty database: it sets up the
// default room like the first, which has been there before.
func (m migration) collide(ctx context.Context) error {
	m.log.Warn("Not migrating, control is locked.")
	for end := time.Now().Add(m.collision); time.Now().Before(end); {
		if n, err := m.db.count(ctx, collRooms, byID(defaultRoom)); err != nil || n > 0 {
			break
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	if err := m.db.createDefaultRoom(ctx); err != nil {
		return fmt.Errorf("default room: %w", err)
	}
	return errLocked
}
