package server

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
	"rcgen/e2e/standin/mongod/internal/store"
)

// counters are the numbers of serverStatus that the stand-in really counts.
type counters struct {
	bytesOut                                    atomic.Int64 // counted outside of the lock
	requests, bytesIn                           int64
	inserts, queries, updates, deletes, getmore int64
	scanned, returned                           int64 // documents

	latency [3]latency // by access
}

// latency is how often something was done and how long that took together.
type latency struct {
	ops  int64
	took time.Duration
}

func (l *latency) observe(took time.Duration) {
	l.ops++
	l.took += took
}

func (l latency) doc() bson.D {
	return bson.D{{Key: "latency", Value: l.took.Microseconds()}, {Key: "ops", Value: l.ops}}
}

// databases returns the names of the databases with a collection in them, and of those
// that every mongod has.
func (s *Server) databases() []string {
	names := []string{"admin", "config", "local"}
	for _, ns := range s.store.Namespaces() {
		db, _, _ := strings.Cut(ns, ".")
		if !slices.Contains(names, db) {
			names = append(names, db)
		}
	}
	slices.Sort(names)
	return names
}

func (s *Server) collectionsOf(db string) []string {
	var names []string
	if db == "local" && s.set.kept.Config != nil {
		names = []string{"oplog.rs", "system.replset"}
	}
	for _, ns := range s.store.Namespaces() {
		if of, name, _ := strings.Cut(ns, "."); of == db {
			names = append(names, name)
		}
	}
	return names
}

func (s *Server) sizeOf(db string) (size, objects int64) {
	for _, name := range s.collectionsOf(db) {
		size += s.store.Size(db + "." + name)
		objects += int64(len(s.store.Docs(db + "." + name)))
	}
	return size, objects
}

// filtered applies the filter of a list command to its lines.
func (k *call) filtered(lines []bson.D) ([]bson.D, error) {
	query, err := k.doc("filter")
	if err != nil {
		return nil, err
	}
	f, err := store.ParseFilter(query)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(lines, func(line bson.D) bool { return !f.Match(line) }), nil
}

// listDatabases shows a user without the right to list all only those it may read.
func (k *call) listDatabases() (bson.D, error) {
	if err := k.only("filter", "nameOnly", "authorizedDatabases"); err != nil {
		return nil, err
	}
	lines, total := []bson.D{}, int64(0)
	for _, name := range k.s.databases() {
		if u := k.c.user; u != nil && !u.may("listDatabases", true, "admin") && !u.may("find", false, name) {
			continue
		}
		line := bson.D{{Key: "name", Value: name}}
		if !truth(k.get("nameOnly")) {
			size, objects := k.s.sizeOf(name)
			total += size
			line = append(line, bson.E{Key: "sizeOnDisk", Value: size}, bson.E{Key: "empty", Value: objects == 0})
		}
		lines = append(lines, line)
	}
	lines, err := k.filtered(lines)
	if err != nil {
		return nil, err
	}
	answer := bson.D{{Key: "databases", Value: lines}}
	if !truth(k.get("nameOnly")) {
		answer = append(answer, bson.E{Key: "totalSize", Value: total}, bson.E{Key: "totalSizeMb", Value: total >> 20})
	}
	return answer, nil
}

func (k *call) listCollections() (bson.D, error) {
	if err := k.only("filter", "nameOnly", "authorizedCollections", "cursor"); err != nil {
		return nil, err
	}
	lines := []bson.D{}
	for _, name := range k.s.collectionsOf(k.db) {
		line := bson.D{{Key: "name", Value: name}, {Key: "type", Value: "collection"}}
		if !truth(k.get("nameOnly")) {
			line = append(line, bson.E{Key: "options", Value: bson.D{}},
				bson.E{Key: "info", Value: bson.D{{Key: "readOnly", Value: false}}})
		}
		lines = append(lines, line)
	}
	lines, err := k.filtered(lines)
	if err != nil {
		return nil, err
	}
	return cursor(k.db+".$cmd.listCollections", lines), nil
}

func (k *call) dbStats() (bson.D, error) {
	if err := k.only("scale", "freeStorage"); err != nil {
		return nil, err
	}
	if scale, given := lookup(k.body, "scale"); given && integer(scale) != 1 {
		return nil, fault.NotImplemented.Errorf("the stand-in has no scale but 1")
	}
	size, objects := k.s.sizeOf(k.db)
	collections := int64(len(k.s.collectionsOf(k.db)))
	average := 0.0
	if objects > 0 {
		average = float64(size) / float64(objects)
	}
	return bson.D{
		{Key: "db", Value: k.db}, {Key: "collections", Value: collections}, {Key: "views", Value: int64(0)},
		{Key: "objects", Value: objects}, {Key: "avgObjSize", Value: average}, {Key: "dataSize", Value: float64(size)},
		{Key: "storageSize", Value: float64(size)}, {Key: "indexes", Value: collections},
		{Key: "indexSize", Value: float64(collections * pageSize)},
		{Key: "totalSize", Value: float64(size + collections*pageSize)}, {Key: "scaleFactor", Value: int64(1)},
	}, nil
}

// pageSize is the least that an index takes.
const pageSize = 4096

func (s *Server) collStats(ns string) bson.D {
	size, n := s.store.Size(ns), int64(len(s.store.Docs(ns)))
	none := latency{}.doc()
	return bson.D{
		{Key: "ns", Value: ns}, {Key: "host", Value: s.ownAddress()},
		{Key: "localTime", Value: bson.NewDateTimeFromTime(time.Now())},
		{Key: "latencyStats", Value: bson.D{
			{Key: "reads", Value: none}, {Key: "writes", Value: none}, {Key: "commands", Value: none},
		}},
		{Key: "storageStats", Value: bson.D{
			{Key: "size", Value: size}, {Key: "count", Value: n}, {Key: "avgObjSize", Value: size / max(n, 1)},
			{Key: "storageSize", Value: size}, {Key: "freeStorageSize", Value: int64(0)}, {Key: "capped", Value: false},
			{Key: "nindexes", Value: int32(1)}, {Key: "totalIndexSize", Value: int64(pageSize)},
			{Key: "indexSizes", Value: bson.D{{Key: "_id_", Value: int64(pageSize)}}},
			{Key: "totalSize", Value: size + pageSize}, {Key: "scaleFactor", Value: int32(1)},
		}},
	}
}

func (s *Server) indexStats() bson.D {
	return bson.D{
		{Key: "name", Value: "_id_"}, {Key: "key", Value: bson.D{{Key: "_id", Value: int32(1)}}},
		{Key: "host", Value: s.ownAddress()},
		{Key: "accesses", Value: bson.D{
			{Key: "ops", Value: int64(0)}, {Key: "since", Value: bson.NewDateTimeFromTime(s.start)},
		}},
	}
}

func (k *call) top() (bson.D, error) {
	none := bson.D{{Key: "time", Value: int64(0)}, {Key: "count", Value: int64(0)}}
	totals := bson.D{{Key: "note", Value: "all times in microseconds"}}
	for _, ns := range k.s.store.Namespaces() {
		line := bson.D{}
		for _, what := range []string{
			"total", "readLock", "writeLock", "queries", "getmore", "insert", "update", "remove", "commands",
		} {
			line = append(line, bson.E{Key: what, Value: none})
		}
		totals = append(totals, bson.E{Key: ns, Value: line})
	}
	return bson.D{{Key: "totals", Value: totals}}, nil
}

func currentOp(*call) (bson.D, error) { return bson.D{{Key: "inprog", Value: bson.A{}}}, nil }

func (k *call) getCmdLineOpts() (bson.D, error) {
	argv := bson.A{}
	if list, ok := store.Get(k.s.opts.CmdLine, "argv").(bson.A); ok {
		argv = list
	}
	return bson.D{{Key: "argv", Value: argv}, {Key: "parsed", Value: store.Get(k.s.opts.CmdLine, "parsed")}}, nil
}

// getParameter has the one parameter that somebody asks for.
func (k *call) getParameter() (bson.D, error) {
	const fcv = "featureCompatibilityVersion"
	if err := k.only(fcv); err != nil || !truth(k.get(fcv)) {
		return nil, fault.InvalidOptions.Errorf("no option found to get")
	}
	return bson.D{{Key: fcv, Value: bson.D{{Key: "version", Value: "8.0"}}}}, nil
}
