package helm

import (
	"fmt"

	"rcgen/generator"
	"rcgen/generator/tree"
)

// FromCompose returns the steps that carry the data of the Compose deployment to the
// cluster, as Markdown. It returns an error where Check has one.
func FromCompose(p Plan, o Options) ([]byte, error) {
	if err := p.Check(o); err != nil {
		return nil, err
	}
	var w page
	w.line("# From Docker Compose to Kubernetes\n")
	w.line("Rocket.Chat is away from step 3 to step 7: as long as a dump and a restore of the database take. " +
		"Rehearse both before, while it runs;\nwhat the rehearsal restored is dropped by the real one.")
	w.section("1. Days before")
	w.line("- Bring up everything but Rocket.Chat by the README of `rcgen export %s --out DIR`: "+
		"MongoDB, the Secrets, monitoring, NATS.", o.Target)
	w.line("- Run the same release on both sides: %s. An update and a move are two evenings.", p.Release)
	w.line("- Lower the TTL of `%s` to 60 seconds.", p.request.Domain)
	w.line("- Uploads must be in S3 before: `uploads.storage: s3` in %s and `rcgen generate`, while Compose still runs. "+
		"Older files stay in the database (GridFS), move with\n  it and are still found; "+
		"RocketChat/filestore-migrator carries them over.", tree.RequestFile)
	w.section("2. Announce it")
	w.line("Clients reconnect by themselves; who is logged in stays logged in.")
	w.section("3. Stop writes")
	w.line("In the directory of the Compose project. MongoDB stays up:")
	w.shell("docker compose stop $(docker compose config --services | grep '^rocketchat-')")
	if p.request.MongoDB.External {
		w.section("4. and 5. The database")
		w.line("Yours is outside already: put its connection string into the Secret `%s`, "+
			"and see that the cluster's nodes reach it. No dump is needed; take a backup.", secretMongoDB)
	} else {
		p.writeDump(&w)
	}
	p.writeSwitch(&w, o)
	p.writeLeftBehind(&w)
	return []byte(w.String()), nil
}

func (p Plan) writeDump(w *page) {
	w.section("4. Dump")
	const inMongoDB = `docker compose exec -T mongodb sh -c `
	dump := inMongoDB + `'mongodump -u backup -p "$MONGODB_BACKUP_PASSWORD"` +
		` --authenticationDatabase admin --archive --gzip' > rocketchat.archive.gz`
	count := inMongoDB + `'HOME=/tmp mongosh --quiet -u root -p "$MONGODB_ROOT_PASSWORD"` +
		` rocketchat --eval "db.rocketchat_message.countDocuments()"'`
	w.shell(dump, count)
	w.section("5. Restore")
	w.line("From a machine that reaches the new replica set and has MongoDB's Database Tools. "+
		"`restore.yaml` holds one line, `uri: ` with the string of the Secret `%s`, mode 0600: "+
		"so the password\nis in no list of processes. Only Rocket.Chat's database is restored, not the users of the old one:",
		secretMongoDB)
	w.shell("mongorestore --config restore.yaml --archive=rocketchat.archive.gz --gzip" +
		" --drop --stopOnError --nsInclude='rocketchat.*'")
	w.line("\nThe line \"finished restoring rocketchat.rocketchat_message\" has the number of step 4.")
}

func (p Plan) writeSwitch(w *page, o Options) {
	w.section("6. Start it there, and look")
	w.line("Install the release `%s` as its README says. Before anybody else sees it:", Release)
	w.shell("kubectl -n rocketchat rollout status deploy/rocketchat-rocketchat",
		fmt.Sprintf("curl --resolve %s:443:ADDRESS-OF-THE-INGRESS https://%s/api/info", p.request.Domain, p.request.Domain))
	if p.request.TLS.Mode == generator.TLSACME && o.Target != TargetOpenShift {
		w.line("\nA certificate by HTTP comes only after step 7; until then add `-k`, or let cert-manager ask by DNS.")
	}
	w.section("7. Switch DNS")
	w.line("Point `%s` at the ingress. "+
		"Log in twice, on two browsers, and send a message and a file each way. Then raise the TTL again.", p.request.Domain)
	w.section("8. Afterwards")
	w.line("Keep the Compose project stopped, with its volumes, for a week: "+
		"`docker compose down` without `-v`. The way back is DNS and `docker compose up -d --wait`%s.", p.wayBack())
}

// wayBack says what it costs.
func (p Plan) wayBack() string {
	if p.request.MongoDB.External {
		return ", after the cluster's Rocket.Chat was scaled to 0: the database is the same"
	}
	return "; what was written in the cluster\nmeanwhile is lost then"
}

func (p Plan) writeLeftBehind(w *page) {
	w.section("What cannot be carried")
	w.line("- History of metrics and logs, silences of Alertmanager, and what was changed in Grafana by hand.")
	w.line("- Passwords of `.env` but for those named in the README's table of Secrets: MongoDB and NATS get new ones.")
	w.line("- `compose.override.yaml`, and files edited by hand: the chart has keys of its own.")
	w.line("- Certificates of Traefik: the cluster gets its own.")
	w.line("- Files of the storage filesystem: copy them into the bucket with RocketChat/filestore-migrator before.")
	if len(p.request.TLS.Proxies.Trusted) > 0 {
		w.line("- Trust in your proxies: tell the ingress controller their addresses.")
	}
	if p.request.Alerts.Receiver != "" {
		w.line("- Who is told of alerts (`alerts.receiver: %s`): set `alertmanager.config` of kube-prometheus-stack.",
			p.request.Alerts.Receiver)
	}
	w.line("- The alerts and dashboards of MongoDB, Traefik, the host and logs: see \"Monitoring\" in the README.")
}
