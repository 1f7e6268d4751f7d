package dashboards

import (
	"slices"

	"rcgen/generator/alerts"
)

// mongodb asks mongodb_exporter with --collect-all and --compatible-mode. Its
// series carry the member's state as a label, so they change with an election:
// everything is summed up over that.
func mongodb(d alerts.Deployment) board {
	return board{
		name: "mongodb", title: "MongoDB",
		about:  "The replica set and its members.",
		panels: slices.Concat(mongodbSet(d), mongodbLoad(d), mongodbCache(d)),
	}
}

func mongodbSet(d alerts.Deployment) []panel {
	members := float64(max(d.Members, 1))
	return []panel{
		{
			title: "Members reached", kind: number, unit: "short", steps: below(members),
			about:   "Members that the exporters are connected to; fewer than there are is bad.",
			queries: one(`sum(mongodb_up{job="mongodb"})`, "reached"),
		}, {
			title: "Members healthy", kind: number, unit: "short", steps: below(members),
			about:   "As the members see each other; without a majority nobody can write.",
			queries: one(`sum(min by (member_idx) (mongodb_rs_members_health{job="mongodb"}))`, "healthy"),
		}, {
			title: "Oplog window", kind: number, unit: "s",
			about: "How long a member may be away and still catch up; good is a day and more.",
			queries: one(`min(mongodb_mongod_replset_oplog_head_timestamp{job="mongodb"}`+
				` - mongodb_mongod_replset_oplog_tail_timestamp{job="mongodb"})`, "window"),
		}, {
			title: "Behind the primary", unit: "s", steps: above(d.ReplicationLag),
			about: "By member; good is 0 to 1 s, above the line a failover loses time or messages.",
			queries: one(`(scalar(max(mongodb_rs_members_optimeDate{job="mongodb"}))`+
				` - max by (member_idx) (mongodb_rs_members_optimeDate{job="mongodb",member_state=~"PRIMARY|SECONDARY"})) / 1000`,
				"{{member_idx}}"),
		}, {
			title: "Connections of the limit", unit: "percentunit", max: 1, steps: above(d.Connections),
			about: "Each replica of Rocket.Chat has a pool; near 100 % new connections are refused.",
			queries: one(`sum by (instance) (mongodb_ss_connections{job="mongodb",conn_type="current"})`+
				` / sum by (instance) (mongodb_ss_connections{job="mongodb",conn_type=~"current|available"})`, "{{instance}}"),
		}, {
			title: "Size of the databases", unit: "bytes",
			about: "Data and indexes on disk; good is a growth that the disk has room for.",
			queries: one(`max by (database) (mongodb_dbstats_totalSize{job="mongodb",database!~"admin|config|local"})`,
				"{{database}}"),
		},
	}
}

func mongodbLoad(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "Operations per second", unit: "ops",
			about: "By kind; good is a curve like that of the users.",
			queries: one(`sum by (legacy_op_type) (rate(mongodb_ss_opcounters{job="mongodb"}[$__rate_interval]))`,
				"{{legacy_op_type}}"),
		}, {
			title: "Time of an operation, mean", unit: "s",
			about: "By kind; a few milliseconds are good, tens of them make every replica slow.",
			queries: one(fill(`sum by (op_type) (rate(mongodb_ss_opLatencies_latency{KINDS}[$__rate_interval]))`+
				` / sum by (op_type) (rate(mongodb_ss_opLatencies_ops{KINDS}[$__rate_interval])) / 1e6`,
				"KINDS", `job="mongodb",op_type=~"reads|writes|commands"`), "{{op_type}}"),
		}, {
			title: "Operations that wait for a lock or a ticket", unit: "short", steps: above(d.LockQueue),
			about: "0 is good; a queue that stays means that the disk or the CPU is too slow.",
			queries: one(`sum by (count_type) (mongodb_ss_globalLock_currentQueue{job="mongodb",count_type=~"readers|writers"})`,
				"{{count_type}}"),
		}, {
			title: "Tickets in use", unit: "percentunit", max: 1,
			about: "Operations let into the storage engine, of those allowed; at 100 % the others wait.",
			queries: one(`sum by (txn_rw) (mongodb_ss_wt_concurrentTransactions_out{job="mongodb"})`+
				` / sum by (txn_rw) (mongodb_ss_wt_concurrentTransactions_totalTickets{job="mongodb"})`, "{{txn_rw}}"),
		}, {
			title: "Documents examined for one returned", unit: "short",
			about: "Near 1 is good; hundreds mean that a query has no index.",
			queries: one(`sum(rate(mongodb_ss_metrics_queryExecutor_scannedObjects{job="mongodb"}[$__rate_interval]))`+
				` / sum(rate(mongodb_ss_metrics_document{job="mongodb",doc_op_type="returned"}[$__rate_interval]))`, "examined"),
		},
	}
}

func mongodbCache(d alerts.Deployment) []panel {
	share := func(what string) string {
		return fill(`sum by (instance) (mongodb_ss_wt_cache_WHAT{job="mongodb"})`+
			` / sum by (instance) (mongodb_ss_wt_cache_maximum_bytes_configured{job="mongodb"})`, "WHAT", what)
	}
	return []panel{
		{
			title: "Cache used", unit: "percentunit", max: 1, steps: above(d.CacheUsed),
			about:   "WiredTiger keeps it near 80 %; above the line operations have to make room themselves.",
			queries: one(share("bytes_currently_in_the_cache"), "{{instance}}"),
		}, {
			title: "Cache not yet written", unit: "percentunit", steps: above(d.CacheDirty),
			about:   "A few per cent are good; above the line the disk does not keep up.",
			queries: one(share("tracked_dirty_bytes_in_the_cache"), "{{instance}}"),
		}, {
			title: "Read into and written from the cache", unit: "Bps",
			about: "Few reads are good; many mean that the cache is too small for what is in use.",
			queries: []query{
				{`sum(rate(mongodb_ss_wt_cache_bytes_read_into_cache{job="mongodb"}[$__rate_interval]))`, "read"},
				{`sum(rate(mongodb_ss_wt_cache_bytes_written_from_cache{job="mongodb"}[$__rate_interval]))`, "written"},
			},
		},
	}
}
