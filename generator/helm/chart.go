package helm

import (
	"rcgen/generator/fault"
)

// Chart is one pinned Helm chart.
type Chart struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Repo    string `json:"repo"` // URL of the Helm repository
}

// The charts of an export. Rocket.Chat's is named in its repository form: that one
// holds its subcharts, a checkout of the git repository fetches them from places
// that are gone.
var (
	// Chart 7.0.2 (2026-07-30, appVersion 8.6.1): RocketChat/helm-charts fa13b71.
	RocketChatChart = Chart{"rocketchat", "7.0.2", "https://rocketchat.github.io/helm-charts"}
	// Its version follows the server's since 2.12: nats-io/k8s, release nats-2.12.1.
	NATSChart = Chart{"nats", "2.12.3", "https://nats-io.github.io/k8s/helm/charts/"}
	// The version that Rocket.Chat's own monitoring chart 0.0.17 takes.
	PrometheusChart = Chart{"kube-prometheus-stack", "75.9.0", "https://prometheus-community.github.io/helm-charts"}
)

// Names in the cluster. The chart builds its own from the release's: the Deployment,
// the Service and the PodMonitor of Rocket.Chat are <release>-rocketchat, those of
// microservices <release>-ddp-streamer and so on (RocketChat/helm-charts fa13b71).
const (
	Namespace           = "rocketchat"
	MonitoringNamespace = "monitoring"
	Release             = "rocketchat"
	NATSRelease         = "rocketchat-nats"
	MonitoringRelease   = "monitoring"

	mainName     = Release + "-rocketchat"
	streamerName = Release + "-" + DDPStreamer
)

// natsServers is the size of the NATS cluster: the smallest that one may leave
// (docs.nats.io, clustering).
const natsServers = 3

// Ports that chart and images have.
const (
	metricsPort      = 9100 // of Rocket.Chat beside microservices' own: RocketChat/helm-charts fa13b71, values.yaml
	moleculerPort    = 9458 // the chart's Service writes it out, so it must not change
	natsClientPort   = 4222
	natsClusterPort  = 6222
	natsMetricsPort  = 7777 // of the exporter in each pod: nats-io/k8s, values.yaml
	natsMonitorPort  = 8222
	secretMongoDB    = "rocketchat-mongodb"
	secretNATS       = "rocketchat-nats"
	secretEnv        = "rocketchat-env"
	secretTLS        = "chat-tls"
	keyMongoURI      = "mongo-uri" // the chart reads this key and no other
	keyTransporter   = "transporter"
	keyNATSPassword  = "password"
	natsUser         = "rocketchat"
	clusterIssuer    = "letsencrypt"
	stickyCookie     = "rc_affinity"
	longestWebsocket = "3600" // seconds without a byte; DDP sends a ping each half minute

	// of the image since 7.4; from 8.5 its apps engine writes as that user: RocketChat/Rocket.Chat#41006
	rocketChatUID = 65533
)

// Targets of an export: the tool that will deliver it.
const (
	TargetHelm      = "helm"
	TargetFlux      = "flux"
	TargetArgoCD    = "argocd"
	TargetFleet     = "fleet"
	TargetRancher   = "rancher"
	TargetOpenShift = "openshift"
)

// Targets returns all of them in the order of the documentation.
func Targets() []string {
	return []string{TargetHelm, TargetFlux, TargetArgoCD, TargetFleet, TargetRancher, TargetOpenShift}
}

// ways in which NATS comes into the cluster.
const (
	NATSOwn      = "own"      // a release of NATS' own chart, exported too
	NATSExternal = "external" // a person's own
)

// Options are the choices of an export that are none of the deployment's.
type Options struct {
	Target          string // one of Targets
	ExternalMongoDB bool   // a replica set will be there, whatever the request says of a bundled one
	NATS            string // NATSOwn or NATSExternal; empty = NATSOwn
}

// fail is an error that a person can mend.
func fail(what, hint string) error { return &fault.Error{What: what, Hint: hint} }
