package alerts

// mongodb watches the database as its exporter sees it. Each member, or the one
// address of a database elsewhere, is an instance of its own.
func mongodb(d Deployment) []Rule {
	noPrimary := `max(mongodb_rs_members_state == bool 1) == 0`
	look := databaseLogs(d)
	start := "`docker compose up -d --wait mongodb` starts it"
	if d.Members == 0 {
		start = "the connection string is `MONGO_URL` in .env; who runs the database starts it"
	} else {
		// a member that was never initiated, or was removed, has no status at all
		noPrimary += ` or (max(mongodb_up) == 1 unless on () mongodb_rs_members_state)`
	}
	down := Critical
	if d.Members > 1 {
		down = Warning // the others go on; MongoDBNoPrimary says when they do not
	}
	return []Rule{{
		Name:     "MongoDBDown",
		Expr:     `max by (instance) (mongodb_up) == 0`,
		For:      atOnce,
		Severity: down,
		Summary:  "MongoDB does not answer ({{ $labels.instance }})",
		Description: "The exporter could not reach MongoDB for a minute (mongodb_up is {{ $value }}). " +
			"Rocket.Chat works only while it has a primary.",
		Runbook: "Run " + look + ". A full disk is the usual reason that it ends by itself: `df -h`. " +
			"Exit code 137 is its memory limit or the kernel. If it is out of reach only, " + start +
			"; never delete a volume to make it start.",
	}, {
		Name:     "MongoDBNoPrimary",
		Expr:     noPrimary,
		For:      atOnce,
		Severity: Critical,
		Summary:  "MongoDB has no primary: nothing can be written",
		Description: "No member of the replica set has been primary for a minute. Messages cannot be sent and " +
			"Rocket.Chat does not start.",
		Runbook: "Run " + look + " and look for \"election\" and \"REMOVED\". " +
			"With a majority of members running an election takes seconds; without one, start the members that are down. " +
			"A member that calls itself removed was started under another host name than it has in the replica set.",
	}}
}

// databaseLogs is what a runbook says to look at first.
func databaseLogs(d Deployment) string {
	if d.Members == 0 {
		return "`docker compose logs --tail 20 mongodb-exporter` and look at the database's own logs"
	}
	return "`docker compose ps` and `docker compose logs --tail 100 mongodb`"
}

// pressure watches what makes MongoDB slow before it fails.
func pressure(d Deployment) []Rule {
	look := databaseLogs(d)
	return []Rule{{
		Name: "MongoDBConnections",
		Expr: expr(`sum by (instance) (mongodb_ss_connections{conn_type="current"}) / `+
			`sum by (instance) (mongodb_ss_connections{conn_type=~"current|available"}) > {share}`, "share", d.Connections),
		For:      steady,
		Severity: Warning,
		Summary:  "MongoDB runs out of connections ({{ $labels.instance }})",
		Description: "{{ $value | humanizePercentage }} of the connections that {{ $labels.instance }} allows are in use. " +
			"Beyond the last one replicas of Rocket.Chat cannot read or write.",
		Runbook: "Run " + look + " and see who connects: each replica of Rocket.Chat keeps up to 100 connections. " +
			"Slow queries hold them, so look at MongoDBQueue and the disk. " +
			"Backups, scripts and other programs on the same database are the next to ask.",
	}, {
		Name: "MongoDBQueue",
		Expr: expr(`sum by (instance) (mongodb_ss_globalLock_currentQueue{count_type="total"}) > {queue}`,
			"queue", d.LockQueue),
		For:      steady,
		Severity: Warning,
		Summary:  "Operations queue up in MongoDB ({{ $labels.instance }})",
		Description: "{{ $value }} operations wait for a lock or a ticket in {{ $labels.instance }}. " +
			"Everything in Rocket.Chat waits with them.",
		Runbook: "Run `iostat -x 5` on the host: a disk near 100% is the usual reason. " +
			"Then " + look + " and look for \"Slow query\". " +
			"A backup, an index being built or an export explains it; let it end or stop it. " +
			"If it comes each day at the peak, MongoDB needs more memory or a faster disk.",
	}}
}

// members watches a replica set of several. A single member is its own primary
// or nothing.
func members(d Deployment) []Rule {
	if d.Members == 1 {
		return nil
	}
	return []Rule{{
		Name: "MongoDBMemberUnhealthy",
		// 1 primary, 2 secondary, 7 arbiter: MongoDB manual, Replica Set Member States
		Expr:     `max by (member_idx, member_state) (mongodb_rs_members_state != 1 != 2 != 7)`,
		For:      steady,
		Severity: Warning,
		Summary:  "MongoDB member {{ $labels.member_idx }} is not healthy",
		Description: "{{ $labels.member_idx }} is {{ $labels.member_state }} (state {{ $value }}), " +
			"neither primary nor secondary. One more member down may leave no primary.",
		Runbook: "Run `docker compose ps` and `docker compose logs --tail 100 mongodb-2` with the member's name. " +
			"STARTUP2 and RECOVERING are a copy of the data that is being made, which ends by itself. " +
			"A member that is not reachable is started with `docker compose up -d --wait`. " +
			"If it was away longer than the oplog reaches, it copies all data again.",
	}, {
		Name: "MongoDBReplicationLag",
		Expr: expr(`max by (name) (mongodb_mongod_replset_member_replication_lag) > {seconds}`,
			"seconds", d.ReplicationLag),
		For:      steady,
		Severity: Warning,
		Summary:  "MongoDB member {{ $labels.name }} lags behind the primary",
		Description: "{{ $labels.name }} is {{ $value | humanizeDuration }} behind the primary. " +
			"Writes that wait for a majority become slow, and this member could not take over without catching up.",
		Runbook: "Run `docker stats --no-stream` and `iostat -x 5` on the host: all members share its disk and its cores. " +
			"A backup that reads from this member explains it while it runs. If it grows without end, " +
			"`docker compose logs --tail 100 mongodb-2` with the member's name says why; " +
			"restart that member only, never the primary.",
	}}
}

// storage watches WiredTiger's cache, whose size follows from the plan.
func storage(d Deployment) []Rule {
	cache := func(name, metric string, share float64, summary, meaning, act string) Rule {
		return Rule{
			Name: name,
			Expr: expr(`max by (instance) (`+metric+`) / `+
				`max by (instance) (mongodb_ss_wt_cache_maximum_bytes_configured) > {share}`, "share", share),
			For:         lasting,
			Severity:    Warning,
			Summary:     summary + " ({{ $labels.instance }})",
			Description: "{{ $value | humanizePercentage }} of WiredTiger's cache " + meaning,
			Runbook:     act,
		}
	}
	return []Rule{
		cache("MongoDBCacheDirty", "mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache", d.CacheDirty,
			"MongoDB does not get its writes to disk",
			"is not yet written to disk. At 20% MongoDB makes every operation help to write, and all become slow.",
			"Run `iostat -x 5` on the host: the disk is too slow for what is written, or something else keeps it busy. "+
				"An import, a purge by retention policy or a restore explains it while it runs. "+
				"Move the volume to a faster disk if it comes back."),
		cache("MongoDBCacheUsed", "mongodb_ss_wt_cache_bytes_currently_in_the_cache", d.CacheUsed,
			"MongoDB's cache is full",
			"is in use, where 80% is what it keeps to. At 95% operations have to make room themselves and become slow.",
			"Look for MongoDBCacheDirty first, which has the same result. Run `docker stats --no-stream`: "+
				"if MongoDB's CPU is high as well, a query reads everything; "+
				"`docker compose logs --tail 200 mongodb` names it as \"Slow query\". "+
				"Otherwise plan more memory for MongoDB in a profile of your own."),
	}
}
