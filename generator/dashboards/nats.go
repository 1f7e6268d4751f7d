package dashboards

import (
	"strconv"

	"rcgen/generator/alerts"
)

// nats asks prometheus-nats-exporter. While NATS is away the exporter repeats its
// last gnatsd_varz_* and leaves out gnatsd_connz_*, so only the latter can tell.
func nats(d alerts.Deployment) board {
	n := float64(d.Instances)
	varz := func(function, name string) string {
		return fill(`sum(FUNCTION(gnatsd_varz_NAME{job="nats"}[$__rate_interval]))`, "FUNCTION", function, "NAME", name)
	}
	return board{
		name: "nats", title: "NATS",
		about: "What carries live events between the replicas.",
		panels: []panel{
			{
				title: "NATS answers", kind: number, unit: "short", steps: below(1),
				about:   "1 is good; at 0 the replicas do not hear of each other.",
				queries: one(`count(gnatsd_connz_num_connections{job="nats"}) or vector(0)`, "answers"),
			}, {
				title: "Connections", kind: number, unit: "short", steps: below(n),
				about:   "One for each replica, so " + strconv.Itoa(d.Instances) + "; fewer means that one is cut off.",
				queries: one(`sum(gnatsd_connz_num_connections{job="nats"})`, "connections"),
			}, {
				title: "Connections over time", unit: "short", steps: below(n),
				about:   "Steady is good; a dip is a replica that lost its connection.",
				queries: one(`sum(gnatsd_connz_num_connections{job="nats"})`, "connections"),
			}, {
				title: "New connections", unit: "short",
				about:   "Good is only when a replica starts; more are replicas that come and go.",
				queries: one(varz("increase", "total_connections"), "new"),
			}, {
				title: "Subscriptions", unit: "short",
				about:   "Steady is good; it grows with every replica and falls when one is away.",
				queries: one(`sum(gnatsd_varz_subscriptions{job="nats"})`, "subscriptions"),
			}, {
				title: "Messages per second", unit: "short",
				about:   "Out is about in times the replicas; out far below that means that some do not listen.",
				queries: []query{{varz("rate", "in_msgs"), "in"}, {varz("rate", "out_msgs"), "out"}},
			}, {
				title: "Bytes per second", unit: "Bps",
				about:   "Good is a curve like that of the messages.",
				queries: []query{{varz("rate", "in_bytes"), "in"}, {varz("rate", "out_bytes"), "out"}},
			}, {
				title: "Bytes waiting for a client", unit: "bytes",
				about:   "0 is good; growth means that a replica does not keep up and will be cut off.",
				queries: one(`sum(gnatsd_connz_pending_bytes{job="nats"})`, "waiting"),
			}, {
				title: "Slow consumers", unit: "short", steps: above(1),
				about:   "0 is good; each is a replica that was cut off and missed events.",
				queries: one(varz("increase", "slow_consumers"), "cut off"),
			}, {
				title: "CPU", unit: "percentunit",
				about:   "Of one core; NATS is good at far below 100 %.",
				queries: one(`sum(gnatsd_varz_cpu{job="nats"}) / 100`, "used"),
			}, {
				title: "Memory", unit: "bytes",
				about:   "Steady is good; growth goes with bytes that wait.",
				queries: one(`sum(gnatsd_varz_mem{job="nats"})`, "resident"),
			},
		},
	}
}
