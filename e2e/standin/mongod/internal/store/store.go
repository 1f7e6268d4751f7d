// Package store keeps collections of documents as files, small and simple: each write
// puts the whole collection on the disk anew before it is acknowledged, so it survives
// kill -9. It has no indexes but the one of _id, and no locks: its caller runs one
// command at a time.
package store

import (
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

const (
	filePrefix = "collection-"
	fileSuffix = ".bson"
	// sessionLife is the logicalSessionTimeoutMinutes of hello: a driver does not come
	// back to an older write.
	sessionLife = 30 * time.Minute
)

// Store is the content of a dbpath.
type Store struct {
	dir         string
	collections map[string]*collection // by namespace, "db.name"
}

// collection is also the form of the file.
type collection struct {
	Docs    []bson.D `bson:"docs"`
	Retries []retry  `bson:"retries"`
}

// retry is the last write of a session. It is kept with the documents, so that a driver
// that sends the same write again after a crash gets the answer and no second effect.
type retry struct {
	Session string    `bson:"session"`
	Txn     int64     `bson:"txn"`
	At      time.Time `bson:"at"`
	Answer  bson.D    `bson:"answer"`
}

// Attempt names a write that its client may send twice; an empty session names none.
type Attempt struct {
	Session string
	Txn     int64
}

// Open reads dir.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, collections: map[string]*collection{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), filePrefix)
		escaped, complete := strings.CutSuffix(name, fileSuffix)
		if !ok || !complete {
			continue
		}
		ns, err := url.PathUnescape(escaped)
		if err != nil {
			return nil, err
		}
		c := &collection{}
		if err := load(dir, e.Name(), c); err != nil {
			return nil, err
		}
		s.collections[ns] = c
	}
	return s, nil
}

// Docs returns the documents in the order of insertion; they must not be changed.
func (s *Store) Docs(ns string) []bson.D {
	if c := s.collections[ns]; c != nil {
		return c.Docs
	}
	return nil
}

// Namespaces returns all collections.
func (s *Store) Namespaces() []string {
	return slices.Sorted(maps.Keys(s.collections))
}

// Size is what the collection takes on the disk.
func (s *Store) Size(ns string) int64 {
	info, err := os.Stat(filepath.Join(s.dir, fileOf(ns)))
	if err != nil {
		return 0
	}
	return info.Size()
}

func fileOf(ns string) string { return filePrefix + url.PathEscape(ns) + fileSuffix }

// Write lets change work on the collection and keeps the result only once it is on the
// disk. The answer of change is remembered for a repeated attempt.
func (s *Store) Write(ns string, a Attempt, change func(*Table) (bson.D, error)) (bson.D, error) {
	old := s.collections[ns]
	if old == nil {
		old = &collection{}
	}
	if answer, err := old.repeated(a); answer != nil || err != nil {
		return answer, err
	}
	t := &Table{docs: slices.Clone(old.Docs)}
	answer, err := change(t)
	if err != nil || !t.changed {
		return answer, err
	}
	c := &collection{Docs: t.docs, Retries: old.remember(a, answer)}
	if err := save(s.dir, fileOf(ns), c); err != nil {
		return nil, err
	}
	s.collections[ns] = c
	return answer, nil
}

func (c *collection) repeated(a Attempt) (bson.D, error) {
	for _, r := range c.Retries {
		if a.Session == "" || r.Session != a.Session {
			continue
		}
		if r.Txn == a.Txn {
			return r.Answer, nil
		}
		if r.Txn > a.Txn {
			return nil, fault.TransactionTooOld.Errorf("Retryable write with txnNumber %d is prohibited on session "+
				"because a newer retryable write with txnNumber %d has already started on this session", a.Txn, r.Txn)
		}
	}
	return nil, nil
}

func (c *collection) remember(a Attempt, answer bson.D) []retry {
	now := time.Now()
	kept := slices.Clone(c.Retries)
	kept = slices.DeleteFunc(kept, func(r retry) bool {
		return r.Session == a.Session || now.Sub(r.At) > sessionLife
	})
	if a.Session == "" {
		return kept
	}
	return append(kept, retry{a.Session, a.Txn, now, answer})
}
