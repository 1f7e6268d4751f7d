package helm

import "fmt"

// natsValues are those of NATS' own chart that an export writes
// (nats-io/k8s, helm/charts/nats, README.md and values.yaml).
type natsValues struct {
	Config       natsConfig    `yaml:"config"`
	Container    natsContainer `yaml:"container"`
	PromExporter natsExporter  `yaml:"promExporter"`
	NATSBox      Enabled       `yaml:"natsBox"`
	PodTemplate  natsPods      `yaml:"podTemplate"`
}

type natsConfig struct {
	Cluster natsClusterConfig `yaml:"cluster"`
	Merge   natsMerge         `yaml:"merge"`
}

type natsClusterConfig struct {
	Enabled  bool `yaml:"enabled"`
	Replicas int  `yaml:"replicas"`
}

// natsMerge is laid over the server's configuration.
type natsMerge struct {
	Authorization natsLogin `yaml:"authorization"`
}

type natsLogin struct {
	User     string `yaml:"user"`
	Password string `yaml:"password"`
}

type natsContainer struct {
	Env   map[string]envFrom `yaml:"env"`
	Merge natsResources      `yaml:"merge"`
}

type natsResources struct {
	Resources Resources `yaml:"resources"`
}

type envFrom struct {
	ValueFrom valueFrom `yaml:"valueFrom"`
}

type valueFrom struct {
	SecretKeyRef SecretKey `yaml:"secretKeyRef"`
}

type natsExporter struct {
	Enabled    bool    `yaml:"enabled"`
	PodMonitor Enabled `yaml:"podMonitor"`
}

type natsPods struct {
	TopologySpreadConstraints map[string]spread `yaml:"topologySpreadConstraints"`
}

type spread struct {
	MaxSkew           int    `yaml:"maxSkew"`
	WhenUnsatisfiable string `yaml:"whenUnsatisfiable"`
}

// natsKeys are the keys of the chart nats 2.12.3 that an export uses.
var natsKeys = []string{
	"config.cluster.enabled", "config.cluster.replicas", "config.merge.*", "container.env.*", "container.merge.*",
	"promExporter.enabled", "promExporter.podMonitor.enabled", "natsBox.enabled",
	"podTemplate.topologySpreadConstraints.*",
}

func newNATSValues(w Workload) natsValues {
	const password = "NATS_PASSWORD"
	env := map[string]envFrom{password: {valueFrom{SecretKey{secretNATS, keyNATSPassword}}}}
	return natsValues{
		Config: natsConfig{
			Cluster: natsClusterConfig{true, w.Replicas.Value},
			Merge:   natsMerge{natsLogin{natsUser, "<< $" + password + " >>"}},
		},
		Container:    natsContainer{env, natsResources{w.resources()}},
		PromExporter: natsExporter{true, Enabled{true}},
		PodTemplate:  natsPods{map[string]spread{hostname: {1, "ScheduleAnyway"}}},
	}
}

var natsComments = comments{
	"": "Values for chart " + NATSChart.Name + " " + NATSChart.Version + ": " +
		"what carries live events between Rocket.Chat's pods.\n" +
		"The NATS inside Rocket.Chat's chart takes no password from a Secret.",
	"config.merge":              "the server's own syntax: << >> keeps the variable from being quoted",
	"container.env":             "made before, see README.md",
	"promExporter":              "its metrics begin with nats_, where Docker Compose has gnatsd_",
	"natsBox":                   "a shell for debugging, with a way into NATS",
	"podTemplate":               "one server on each node where there are enough",
	"config.cluster.replicas -": "a drained node leaves two",
}

// networkPolicy lets Rocket.Chat and NATS itself in: routes between servers have no
// password, and whoever joins as a server reads everything.
func networkPolicy() object {
	nats := LabelSelector{map[string]string{"app.kubernetes.io/name": "nats", "app.kubernetes.io/instance": NATSRelease}}
	client := LabelSelector{map[string]string{"app.kubernetes.io/instance": Release}}
	tcp := func(ports ...int) []policyPort {
		var all []policyPort
		for _, p := range ports {
			all = append(all, policyPort{"TCP", p})
		}
		return all
	}
	return object{"networking.k8s.io/v1", "NetworkPolicy", meta{Name: NATSRelease, Namespace: Namespace}, nil, policySpec{
		PodSelector: nats,
		PolicyTypes: []string{"Ingress"},
		Ingress: []policyRule{
			{From: []policyPeer{{client}}, Ports: tcp(natsClientPort)},
			{From: []policyPeer{{nats}}, Ports: tcp(natsClientPort, natsClusterPort, natsMonitorPort)},
			{Ports: tcp(natsMetricsPort)},
		},
	}}
}

type policySpec struct {
	PodSelector LabelSelector `yaml:"podSelector"`
	PolicyTypes []string      `yaml:"policyTypes"`
	Ingress     []policyRule  `yaml:"ingress"`
}

type policyRule struct {
	From  []policyPeer `yaml:"from,omitempty"`
	Ports []policyPort `yaml:"ports"`
}

type policyPeer struct {
	PodSelector LabelSelector `yaml:"podSelector"`
}

type policyPort struct {
	Protocol string `yaml:"protocol"`
	Port     int    `yaml:"port"`
}

// budgets are PodDisruptionBudgets of microservices: the chart has one for the main
// Deployment only.
func (p Plan) budgets() []any {
	var all []any
	for _, name := range []string{DDPStreamer, Presence, Account, Authorization} {
		w, ok := p.Workload(name)
		if !ok {
			continue
		}
		full := fmt.Sprintf("%s-%s", Release, name)
		labels := map[string]string{"app.kubernetes.io/name": full, "app.kubernetes.io/instance": Release}
		all = append(all, object{"policy/v1", "PodDisruptionBudget", meta{Name: full, Namespace: Namespace}, nil, budgetSpec{
			MaxUnavailable: away(w.Replicas.Value),
			Selector:       LabelSelector{labels},
		}})
	}
	return all
}

type budgetSpec struct {
	MaxUnavailable int           `yaml:"maxUnavailable"`
	Selector       LabelSelector `yaml:"selector"`
}
