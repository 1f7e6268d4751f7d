package alerts

// nats watches what carries live events between replicas. When NATS is away its
// exporter stays up and repeats the last gnatsd_varz values; only gnatsd_connz
// disappears (seen with prometheus-nats-exporter 0.12.0).
func nats(d Deployment) []Rule {
	down := Warning
	if d.Instances > 1 {
		down = Critical
	}
	rules := []Rule{{
		Name:     "NATSDown",
		Expr:     `up{job="nats"} unless on (instance) gnatsd_connz_num_connections`,
		For:      soon,
		Severity: down,
		Summary:  "NATS does not answer",
		Description: "NATS or its exporter has been away for 2 minutes (up of the exporter is {{ $value }}). " +
			"Without NATS replicas exchange no live events: who is on another replica sees a message only after a reload.",
		Runbook: "Run `docker compose ps nats nats-exporter` and `docker compose logs --tail 100 nats`. " +
			"`docker compose up -d --wait nats` starts it; the replicas connect again by themselves. " +
			"If NATS is healthy, restart the exporter: `docker compose restart nats-exporter`.",
	}, {
		Name:     "NATSSlowConsumers",
		Expr:     `increase(gnatsd_varz_slow_consumers[10m]) > 0`,
		For:      atOnce,
		Severity: Warning,
		Summary:  "NATS drops connections that read too slowly",
		Description: "NATS has given up {{ $value | humanize }} connections in 10 minutes " +
			"because they did not take their events in time. Live events were lost for the users of a replica.",
		Runbook: "A replica is too busy to read: look for RocketChatEventLoopLag and RocketChatCPU. " +
			"`docker compose logs --tail 100 nats` has a line \"Slow Consumer\" with the address of the replica. " +
			"Users who miss messages see them after a reload.",
	}, {
		Name:     "NATSReplicasNotConnected",
		Expr:     expr(`max(gnatsd_connz_num_connections) < {instances}`, "instances", d.Instances),
		For:      steady,
		Severity: Critical,
		Summary:  "Not all replicas of Rocket.Chat are connected to NATS",
		Description: expr("NATS has {{ $value }} connections for {instances} replicas. "+
			"A replica without one exchanges no live events with the others.", "instances", d.Instances),
		Runbook: "If a replica is down, RocketChatReplicasDown comes first. " +
			"If all are up, the licence is the usual reason: replicas connect only with the module `scalability`; " +
			"see Administration, Subscription, and whether it has expired. " +
			"Then `docker compose restart rocketchat-2`, one replica after the other.",
	}}
	if d.Instances == 1 || !d.Licensed { // without a licence none ever connects
		return without(rules, "NATSReplicasNotConnected")
	}
	return rules
}

// traefik watches the one way in. There is no rule for a configuration that was
// refused: Traefik 3 has no metric of that, but the number of its servers shows it.
func traefik(d Deployment) []Rule {
	one := Warning
	if d.Instances == 1 {
		one = Critical
	}
	return []Rule{{
		Name:     "TraefikDown",
		Expr:     `(max(up{job="traefik"}) or vector(0)) == 0`,
		For:      atOnce,
		Severity: Critical,
		Summary:  "Traefik is down: nobody gets in",
		Description: "Traefik has not answered Prometheus for a minute (up is {{ $value }}). " +
			"Neither Rocket.Chat nor Grafana can be reached.",
		Runbook: "Run `docker compose ps -a traefik` and `docker compose logs --tail 100 traefik`. " +
			"A port in use by another program and a file that is no valid configuration are in the last lines. " +
			"`docker compose up -d --wait traefik` starts it.",
	}, {
		Name:     "TraefikServerDown",
		Expr:     `min by (url) (traefik_service_server_up{service="rocketchat@file"}) == 0`,
		For:      soon,
		Severity: one,
		Summary:  "Traefik sends nobody to {{ $labels.url }}: its health check fails",
		Description: "{{ $labels.url }} fails Traefik's health check (up is {{ $value }}). " +
			"Its users have been moved to the other replicas, if there are any.",
		Runbook: "Run `docker compose ps` and `docker compose logs --tail 100 rocketchat-2` with the name in the address. " +
			"During an update and while rocketchat-1 migrates the database this is normal. " +
			"A process that runs and does not answer is restarted with `docker compose restart rocketchat-2`.",
	}, {
		Name: "TraefikServersMissing",
		Expr: expr(`count(traefik_service_server_up{service="rocketchat@file"}) != {instances}`,
			"instances", d.Instances),
		For:      steady,
		Severity: Warning,
		Summary:  "Traefik does not know all replicas: it has not taken its configuration",
		Description: expr("Traefik has {{ $value }} replicas in its configuration and {instances} are planned, "+
			"so it works with an older file than traefik/dynamic/rocketchat.yaml.", "instances", d.Instances),
		Runbook: "Run `docker compose logs --tail 100 traefik`: it names the line that it refuses " +
			"and goes on with the configuration before. " + d.managed("`rcgen validate` finds what was edited by hand. ") +
			"After a correction Traefik reads the file by itself.",
	}, {
		Name: "TraefikMemory",
		Expr: expr(`process_resident_memory_bytes{job="traefik"} / {limit} > {share}`,
			"limit", d.ProxyMemory, "share", d.MemoryShare),
		For:      steady,
		Severity: Warning,
		Summary:  "Traefik is near its memory limit",
		Description: "Traefik takes {{ $value | humanizePercentage }} of its container's memory limit. " +
			"At 100% the kernel ends it, and every user's connection with it.",
		Runbook: "Open connections on the dashboard Traefik show how many users there are: " +
			"each websocket takes some of it, and so do requests that wait for replicas that are slow. " +
			d.managed("`rcgen scale --users N` plans for more users; "+
				"services.traefik in a profile of your own gives it more for the same. ") +
			"By hand: `mem_limit` and GOMEMLIMIT (three quarters of it) of traefik in compose.yaml, " +
			"and the figure in this rule; `docker compose up -d traefik` then drops every connection once.",
	}}
}

// traffic watches what users get: Traefik's router counts each request once, and also
// those for which no replica was up. Its service counts each attempt at a replica, and
// no request without one. Websockets last as long as their users stay, so they are left
// out of the latency.
func traffic(d Deployment) []Rule {
	return []Rule{{
		Name: "TraefikErrors",
		Expr: expr(`sum(rate(traefik_router_requests_total{router="rocketchat@file",code=~"5.."}[5m])) / `+
			`sum(rate(traefik_router_requests_total{router="rocketchat@file"}[5m])) > {share}`, "share", d.ErrorShare),
		For:         steady,
		Severity:    Critical,
		Summary:     "Rocket.Chat answers with errors",
		Description: "{{ $value | humanizePercentage }} of the requests to Rocket.Chat end with a status of 500 and above.",
		Runbook: "Run `docker compose ps`: 502 and 503 mean that no healthy replica was there. " +
			"Status 500 comes from Rocket.Chat: `docker compose logs --tail 200 rocketchat-1`, and MongoDBNoPrimary, " +
			"without which nothing can be written. After an update that brought it, go back.",
	}, {
		Name: "TraefikLatency",
		Expr: expr(`histogram_quantile(0.95, sum by (le) (rate(`+
			`traefik_router_request_duration_seconds_bucket{router="rocketchat@file",protocol="http"}[5m]))) > {seconds}`,
			"seconds", d.Latency),
		For:      lasting,
		Severity: Warning,
		Summary:  "Rocket.Chat answers slowly",
		Description: "One request in twenty takes longer than {{ $value | humanizeDuration }}. " +
			"Large uploads and downloads count, and so do clients that poll because something on their way blocks websockets.",
		Runbook: "Look for RocketChatEventLoopLag, RocketChatCPU and MongoDBQueue, which say where the time goes. " +
			"If all are calm, `docker stats --no-stream` shows whether Traefik itself is at its CPU limit. " +
			"Otherwise uploads take as long as the users' lines do, and nothing is to be done at night.",
	}}
}

func certificates(d Deployment) []Rule {
	if !d.HTTPS {
		return nil
	}
	// a certificate that was replaced stays in the metrics: the newest of a name counts
	days := `(max by (cn, sans) (traefik_tls_certs_not_after) - time()) / 86400 < {days}`
	runbook := "Run `docker compose logs traefik | grep -i -e acme -e certificate`. " +
		"With Let's Encrypt the line names the reason: port 80 is not reachable from outside, " +
		"the DNS name points elsewhere, or a rate limit. " +
		"With files of your own, put the new pair into secrets/tls.crt and secrets/tls.key " +
		"and run `docker compose restart traefik`."
	return []Rule{{
		Name:     "CertificateExpires",
		Expr:     expr(days, "days", d.CertificateDays),
		For:      anHour,
		Severity: Warning,
		Summary:  "The certificate of {{ $labels.cn }} was not renewed",
		Description: "The certificate of {{ $labels.cn }} is valid for {{ $value | humanize }} more days. " +
			"Traefik renews those of Let's Encrypt 30 days before the end, so that has failed for a while.",
		Runbook: runbook,
	}, {
		Name:     "CertificateExpiresSoon",
		Expr:     expr(days, "days", d.CertificateCritical),
		For:      steady,
		Severity: Critical,
		Summary:  "The certificate of {{ $labels.cn }} is about to expire",
		Description: "The certificate of {{ $labels.cn }} is valid for {{ $value | humanize }} more days. " +
			"Afterwards no browser and no mobile client connects.",
		Runbook: runbook,
	}}
}
