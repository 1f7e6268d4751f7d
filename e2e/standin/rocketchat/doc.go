// Command rocketchat stands in for Rocket.Chat 8 and 9 where the real image
// cannot be had. It is not Rocket.Chat and shares no code with it: it is a
// small program that behaves, seen from outside, as the monolith is documented
// to, so that a generated Compose project can be started, scaled, rolled and
// measured against it. The image installs it as "node" and runs "node main.js";
// arguments are ignored, NODE_OPTIONS is not.
//
// What it models, and where that behaviour is described (paths are those of
// github.com/RocketChat/Rocket.Chat, numbers its issues and pull requests):
//
//   - Live events between replicas. They travel by NATS and only with the licence
//     module "scalability": apps/meteor/ee/server/local-services/instance/service.ts,
//     getTransporter.ts beside it, #27969, #28447, #29373. Since 8.0 no database
//     watcher makes up for a missing licence: #35964, #35981. The real code gates
//     the sender; here the receiver is gated too.
//   - TRANSPORTER must begin with "monolith+", and every "+" is lost from the rest:
//     getTransporter.ts.
//   - Migrations under a control document and the failure of two instances that
//     start together on an empty database: apps/meteor/server/lib/migrations.ts and
//     the release notes of 8.9.1. Version numbers here are major*100+minor.
//   - Instance records with a heartbeat of 10 s, dead after a minute: #34134.
//   - The MongoDB versions refused: apps/meteor/server/startup/serverRunning.ts.
//   - /health, /livez and /readyz: apps/meteor/server/routes/health.ts, #36955,
//     #38192. Lag and heap are simulated, see below.
//   - Metrics, their names, labels and port: apps/meteor/server/lib/metrics/lib/
//     metrics.ts and collectMetrics.ts. Names beginning with nodejs_ and process_
//     carry values of the Go runtime.
//   - DDP over websockets and SockJS with xhr polling, heartbeats, the idle timeout
//     of 5 s and HTTP_FORWARDED_COUNT: packages/ddp-server of github.com/meteor/meteor
//     and #27256 on stickiness. As the SockJS protocol has it, a poll for an
//     unknown session opens one and an xhr_send for an unknown session is a 404.
//   - SIGTERM ends the process at once with status 0 and drains nothing: Moleculer's
//     broker does that (github.com/moleculerjs/moleculer, src/service-broker.js); #2027.
//   - The REST endpoints im.create, chat.sendMessage, chat.delete and logout, as far as
//     an account needs them to write to itself: apps/meteor/app/api/server/v1/im.ts and
//     chat.ts, whose DDP twins leave: #33472, #40659.
//
// What it does not: accounts and permissions (any name logs in with any password, a
// login has no end, anybody sends), rooms but the default one and those of one account,
// presence, apps, upload limits, SockJS transports but websocket and xhr, the
// Moleculer protocol and its TCP mesh, and NATS being absent at start, which the
// real broker waits out and this one does not survive. Figures of the workspace,
// rocketchat_instance_count among them, are those of this moment; the real ones come
// from a statistics record written when an instance starts and once a day. The one
// written here at a start holds the licence's modules alone. Of the rate limits there is the one on connections, 600
// requests a minute
// (apps/meteor/server/settings/rate.ts).
//
// Files up to 16 MiB go to the database in GridFS's layout, so every replica serves
// them; larger ones stay in a temporary file of the replica that took them.
//
// Variables of its own: STANDIN_START (how long start-up takes, 5s), STANDIN_MIGRATING
// (how long a migration does, 1s), STANDIN_VERSION (8.9.1), STANDIN_UNHEALTHY=1 (health
// checks answer 503 for ever). A value of ROCKETCHAT_LICENSE that contains "scalability"
// is a licence with that module.
//
// Paths of its own: GET /_standin/state, GET /_standin/slow?ms=N (answers after N
// ms), POST /_standin/lag?ms=N, POST /_standin/heap?ratio=N (0 ends the simulation)
// and POST /_standin/panic.
package main
