package dashboards

import (
	"slices"
	"strconv"

	"rcgen/generator/alerts"
)

// overview sets reality beside the plan.
func overview(d alerts.Deployment) board {
	return board{
		name: "overview", title: "Rocket.Chat overview",
		about:  "What was planned, and what is there.",
		panels: slices.Concat(overviewNumbers(d), overviewChat(d), overviewBelow(d)),
	}
}

func overviewNumbers(d alerts.Deployment) []panel {
	users := float64(d.Concurrent)
	plan := []string{"USERS", figure(users)}
	all := []panel{
		{
			title: "Users connected", kind: number, unit: "short", steps: above(d.CapacityShare*users, users),
			about:   "Now, over all replicas; " + figure(users) + " are planned for, and from there on everybody waits longer.",
			queries: one(`sum(rocketchat_ddp_connected_users{job="rocketchat"})`, "connected"),
		}, {
			title: "Headroom", kind: number, unit: "percentunit", signed: true, steps: below(0, 1-d.CapacityShare),
			about:   "Share of the planned users that may still come; below 0 there are more than planned for.",
			queries: one(fill(`1 - sum(rocketchat_ddp_connected_users{job="rocketchat"}) / USERS`, plan...), "free"),
		}, {
			title: "Replicas up", kind: number, unit: "short", steps: below(float64(d.Instances)),
			about:   "Replicas that answer Prometheus; fewer than the planned " + strconv.Itoa(d.Instances) + " is a fault.",
			queries: one(`sum(up{job="rocketchat"})`, "up"),
		}, {
			title: "Alerts firing", kind: number, unit: "short", steps: above(1),
			about:   "0 is good; the list is in Prometheus under Alerts.",
			queries: one(`count(ALERTS{alertstate="firing",severity=~"warning|critical"}) or vector(0)`, "firing"),
		}, {
			title: "Workspace (daily figures)", kind: number, unit: "short",
			about: "Rocket.Chat counts these at start and once a day: they show growth, not the present.",
			queries: []query{
				{`max(rocketchat_users_total{job="rocketchat"})`, "accounts"},
				{`max(rocketchat_rooms_total{job="rocketchat"})`, "rooms"},
				{`max(rocketchat_messages_total{job="rocketchat"})`, "messages"},
			},
		},
	}
	if d.Licensed || d.PresenceCap == 0 {
		return all
	}
	return append(all, panel{
		title: "Presence connections", kind: number, unit: "short", steps: above(float64(d.PresenceCap)),
		about: "Of users who are logged in; above " + strconv.Itoa(d.PresenceCap) +
			" Rocket.Chat without a licence turns presence off, and only a person turns it on again.",
		queries: one(`sum(rocketchat_ddp_sessions_auth{job="rocketchat"})`, "connections"),
	})
}

func overviewChat(d alerts.Deployment) []panel {
	users := float64(d.Concurrent)
	return []panel{
		{
			title: "Users connected by replica", unit: "short", steps: above(d.CapacityShare*users, users),
			about: "Good is an even spread well below the plan; " +
				"one replica far above the others has the sessions of one that was away.",
			queries: []query{
				{`sum by (instance) (rocketchat_ddp_connected_users{job="rocketchat"})`, "{{instance}}"},
				{`sum(rocketchat_ddp_connected_users{job="rocketchat"})`, "all"},
				{fill("vector(USERS)", "USERS", figure(users)), "planned"},
			},
		}, {
			title: "Messages sent per second", unit: "short",
			about: "Follows the working day; none at all while users are connected is bad.",
			queries: one(`sum by (instance) (rate(rocketchat_message_sent{job="rocketchat"}[$__rate_interval]))`,
				"{{instance}}"),
		}, {
			title: "Answers that are errors", unit: "percentunit", steps: above(d.ErrorShare),
			about:   "Share of 5xx in all answers of Rocket.Chat; good is 0.",
			queries: one(errorShare, "5xx"),
		}, {
			title: "Time to answer, 95th percentile", unit: "s", steps: above(d.Latency),
			about:   "Through Traefik, without websockets; above the line the chat feels slow.",
			queries: one(latency("0.95"), "95 %"),
		}, {
			title: "Event loop lag, 99th percentile", unit: "s", steps: above(d.EventLoopLag, d.EventLoopLagCritical),
			about:   "How late a replica gets to its next task; the first thing to rise when a replica has too much to do.",
			queries: one(`max by (instance) (nodejs_eventloop_lag_p99_seconds{job="rocketchat"})`, "{{instance}}"),
		},
	}
}

func overviewBelow(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "Host: CPU busy", unit: "percentunit", max: 1, steps: above(d.HostCPU),
			about:   "Good is a reserve at the busiest time; at 100 % everything waits.",
			queries: one(hostBusy, "busy"),
		}, {
			title: "Host: memory available", unit: "percentunit", max: 1, steps: below(d.HostMemory),
			about:   "Below the line the kernel may soon end a process.",
			queries: one(hostMemory, "available"),
		}, {
			title: "Host: disk free", unit: "percentunit", max: 1, steps: below(d.DiskFree),
			about:   "By file system; a full one stops MongoDB.",
			queries: one(hostDisk, "{{mountpoint}}"),
		},
	}
}
