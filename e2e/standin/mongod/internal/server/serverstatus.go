package server

import (
	"os"
	"runtime"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/store"
)

// maxConnections is what a mongod in a container with the usual limits announces.
const maxConnections = 838860

func (k *call) serverStatus() (bson.D, error) { return k.s.status(), nil }

// status has the sections that the exporter makes metrics of. What the stand-in has no
// number for is zero, as in a server that was never under load.
func (s *Server) status() bson.D {
	up := time.Since(s.start)
	return append(bson.D{
		{Key: "host", Value: s.opts.Hostname},
		{Key: "version", Value: Version},
		{Key: "process", Value: "mongod"},
		{Key: "pid", Value: int64(os.Getpid())},
		{Key: "uptime", Value: up.Seconds()},
		{Key: "uptimeMillis", Value: up.Milliseconds()},
		{Key: "uptimeEstimate", Value: int64(up.Seconds())},
		{Key: "localTime", Value: bson.NewDateTimeFromTime(time.Now())},
		{Key: "asserts", Value: numbers("regular", "warning", "msg", "user", "tripwire", "rollovers")},
		{Key: "connections", Value: s.connections()},
		{Key: "extra_info", Value: bson.D{{Key: "note", Value: "fields vary by platform"},
			{Key: "page_faults", Value: int64(0)}}},
		{Key: "globalLock", Value: bson.D{
			{Key: "totalTime", Value: up.Microseconds()},
			{Key: "currentQueue", Value: numbers("total", "readers", "writers")},
			{Key: "activeClients", Value: numbers("total", "readers", "writers")},
		}},
		{Key: "locks", Value: bson.D{{Key: "Global", Value: bson.D{
			{Key: "acquireCount", Value: numbers("r", "w")},
			{Key: "timeAcquiringMicros", Value: numbers("r", "w")},
		}}}},
	}, s.workStatus()...)
}

func (s *Server) workStatus() bson.D {
	return bson.D{
		{Key: "network", Value: bson.D{
			{Key: "bytesIn", Value: s.counters.bytesIn}, {Key: "bytesOut", Value: s.counters.bytesOut.Load()},
			{Key: "numRequests", Value: s.counters.requests},
		}},
		{Key: "opLatencies", Value: bson.D{
			{Key: "reads", Value: s.counters.latency[reads].doc()}, {Key: "writes", Value: s.counters.latency[writes].doc()},
			{Key: "commands", Value: s.counters.latency[harmless].doc()}, {Key: "transactions", Value: latency{}.doc()},
		}},
		{Key: "opcounters", Value: s.opcounters()},
		{Key: "opcountersRepl", Value: numbers("insert", "query", "update", "delete", "getmore", "command")},
		{Key: "repl", Value: s.set.hello(true)},
		{Key: "storageEngine", Value: bson.D{
			{Key: "name", Value: "wiredTiger"}, {Key: "supportsCommittedReads", Value: true},
			{Key: "readOnly", Value: false}, {Key: "persistent", Value: true},
		}},
		{Key: "wiredTiger", Value: s.wiredTiger()},
		{Key: "queues", Value: bson.D{{Key: "execution",
			Value: bson.D{{Key: "write", Value: tickets()}, {Key: "read", Value: tickets()}}}}},
		{Key: "mem", Value: memory()},
		{Key: "metrics", Value: bson.D{
			{Key: "document", Value: bson.D{
				{Key: "deleted", Value: s.counters.deletes}, {Key: "inserted", Value: s.counters.inserts},
				{Key: "returned", Value: s.counters.returned}, {Key: "updated", Value: s.counters.updates},
			}},
			{Key: "queryExecutor", Value: bson.D{
				{Key: "scanned", Value: int64(0)}, {Key: "scannedObjects", Value: s.counters.scanned},
			}},
			{Key: "cursor", Value: bson.D{{Key: "timedOut", Value: int64(0)},
				{Key: "open", Value: numbers("noTimeout", "pinned", "total")}}},
			{Key: "ttl", Value: numbers("deletedDocuments", "passes")},
		}},
	}
}

func numbers(names ...string) bson.D {
	d := bson.D{}
	for _, name := range names {
		d = append(d, bson.E{Key: name, Value: int64(0)})
	}
	return d
}

func (s *Server) connections() bson.D {
	current := int32(len(s.conns))
	return bson.D{
		{Key: "current", Value: current}, {Key: "available", Value: maxConnections - current},
		{Key: "totalCreated", Value: int64(s.nextConn)}, {Key: "rejected", Value: int64(0)},
		{Key: "active", Value: int32(1)}, {Key: "threaded", Value: current},
		{Key: "exhaustIsMaster", Value: int32(0)}, {Key: "exhaustHello", Value: int32(0)},
		{Key: "awaitingTopologyChanges", Value: int32(0)},
	}
}

func (s *Server) opcounters() bson.D {
	c := &s.counters
	return bson.D{
		{Key: "insert", Value: c.inserts}, {Key: "query", Value: c.queries}, {Key: "update", Value: c.updates},
		{Key: "delete", Value: c.deletes}, {Key: "getmore", Value: c.getmore},
		{Key: "command", Value: c.requests - c.inserts - c.queries - c.updates - c.deletes},
	}
}

// wiredTiger is a cache that holds all there is.
func (s *Server) wiredTiger() bson.D {
	held := int64(0)
	for _, db := range s.databases() {
		size, _ := s.sizeOf(db)
		held += size
	}
	return bson.D{
		{Key: "cache", Value: append(bson.D{
			{Key: "bytes currently in the cache", Value: held},
			{Key: "maximum bytes configured", Value: s.opts.CacheBytes},
		}, numbers("bytes read into cache", "bytes written from cache", "eviction worker thread evicting pages",
			"internal pages evicted", "modified pages evicted", "pages currently held in the cache",
			"pages read into cache", "pages written from cache", "percentage overhead",
			"tracked bytes belonging to internal pages in the cache", "tracked bytes belonging to leaf pages in the cache",
			"tracked dirty bytes in the cache", "tracked dirty pages in the cache", "unmodified pages evicted")...)},
		{Key: "transaction", Value: numbers("transaction begins", "transaction checkpoints", "transactions committed",
			"transactions rolled back")},
	}
}

// tickets are where MongoDB 8.0 has them; before, they were in wiredTiger.concurrentTransactions.
func tickets() bson.D {
	return bson.D{{Key: "out", Value: int32(0)}, {Key: "available", Value: int32(128)},
		{Key: "totalTickets", Value: int32(128)}}
}

func memory() bson.D {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	mib := int32(m.Sys >> 20)
	return bson.D{
		{Key: "bits", Value: int32(64)}, {Key: "resident", Value: mib}, {Key: "virtual", Value: mib},
		{Key: "supported", Value: true},
	}
}

// getDiagnosticData is where the exporter takes mongodb_ss_* from. Since MongoDB 8.0 the
// samples are below "common".
func (k *call) getDiagnosticData() (bson.D, error) {
	now := bson.NewDateTimeFromTime(time.Now())
	common := bson.D{{Key: "start", Value: now}, {Key: "serverStatus", Value: k.s.status()}}
	if status, err := k.replSetGetStatus(); err == nil {
		common = append(common, bson.E{Key: "replSetGetStatus", Value: status})
	}
	common = append(common,
		bson.E{Key: "local.oplog.rs.stats", Value: store.Get(k.s.collStats("local.oplog.rs"), "storageStats")},
		bson.E{Key: "end", Value: now})
	return bson.D{{Key: "data", Value: bson.D{
		{Key: "start", Value: now}, {Key: "common", Value: common}, {Key: "end", Value: now},
	}}}, nil
}
