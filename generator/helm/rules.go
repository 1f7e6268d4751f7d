package helm

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/alerts"
)

// Jobs of the cluster's Prometheus: the operator names a job after the namespace and
// the PodMonitor. The main pods may be read at a second port, so that one is named too.
const (
	mainJob     = `job="` + Namespace + "/" + mainName + `",endpoint="metrics"`
	natsJob     = `job="` + Namespace + "/" + NATSRelease + `"`
	streamerJob = `job="` + Namespace + "/" + streamerName + `"`
)

// unlimited are rules and panels that divide by a CPU limit, which no pod has.
const (
	cpuRule  = "RocketChatCPU"
	cpuPanel = "CPU of the limit"
)

// deployment is what rules and dashboards are told of the main pods.
func (p Plan) deployment() alerts.Deployment {
	d := p.compose.Deployment
	main, _ := p.Workload(Main)
	d.Instances, d.Ejected = main.Replicas.Value, true // runbooks here are README.md's own
	d.Members, d.HTTPS, d.Logs = 0, false, false
	return d
}

// rules returns those of the Compose project that have figures in the cluster,
// asking for its names, and the NATS cluster's own.
func (p Plan) rules() []alerts.Rule {
	var all []alerts.Rule
	for _, r := range alerts.Rules(p.deployment()) {
		keep := r.Group == "rocketchat" && r.Name != cpuRule ||
			r.Group == "nats" && r.Name == "NATSSlowConsumers" && p.watchesNATS()
		if !keep {
			continue
		}
		r.Expr = p.inCluster(r.Expr)
		r.Summary, r.Description = byPod(r.Summary), byPod(r.Description)
		all = append(all, r)
	}
	if p.watchesNATS() {
		all = append(all, p.natsRules()...)
	}
	return all
}

// leftOut are the groups of the Compose project's rules that a cluster has no
// figures for, or has rules of its own for, with the reason.
var leftOut = []struct{ group, why string }{
	{"mongodb", "MongoDB is not part of this export: take the rules of its operator or its service"},
	{"traefik", "the cluster brings its own ingress controller, whose metrics have other labels"},
	{"host", "kube-prometheus-stack has rules for every node"},
	{"monitoring", "kube-prometheus-stack watches itself"},
	{"logs", "no logs are collected by this export"},
}

// natsName matches a metric of the Compose project's NATS exporter, with the brace of its
// labels where it has any.
var natsName = regexp.MustCompile(`gnatsd_(\w+)(\{)?`)

// inCluster puts an expression into the cluster's names.
func (p Plan) inCluster(expr string) string {
	if p.Microservices.Value { // connections are ddp-streamer's there: DDPStreamer.ts of RocketChat/Rocket.Chat
		expr = strings.ReplaceAll(expr, `rocketchat_ddp_connected_users{job="rocketchat"`, "users_connected{"+streamerJob)
	}
	expr = strings.NewReplacer(
		`job="rocketchat"`, mainJob,
		`job="nats"`, natsJob,
		"by (instance)", "by (pod)",
		"ALERTS{", `ALERTS{alertname=~"RocketChat.*|NATS.*",`, // a cluster has others
		`instance=~"$replica"`, `pod=~"$replica"`,
	).Replace(expr)
	return natsName.ReplaceAllStringFunc(expr, func(m string) string {
		name, labelled := strings.CutSuffix(m, "{")
		name = "nats_" + strings.TrimPrefix(name, "gnatsd_")
		if labelled {
			return name + "{"
		}
		return name + "{" + natsJob + "}"
	})
}

// byPod names the pod where the Compose project names the replica.
func byPod(text string) string {
	return strings.ReplaceAll(text, "$labels.instance", "$labels.pod")
}

// natsRules watch a cluster of servers, of which one may be away.
func (p Plan) natsRules() []alerts.Rule {
	pods := p.rocketChatPods()
	servers := `(count(nats_connz_num_connections{` + natsJob + `}) or vector(0))`
	return []alerts.Rule{{
		Group: "nats", Name: "NATSDown", Expr: servers + " == 0", For: "2m", Severity: alerts.Critical,
		Summary: "NATS does not answer",
		Description: "No server of the NATS cluster has answered for 2 minutes. " +
			"Users on different pods do not see each other's messages until they reload.",
	}, {
		Group: "nats", Name: "NATSServerDown", For: "5m", Severity: alerts.Warning,
		Expr:        fmt.Sprintf("%s < %d", servers, natsServers),
		Summary:     "A server of the NATS cluster is missing",
		Description: fmt.Sprintf("{{ $value }} of %d servers answer. The others carry the events meanwhile.", natsServers),
	}, {
		Group: "nats", Name: "NATSReplicasNotConnected", For: "5m", Severity: alerts.Critical,
		Expr:    fmt.Sprintf("sum(nats_connz_num_connections{%s}) < %d", natsJob, pods),
		Summary: "Not all pods of Rocket.Chat are connected to NATS",
		Description: fmt.Sprintf("NATS has {{ $value }} connections for %d pods. "+
			"A pod without one exchanges no live events with the others.", pods),
	}}
}

// rocketChatPods counts the pods that talk to each other over NATS.
func (p Plan) rocketChatPods() int {
	pods := 0
	for _, w := range p.Workloads {
		if slices.Contains([]string{Main, DDPStreamer, Presence, Account, Authorization}, w.Name) {
			pods += w.Replicas.Value
		}
	}
	return pods
}

// prometheusRule wraps rules for Prometheus' operator.
func prometheusRule(rules []alerts.Rule) object {
	var file struct {
		Groups yaml.Node `yaml:"groups"`
	}
	if err := yaml.Unmarshal(alerts.Encode(rules), &file); err != nil {
		panic("helm: " + err.Error()) // alerts has just written it
	}
	return object{"monitoring.coreos.com/v1", "PrometheusRule", meta{Name: mainName, Namespace: Namespace}, nil, file}
}
