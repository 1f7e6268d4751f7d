package dashboards

import (
	"slices"
	"strconv"

	"github.com/docker/go-units"

	"rcgen/generator/alerts"
)

// errorShare has no numerator until there was an error: until then there were none. The
// router counts what clients got; the service each attempt, and nothing where no replica
// is up.
const errorShare = `(sum(rate(` +
	`traefik_router_requests_total{job="traefik",router="rocketchat@file",code=~"5.."}[$__rate_interval])) or vector(0))` +
	` / sum(rate(traefik_router_requests_total{job="traefik",router="rocketchat@file"}[$__rate_interval]))`

// latency leaves out websockets: their duration is the connection's life.
func latency(quantile string) string {
	return fill(`histogram_quantile(QUANTILE, sum by (le) (rate(traefik_router_request_duration_seconds_bucket`+
		`{job="traefik",router="rocketchat@file",protocol!="websocket"}[$__rate_interval])))`, "QUANTILE", quantile)
}

// traefik shows what comes in from outside.
func traefik(d alerts.Deployment) board {
	return board{
		name: "traefik", title: "Traefik",
		about:  "What comes in, and how it is answered.",
		panels: slices.Concat(traefikNumbers(d), traefikRequests(d), traefikProcess(d)),
	}
}

func traefikNumbers(d alerts.Deployment) []panel {
	all := []panel{
		{
			title: "Replicas in rotation", kind: number, unit: "short", steps: below(float64(d.Instances)),
			about: "Replicas that pass Traefik's health check; fewer than the planned " +
				strconv.Itoa(d.Instances) + " is a fault.",
			queries: one(`sum(traefik_service_server_up{job="traefik",service="rocketchat@file"})`, "in rotation"),
		}, {
			title: "Configuration read", kind: number, unit: "s",
			about:   "Time since Traefik last took a change of its files; it should be the time of your last change.",
			queries: one(`time() - max(traefik_config_last_reload_success{job="traefik"})`, "ago"),
		},
	}
	if !d.HTTPS {
		return all
	}
	return append(all, panel{
		title: "Certificate: days left", kind: number, unit: "d", signed: true,
		steps:   below(d.CertificateCritical, d.CertificateDays),
		about:   "Certificates are renewed by themselves; below the limit that has failed.",
		queries: one(`min by (cn) (traefik_tls_certs_not_after{job="traefik"} - time()) / 86400`, "{{cn}}"),
	})
}

func traefikRequests(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "Requests per second by status", unit: "reqps",
			about: "Good is 2xx and 3xx; 101 is a websocket that ended.",
			queries: one(`sum by (code) (rate(`+
				`traefik_router_requests_total{job="traefik",router="rocketchat@file"}[$__rate_interval]))`, "{{code}}"),
		}, {
			title: "Answers that are errors", unit: "percentunit", steps: above(d.ErrorShare),
			about:   "Share of 5xx in all answers of Rocket.Chat; good is 0.",
			queries: one(errorShare, "5xx"),
		}, {
			title: "Requests refused per second", unit: "reqps",
			about: "4xx: some are good, clients probe; a jump of 429 is the rate limiter, one of 401 a broken login.",
			queries: one(`sum(rate(`+
				`traefik_router_requests_total{job="traefik",router="rocketchat@file",code=~"4.."}[$__rate_interval]))`+
				` or vector(0)`, "4xx"),
		}, {
			title: "Time to answer", unit: "s", steps: above(d.Latency),
			about:   "Without websockets; above the line the chat feels slow. Traefik's buckets end at 0.1, 0.3, 1.2 and 5 s.",
			queries: []query{{latency("0.5"), "50 %"}, {latency("0.95"), "95 %"}, {latency("0.99"), "99 %"}},
		}, {
			title: "Replica in rotation", unit: "short", max: 1, steps: below(1),
			about:   "1 is good; at 0 the replica fails the health check and gets no requests.",
			queries: one(`traefik_service_server_up{job="traefik",service="rocketchat@file"}`, "{{url}}"),
		}, {
			title: "Retries per second", unit: "reqps",
			about:   "0 is good; a burst of seconds when a replica dies, always some when one is ill.",
			queries: one(`sum(rate(traefik_service_retries_total{job="traefik"}[$__rate_interval])) or vector(0)`, "retries"),
		}, {
			title: "Open connections", unit: "short",
			about:   "By entry point; good is about one or two for each user.",
			queries: one(`sum by (entrypoint) (traefik_open_connections{job="traefik"})`, "{{entrypoint}}"),
		}, {
			title: "Bytes per second", unit: "Bps",
			about: "Uploads come in, downloads go out; a plateau is the end of the line's bandwidth.",
			queries: []query{
				{`sum(rate(traefik_service_requests_bytes_total{job="traefik",service="rocketchat@file"}[$__rate_interval]))`,
					"in"},
				{`sum(rate(traefik_service_responses_bytes_total{job="traefik",service="rocketchat@file"}[$__rate_interval]))`,
					"out"},
			},
		},
	}
}

func traefikProcess(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "CPU", unit: "short",
			about:   "Cores in use; at its limit every request waits.",
			queries: one(`rate(process_cpu_seconds_total{job="traefik"}[$__rate_interval])`, "used"),
		}, {
			title: "Memory of its limit", unit: "percentunit", max: 1, steps: above(d.MemoryShare),
			about: "Resident memory; the limit is " + units.BytesSize(float64(d.ProxyMemory)) + ". " +
				"Good is a curve like that of the open connections; at 100 % all of them drop.",
			queries: one(fill(`process_resident_memory_bytes{job="traefik"} / LIMIT`,
				"LIMIT", figure(float64(d.ProxyMemory))), "resident"),
		},
	}
}
