package helm

import (
	"fmt"
	"strings"

	"rcgen/generator"
)

// page is Markdown in the making.
type page struct{ strings.Builder }

func (w *page) section(title string) { fmt.Fprintf(w, "\n## %s\n\n", title) }

func (w *page) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *page) shell(commands ...string) {
	fmt.Fprintf(w, "\n```sh\n%s\n```\n", strings.Join(commands, "\n"))
}

// targetNames are what people call the targets.
var targetNames = map[string]string{
	TargetHelm: "Helm", TargetFlux: "Flux", TargetArgoCD: "Argo CD",
	TargetFleet: "Rancher Fleet", TargetRancher: "Rancher", TargetOpenShift: "OpenShift",
}

// readme returns README.md of an export: what must be there, the commands, and what
// to do about alerts.
func (p Plan) readme(o Options, releases []release) []byte {
	var w page
	w.line("# Rocket.Chat on Kubernetes, by %s\n", targetNames[o.Target])
	w.line("Made by rcgen from rcgen.yaml for %d users, %d at once: "+
		"values for the vendor's chart `%s` %s with Rocket.Chat %s.",
		p.Users, p.Concurrent, p.Chart.Name, p.Chart.Version, p.Release)
	w.line("Nothing here was applied to a cluster by rcgen.")
	p.writePlan(&w)
	p.writeNeeds(&w, o)
	p.writeSecrets(&w, o)
	p.writeInstall(&w, o, releases)
	p.writeUpdate(&w, o)
	p.writeDatabase(&w)
	p.writeMonitoring(&w, o)
	p.writeLimits(&w)
	p.writeAlerts(&w)
	return []byte(w.String())
}

func (p Plan) writePlan(w *page) {
	w.section("The plan")
	w.line("| workload | pods | CPUs each | memory each | why so many |\n|---|---|---|---|---|")
	for _, x := range p.Workloads {
		w.line("| %s | %d | %v | %s | %s |",
			x.Name, x.Replicas.Value, x.CPUs.Value, x.Memory.Value.Human(), x.Replicas.Reason)
	}
	w.line("\nTogether %d pods request %v CPUs and %s: %d nodes of %d cores and %s "+
		"(%s of a node's size; `rcgen plan --target kubernetes` takes another and has every source).",
		p.Totals.Pods, p.Totals.CPUs, p.Totals.Memory.Human(),
		p.Nodes.Value, p.Node.Cores, p.Node.Memory.Human(), p.Node.Source)
	w.line("Memory is requested in full; CPUs have no limit, because throttling is latency.")
	for _, warning := range p.Warnings {
		w.line("\n**%s**: %s. %s.", warning.Code, warning.Message, capital(warning.Hint))
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (p Plan) writeNeeds(w *page, o Options) {
	w.section("What must be there")
	w.line("- A replica set of %d members, MongoDB %s, on CPUs with AVX "+
		"(MongoDB 5 and later end with \"Illegal instruction\" elsewhere), "+
		"by an operator or as a service. Sizes below.", p.MongoDB.Members, p.compose.MongoDBVersion)
	w.line("- The bucket `%s`, and a key that may read, write and delete in it.", p.request.Uploads.Bucket)
	if p.Edition != generator.Community && p.usesNATS() {
		w.line("- A Rocket.Chat licence with the module scalability. " +
			"Without one several pods exchange no live messages, and microservices do not start (RocketChat/Rocket.Chat#28447).")
	}
	w.line("- The DNS name `%s` for the way in.", p.request.Domain)
	switch o.Target {
	case TargetOpenShift:
		w.line("- OpenShift 4.11 or later, and an administrator once, for `scc.yaml` and `cluster-monitoring-config.yaml`.")
	case TargetFleet, TargetRancher:
		w.line("- The ingress controller `nginx`, which RKE2 brings; " +
			"with k3s take the annotations of `rcgen export helm`, which are for Traefik.")
	default:
		w.line("- The ingress controller `traefik` with the entry points web and websecure; " +
			"another one has annotations of its own.")
	}
	if p.request.TLS.Mode == generator.TLSACME && o.Target != TargetOpenShift {
		w.line("- cert-manager with the ClusterIssuer `%s`.", p.issuer())
	}
	if o.Target != TargetOpenShift {
		w.line("- A default storage class for Prometheus. Rocket.Chat and NATS keep nothing on disks.")
	}
	if o.NATS == NATSExternal && p.usesNATS() {
		w.line("- Your NATS, with a login for Rocket.Chat that may publish and subscribe to everything.")
	} else if p.usesNATS() {
		w.line("- A network plugin that enforces NetworkPolicy: " +
			"`manifests/networkpolicy.yaml` keeps others from NATS' own routes.")
	}
}

func (p Plan) writeSecrets(w *page, o Options) {
	w.section("Secrets")
	w.line("`secrets.example.yaml` has their names and keys. No tool applies it. " +
		"The values come from files that are not committed,\none value a file, without a newline at its end:")
	commands := []string{"kubectl apply -f namespace.yaml", "umask 077; mkdir -p ../chat-secrets; cd ../chat-secrets"}
	all := p.secrets(o)
	for _, s := range all {
		if s.name == secretNATS && o.NATS != NATSExternal {
			commands = append(commands, "openssl rand -hex 24 | tr -d '\\n' > "+keyNATSPassword,
				fmt.Sprintf("printf '%s' \"$(cat %s)\" > %s", p.transporter("%s", o), keyNATSPassword, keyTransporter))
		}
	}
	w.shell(commands...)
	w.line("\n| file | what belongs there | `.env` of the Compose project has it as |\n|---|---|---|")
	for _, s := range all {
		for _, k := range s.keys {
			from := "-"
			if k.from != "" {
				from = "`" + strings.ReplaceAll(k.from, ", ", "`, `") + "`"
			}
			w.line("| `%s` | %s | %s |", k.name, k.what, from)
		}
	}
	var create []string
	for _, s := range all {
		create = append(create, createSecret(s))
	}
	w.shell(append(create, "cd -")...)
	w.line("\nPercent-encode the password in `%s`: `@ : / %% ?` would end it. "+
		"An operator's Secret has the string under another key\n(`connectionString.standard` of MongoDB's): copy it.",
		keyMongoURI)
}

func createSecret(s wantedSecret) string {
	if s.kind == tlsKey {
		return fmt.Sprintf("kubectl -n %s create secret tls %s --cert=tls.crt --key=tls.key", s.namespace, s.name)
	}
	command := fmt.Sprintf("kubectl -n %s create secret generic %s", s.namespace, s.name)
	for _, k := range s.keys {
		command += " \\\n  --from-file=" + k.name
	}
	return command
}

func (p Plan) writeDatabase(w *page) {
	w.section("MongoDB")
	w.line("Three members on three machines, each with:\n")
	w.line("| users at once | CPUs | memory | disk (SSD) |\n|---|---|---|---|")
	row := func(name string, d Database) {
		w.line("| %s | %v | %s | %s |", name, d.CPUs.Value, d.Memory.Value.Human(), d.Disk.Value.Human())
	}
	for _, r := range p.databaseTable() {
		row(fmt.Sprint(r.concurrent), r.Database)
	}
	row(fmt.Sprintf("**%d, this plan**", p.Concurrent), p.MongoDB)
	w.line("\nCPUs: %s (%s).\n\nMemory: %s (%s).\n\nDisk: %s (%s).", p.MongoDB.CPUs.Reason, p.MongoDB.CPUs.Source,
		p.MongoDB.Memory.Reason, p.MongoDB.Memory.Source, p.MongoDB.Disk.Reason, p.MongoDB.Disk.Source)
	w.line("\nRocket.Chat's user, made once on the primary; it asks for the password:")
	w.shell(`mongosh "mongodb://ADMIN@mongo-0.example:27017/admin?replicaSet=rs0&tls=true" --eval '
  db.getSiblingDB("admin").createUser({user: "rocketchat", pwd: passwordPrompt(),
    roles: [{role: "readWrite", db: "rocketchat"}, {role: "clusterMonitor", db: "admin"}]})'`)
}

func (p Plan) writeMonitoring(w *page, o Options) {
	w.section("Monitoring")
	if o.Target == TargetOpenShift {
		w.line("OpenShift's own Prometheus reads projects once `cluster-monitoring-config.yaml` is there. "+
			"Dashboards want a Grafana of yours: its sidecar looks for the label\n`%s: \"%s\"`, "+
			"and its datasource must have the uid `prometheus`.", dashboardLabel, dashboardValue)
	} else {
		w.line("kube-prometheus-stack watches the cluster, reads Rocket.Chat's PodMonitors in any namespace, "+
			"and shows the dashboards of `manifests/dashboards.yaml`:\n\n"+
			"```sh\nkubectl -n %s port-forward svc/%s-grafana 3000:80\n```", MonitoringNamespace, MonitoringRelease)
	}
	w.line("\nAlerts and dashboards are those of the Compose project with the cluster's names: "+
		"the job is `%s/%s`, a replica is a pod, and NATS'\nmetrics begin with `nats_`. Left out:\n", Namespace, mainName)
	for _, g := range leftOut {
		w.line("- %s: %s.", g.group, g.why)
	}
	w.line("- `%s` and the panel \"%s\": no pod has a CPU limit.", cpuRule, cpuPanel)
	if p.Microservices.Value {
		w.line("\nUsers connected are counted at ddp-streamer (`users_connected`, port %d, `manifests/podmonitor.yaml`): "+
			"the main pods have no connections.", moleculerPort)
	}
	w.line("\nNobody is told of alerts yet: set `alertmanager.config` of kube-prometheus-stack, or an AlertmanagerConfig.")
}

func (p Plan) writeLimits(w *page) {
	w.section("What the chart cannot")
	w.line("- Autoscaling: it has no HorizontalPodAutoscaler. Export again for more users.")
	w.line("- Probes of presence, account and authorization.")
	w.line("- An air gap by one key: `global.imageRegistry` is wrong for some images. Set every image by its name.")
	w.line("- Chart 10 will drop its MongoDB, and ask for `--set upgradeAcknowledgedAt=$(date +%%s)` on upgrade " +
		"(RocketChat/helm-charts#217). It is off here from the first day.")
	w.line("- A misspelt key is taken without a word. " +
		"rcgen checks those it writes against the keys that the chart knows; check yours the same way.")
}

func (p Plan) writeAlerts(w *page) {
	w.section("Alerts")
	for i, r := range p.rules() {
		if i > 0 {
			w.line("")
		}
		w.line("### %s\n\n%s (%s). %s", r.Name, plain(r.Summary), r.Severity, runbooks[r.Name])
	}
}

// plain takes Prometheus' templates out of a summary.
func plain(summary string) string {
	return capital(strings.ReplaceAll(summary, "{{ $labels.pod }}", "a pod"))
}
