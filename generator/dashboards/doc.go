// Package dashboards makes the Grafana dashboards of a generated project. It is
// pure, and the same Deployment gives the same bytes.
//
// Every dashboard is written for this stack: one fixed datasource, so that
// nothing is asked for at import; lines and colours where the alerts fire; limits
// of the plan as divisors. A panel says in one sentence what is good and what is
// bad.
//
// The JSON's schema comes from Grafana's own SDK, whose types follow Grafana's
// releases: a field that does not exist does not compile. It has no dependencies,
// runs nothing at start, and takes about 0.4 MB of the binary; all dashboards
// together take about 2 ms (measured, v0.0.18).
//
// Three properties of Rocket.Chat decide how its metrics may be asked for
// (apps/meteor/server/lib/metrics/lib/collectMetrics.ts of RocketChat/Rocket.Chat):
//
//   - Figures of the workspace, like rocketchat_users_total, are the same on every
//     replica: max(), never sum(). They come from a statistics record written at
//     start and once a day, so no live panel may use them. That holds for
//     rocketchat_instance_count and rocketchat_push_queue as well.
//   - Sessions, users connected and everything of the process belong to one replica.
//   - 8.x added names that end in _total and _seconds; the older ones that 7.x has
//     too are still there, and are what is asked for here.
//
// What belongs here: panels, their queries and the form of the JSON. What does not:
// thresholds (generator/alerts), provisioning (templates), and names of a cluster
// (generator/helm).
package dashboards
