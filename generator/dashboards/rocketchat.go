package dashboards

import (
	"slices"

	"github.com/docker/go-units"

	"rcgen/generator/alerts"
)

// rocketchat compares the replicas.
func rocketchat(d alerts.Deployment) board {
	return board{
		name: "rocketchat", title: "Rocket.Chat replicas",
		about:     "Each replica beside the others and beside its limits.",
		variables: []variable{replicaVariable},
		panels:    slices.Concat(replicaNumbers(d), replicaProcess(d), replicaMemory(d), replicaWork(d)),
	}
}

func replicaNumbers(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "Restarts in the last hour", kind: number, unit: "short", steps: above(d.Restarts),
			about: "0 is good, unless somebody restarted it.",
			queries: one(`sum by (instance) (changes(process_start_time_seconds{job="rocketchat",instance=~"$replica"}[1h]))`,
				"{{instance}}"),
		}, {
			title: "Push notifications waiting (daily figure)", kind: number, unit: "short", steps: above(d.PushQueue),
			about:   "Of the whole workspace, counted at start and once a day; many mean that the push gateway is not reached.",
			queries: one(`max(rocketchat_push_queue{job="rocketchat"})`, "waiting"),
		},
	}
}

func replicaProcess(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "Event loop lag, 99th percentile", unit: "s", steps: above(d.EventLoopLag, d.EventLoopLagCritical),
			about:   "How late the next task begins; Rocket.Chat calls itself not ready above 70 ms.",
			queries: one(`nodejs_eventloop_lag_p99_seconds{job="rocketchat",instance=~"$replica"}`, "{{instance}}"),
		}, {
			title: "Event loop busy", unit: "percentunit", max: 1, steps: above(d.EventLoopUtilization),
			about: "Share of time without a pause; near 100 % the replica takes no more. " +
				"Before Rocket.Chat 8 the CPU used stands in.",
			queries: one(`nodejs_event_loop_utilization_ratio{job="rocketchat",instance=~"$replica"}`+
				` or clamp_max(rate(process_cpu_seconds_total{job="rocketchat",instance=~"$replica"}[$__rate_interval]), 1)`,
				"{{instance}}"),
		}, {
			title: "CPU of the limit", unit: "percentunit", steps: above(d.CPUShare),
			about: "The limit is " + figure(d.CPULimit) + " CPUs; at 100 % the kernel holds the replica back.",
			queries: one(fill(`rate(process_cpu_seconds_total{job="rocketchat",instance=~"$replica"}[$__rate_interval]) / LIMIT`,
				"LIMIT", figure(d.CPULimit)), "{{instance}}"),
		},
	}
}

func replicaMemory(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "Heap of the limit", unit: "percentunit", max: 1, steps: above(d.HeapShare),
			about: "The limit is " + units.BytesSize(float64(d.HeapLimit)) +
				"; a saw is good, a slope that never falls is a leak and ends in a restart.",
			queries: one(fill(`nodejs_heap_size_used_bytes{job="rocketchat",instance=~"$replica"} / LIMIT`,
				"LIMIT", figure(float64(d.HeapLimit))), "{{instance}}"),
		}, {
			title: "Memory of the limit", unit: "percentunit", max: 1, steps: above(d.MemoryShare),
			about: "Resident memory; the limit is " + units.BytesSize(float64(d.MemoryLimit)) +
				", and at 100 % the kernel ends the replica.",
			queries: one(fill(`process_resident_memory_bytes{job="rocketchat",instance=~"$replica"} / LIMIT`,
				"LIMIT", figure(float64(d.MemoryLimit))), "{{instance}}"),
		}, {
			title: "Time in garbage collection", unit: "percentunit",
			about:   "A few per cent are good; more means that the heap is nearly full.",
			queries: one(rates("nodejs_gc_duration_seconds_sum"), "{{instance}}"),
		},
	}
}

func replicaWork(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "Sessions and users", unit: "short",
			about: "DDP sessions, and users with one; good is an even spread over the replicas.",
			queries: []query{
				{`rocketchat_ddp_sessions_count{job="rocketchat",instance=~"$replica"}`, "{{instance}} sessions"},
				{`rocketchat_ddp_connected_users{job="rocketchat",instance=~"$replica"}`, "{{instance}} users"},
			},
		}, {
			title: "Methods per second", unit: "short",
			about:   "Calls of clients over DDP; one replica far above the others has a noisy client.",
			queries: one(rates("rocketchat_meteor_methods_count"), "{{instance}}"),
		}, {
			title: "Time of a method, mean", unit: "s",
			about:   "Steady is good; a rise without more calls points to MongoDB.",
			queries: one(mean("rocketchat_meteor_methods"), "{{instance}}"),
		}, {
			title: "Time of a REST request, mean", unit: "s",
			about:   "Steady is good; a rise without more requests points to MongoDB.",
			queries: one(mean("rocketchat_rest_api"), "{{instance}}"),
		}, {
			// The summary has milliseconds, whatever its name says:
			// apps/meteor/server/services/meteor/service.ts observes Date.now() - _updatedAt.
			title: "Way of a message, 95th percentile", unit: "s", steps: above(d.RoundTrip),
			about: "From being saved to being sent out to the clients; above the line people see messages late.",
			queries: one(`rocketchat_messages_roundtrip_time_summary{job="rocketchat",instance=~"$replica",quantile="0.95"}`+
				` / 1000`, "{{instance}}"),
		}, {
			// The counter appears with the first refusal: until then there were none.
			title: "Calls refused by the rate limiter per second", unit: "short", steps: above(d.RateLimited),
			about: "0 is good; above the line a client is in a loop, or the limit is too low for the users behind one address.",
			queries: []query{
				{rates("rocketchat_ddp_rate_limit_exceeded") +
					` or sum by (instance) (0 * (up{job="rocketchat",instance=~"$replica"} == 1))`, "{{instance}}"},
				{`sum(rate(rocketchat_ddp_rate_limit_exceeded{job="rocketchat"}[$__rate_interval])) or vector(0)`, "all replicas"},
			},
		},
	}
}

// mean is the mean duration of a summary by replica. Quantiles of several
// summaries cannot be put together.
func mean(summary string) string {
	return rates(summary+"_sum") + " / " + rates(summary+"_count")
}

// rates is the rate of a counter by replica.
func rates(counter string) string {
	return `sum by (instance) (rate(` + counter + `{job="rocketchat",instance=~"$replica"}[$__rate_interval]))`
}
