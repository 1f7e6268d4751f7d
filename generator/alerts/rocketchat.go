package alerts

// replicas watches whether Rocket.Chat is there. The count is that of targets that
// answer: rocketchat_instance_count is read from a record that is written at start
// and once a day (Rocket.Chat, collectMetrics.ts).
func replicas(d Deployment) []Rule {
	rules := []Rule{{
		Name:     "RocketChatDown",
		Expr:     `(sum(up{job="rocketchat"}) or vector(0)) == 0`,
		For:      atOnce,
		Severity: Critical,
		Summary:  "Rocket.Chat is down: no replica answers",
		Description: "No replica has answered Prometheus for a minute; {{ $value }} are up. Nobody can chat, " +
			"unless only the metrics are switched off.",
		Runbook: "Run `docker compose ps` and `docker compose logs --tail 100 rocketchat-1`. If MongoDB is unhealthy, " +
			"see MongoDBDown first: Rocket.Chat does not start without it. If the containers are gone, " +
			"`docker compose up -d --wait` starts them. If they are healthy, " +
			"somebody switched Prometheus_Enabled off in the workspace's settings.",
	}, {
		Name:     "RocketChatReplicasDown",
		Expr:     expr(`(sum(up{job="rocketchat"}) or vector(0)) < {instances}`, "instances", d.Instances),
		For:      soon,
		Severity: Warning,
		Summary:  "Rocket.Chat runs with fewer replicas than planned",
		Description: expr("{{ $value }} of {instances} replicas answer Prometheus. The others carry the users meanwhile.",
			"instances", d.Instances),
		Runbook: "Run `docker compose ps -a` to see which replica is missing or unhealthy, " +
			"then `docker compose logs --tail 100 rocketchat-2` with its name. An exit code of 137 is a memory limit " +
			"that was reached, see RocketChatMemory. `docker compose up -d --wait` starts what has stopped.",
	}, {
		Name:     "RocketChatRestarts",
		Expr:     expr(`changes(process_start_time_seconds{job="rocketchat"}[1h]) >= {restarts}`, "restarts", d.Restarts),
		For:      atOnce,
		Severity: Warning,
		Summary:  "{{ $labels.instance }} restarts again and again",
		Description: "{{ $labels.instance }} has started {{ $value }} times within an hour. Each time its users lose their " +
			"connection and come back all at once.",
		Runbook: "Run `docker compose logs --tail 200 rocketchat-2` with the name of the instance and look " +
			"at the last lines before each start. \"heap out of memory\" means RocketChatHeap; nothing at all means " +
			"that the kernel ended it, see HostOutOfMemory. " +
			"A fault after an update: go back to the release before, with a backup at hand.",
	}, {
		Name:     "RocketChatVersionsDiffer",
		Expr:     `count(count by (version) (rocketchat_info{job="rocketchat"})) > 1`,
		For:      anHour,
		Severity: Warning,
		Summary:  "Replicas of Rocket.Chat run different versions",
		Description: "{{ $value }} versions run at the same time for more than an hour. They share one database, " +
			"which the newer one has migrated.",
		Runbook: "An update stopped half-way. Run `docker compose ps` and compare the images, " +
			"then `docker compose up -d --wait`, which replaces the replicas that are behind. " +
			"If one does not become healthy, `docker compose logs --tail 100 rocketchat-2` says why.",
	}}
	if d.Instances == 1 {
		return without(rules, "RocketChatReplicasDown", "RocketChatVersionsDiffer")
	}
	return rules
}

// load watches the one thread that a replica works with.
func load(d Deployment) []Rule {
	return []Rule{
		lag("RocketChatEventLoopLag", Warning, d.EventLoopLag, "Its own readiness check counts it as not ready."),
		lag("RocketChatEventLoopLagCritical", Critical, d.EventLoopLagCritical,
			"Users see messages appear late, and clients lose their connection."),
		{
			Name: "RocketChatEventLoopBusy",
			Expr: expr(`avg_over_time(nodejs_event_loop_utilization_ratio{job="rocketchat"}[5m]) > {limit}`,
				"limit", d.EventLoopUtilization),
			For:      steady,
			Severity: Warning,
			Summary:  "{{ $labels.instance }} has no time left: its event loop is busy",
			Description: "The event loop of {{ $labels.instance }} was busy {{ $value | humanizePercentage }} " +
				"of the last 5 minutes. It uses one core only, so an idle host does not help it.",
			Runbook: "See on the dashboard whether all replicas are busy or one. " +
				"All: add a replica" + d.managed(" (`rcgen scale --instances N`)") + " or users' load has to fall. " +
				"One: `docker compose restart rocketchat-2` with its name moves its users to the others, " +
				"which then share them again.",
		}, {
			Name: "RocketChatCPU",
			Expr: expr(`rate(process_cpu_seconds_total{job="rocketchat"}[5m]) / {limit} > {share}`,
				"limit", d.CPULimit, "share", d.CPUShare),
			For:      lasting,
			Severity: Warning,
			Summary:  "{{ $labels.instance }} uses all the CPU it may",
			Description: expr("{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its limit of {limit} CPUs. "+
				"At the limit the kernel stops it for parts of each tenth of a second.", "limit", d.CPULimit),
			Runbook: "Run `docker stats --no-stream` to see whether one replica or all are at the limit. " +
				"For all, add a replica" + d.managed(" (`rcgen scale --instances N`)") + " where the host has a core free. " +
				"For one, look at `docker compose logs --tail 100 rocketchat-2` with its name for an app or an import " +
				"that does not end.",
		},
	}
}

// lag is a rule on the delay of the event loop.
func lag(name, severity string, limit float64, meaning string) Rule {
	return Rule{
		Name:     name,
		Expr:     expr(`nodejs_eventloop_lag_p99_seconds{job="rocketchat"} > {limit}`, "limit", limit),
		For:      steady,
		Severity: severity,
		Summary:  "{{ $labels.instance }} answers late: its event loop lags",
		Description: "One in a hundred turns of the event loop of {{ $labels.instance }} " +
			"comes {{ $value | humanizeDuration }} late. " + meaning,
		Runbook: "Run `docker stats --no-stream`. One replica alone at its CPU limit: " +
			"look at `docker compose logs --tail 100 rocketchat-2` with its name for an app, an integration or an import, " +
			"and restart that replica if nothing explains it. All of them: too many users for them, see RocketChatCapacity. " +
			"High lag without CPU is memory, see RocketChatHeap.",
	}
}

// limits watches what ends a process.
func limits(d Deployment) []Rule {
	return []Rule{{
		Name: "RocketChatHeap",
		Expr: expr(`nodejs_heap_size_used_bytes{job="rocketchat"} / {limit} > {share}`,
			"limit", d.HeapLimit, "share", d.HeapShare),
		For:      steady,
		Severity: Critical,
		Summary:  "{{ $labels.instance }} is about to run out of heap",
		Description: "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of the heap that Node.js may take " +
			"(--max-old-space-size). At 100% the process ends and its users are disconnected.",
		Runbook: "Restart it before it ends by itself: " +
			"`docker compose restart rocketchat-2` with the name of the instance. If it comes back within a day, " +
			"look in `docker compose logs --tail 200 rocketchat-2` for large exports, imports or apps, " +
			"and plan more memory for a replica (services.rocketchat.memory in a profile of your own) or more replicas.",
	}, {
		Name: "RocketChatMemory",
		Expr: expr(`process_resident_memory_bytes{job="rocketchat"} / {limit} > {share}`,
			"limit", d.MemoryLimit, "share", d.MemoryShare),
		For:      steady,
		Severity: Warning,
		Summary:  "{{ $labels.instance }} is near its memory limit",
		Description: "{{ $labels.instance }} takes {{ $value | humanizePercentage }} of its container's memory limit. " +
			"At 100% the kernel kills a process in it.",
		Runbook: "Compare with RocketChatHeap: if the heap is small, the memory is in buffers, uploads or the apps engine. " +
			"`docker compose restart rocketchat-2` with the name of the instance frees it. " +
			"If it grows again, disable apps one by one, or give a replica more memory in a profile of your own.",
	}}
}

// capacity watches how many users there are.
func capacity(d Deployment) []Rule {
	rules := []Rule{{
		Name: "RocketChatCapacity",
		// users of replicas that are down press upon the others
		Expr: expr(`sum(rocketchat_ddp_connected_users{job="rocketchat"}) / `+
			`({users} * sum(up{job="rocketchat"}) / {instances}) > {share}`,
			"users", d.Concurrent, "instances", d.Instances, "share", d.CapacityShare),
		For:      lasting,
		Severity: Warning,
		Summary:  "Nearly as many users are connected as were planned for",
		Description: expr("The users connected are {{ $value | humanizePercentage }} of what the replicas that are up were "+
			"planned to carry; the plan is {users} on {instances}.", "users", d.Concurrent, "instances", d.Instances),
		Runbook: "If a replica is down, that one first: RocketChatReplicasDown. Otherwise the deployment has been outgrown" +
			d.managed(": `rcgen plan --users N` shows what more users need, `rcgen scale --users N` writes it") + ". " +
			"Nothing is broken yet; do it before the next peak.",
	}, {
		Name: "RocketChatPresenceCap",
		Expr: expr(`sum(rocketchat_ddp_sessions_count{job="rocketchat"}) / {cap} > {share}`,
			"cap", d.PresenceCap, "share", d.CapacityShare),
		For:      steady,
		Severity: Warning,
		Summary:  "Presence is about to be switched off: too many connections without a licence",
		Description: expr("Connections are at {{ $value | humanizePercentage }} of the {cap} that Rocket.Chat allows "+
			"without a licence. Above it everybody is shown as offline; messages go on.", "cap", d.PresenceCap),
		Runbook: "Nothing is to be done at night. Once presence was switched off, " +
			"an administrator turns it on again in the workspace's settings, when fewer are connected. " +
			"A licence with the module `scalability` or `unlimited-presence` lifts the cap.",
	}}
	if d.Licensed {
		return without(rules, "RocketChatPresenceCap")
	}
	return rules
}

// service watches what Rocket.Chat does for its users.
func service(d Deployment) []Rule {
	return []Rule{{
		Name: "RocketChatMessagesSlow",
		// the summary is in milliseconds: Rocket.Chat, listeners.module.ts; 8.x adds a
		// histogram in seconds that 7.x does not have
		Expr: expr(`rocketchat_messages_roundtrip_time_summary{job="rocketchat",quantile="0.95"} / 1000 > {seconds}`,
			"seconds", d.RoundTrip),
		For:      steady,
		Severity: Warning,
		Summary:  "Messages through {{ $labels.instance }} come back late",
		Description: "One message in twenty takes longer than {{ $value | humanizeDuration }} from being saved " +
			"until {{ $labels.instance }} hands it to the users.",
		Runbook: "Look at MongoDB first: MongoDBQueue, MongoDBCacheDirty and the disk (`iostat -x 5` on the host). " +
			"Then at the replica itself, see RocketChatEventLoopLag. " +
			"If both are calm, `docker compose logs --tail 100 nats` shows whether NATS drops connections.",
	}, {
		Name: "RocketChatPushQueue",
		// from the daily record, so it shows a queue that nobody empties, not a burst
		Expr:     expr(`max(rocketchat_push_queue{job="rocketchat"}) > {queue}`, "queue", d.PushQueue),
		For:      lasting,
		Severity: Warning,
		Summary:  "Push notifications are not sent",
		Description: "{{ $value }} push notifications waited when Rocket.Chat last took its statistics, " +
			"which it does at start and once a day. Mobile users hear of messages late or never.",
		Runbook: "Run `docker compose logs --tail 500 rocketchat-1` and look for \"push\": the gateway refuses, " +
			"or the host reaches no address outside. " +
			"Unregistered workspaces and those above their monthly quota are refused by the vendor's gateway. " +
			"The figure itself only changes with the next statistics.",
	}, {
		Name:     "RocketChatRateLimited",
		Expr:     expr(`sum(rate(rocketchat_ddp_rate_limit_exceeded{job="rocketchat"}[5m])) > {rate}`, "rate", d.RateLimited),
		For:      lasting,
		Severity: Warning,
		Summary:  "Rocket.Chat refuses calls: somebody asks too often",
		Description: "{{ $value | humanize }} calls a second exceed the rate limiter. A bot or an integration hammers, " +
			"or all users come from one address because the client's address is lost on the way.",
		Runbook: "Run `docker compose logs --tail 500 rocketchat-1` and look for the rate limiter's lines: " +
			"they name the method, the user and the address. One user: stop that bot. " +
			"One address for all: the proxy in front of Traefik does not hand on X-Forwarded-For, " +
			"or its address is not trusted.",
	}, {
		Name:     "RocketChatAppsFailed",
		Expr:     `max(rocketchat_apps_failed{job="rocketchat"}) > 0`,
		For:      lasting,
		Severity: Warning,
		Summary:  "Apps of Rocket.Chat have failed to load",
		Description: "{{ $value }} installed apps are in a state of error, so what they do is missing: " +
			"bots, calls, integrations.",
		Runbook: "Open Administration, Marketplace, Installed and see which app is disabled; " +
			"`docker compose logs --tail 500 rocketchat-1` has its error. " +
			"After an update of Rocket.Chat the app usually needs one too. Restart one replica only once the app is fixed.",
	}}
}
