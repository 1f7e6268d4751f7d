package helm

import (
	"fmt"
	"slices"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

// Names of workloads.
const (
	Main          = "rocketchat" // the monolith, or what is left of it beside microservices
	DDPStreamer   = "ddp-streamer"
	Presence      = "presence"
	Account       = "account"
	Authorization = "authorization"
	NATS          = "nats"
	Prometheus    = "prometheus"
	Grafana       = "grafana"
	Alertmanager  = "alertmanager"
)

// Plan is what a cluster has to carry. Memory is in bytes, CPUs are cores. Its JSON
// form is documented in the README and stays compatible.
type Plan struct {
	Users         int                    `json:"users"`
	Concurrent    int                    `json:"concurrent"` // users online at the busiest time
	Profile       string                 `json:"profile"`
	Release       string                 `json:"release"` // of Rocket.Chat
	Edition       string                 `json:"edition"` // licensed or community
	Chart         Chart                  `json:"chart"`
	Microservices generator.Figure[bool] `json:"microservices"`
	Workloads     []Workload             `json:"workloads"`
	Totals        Totals                 `json:"totals"`
	Node          Node                   `json:"node"`
	Nodes         generator.Figure[int]  `json:"nodes"`
	MongoDB       Database               `json:"mongodb"` // outside of the cluster, or an operator's
	Warnings      []generator.Warning    `json:"warnings"`

	request generator.Request // as a person wrote it
	compose generator.Plan    // of the same request without the bounds of one host
	profile catalog.Profile
}

// Workload is a number of equal pods. What a pod requests of memory is its limit
// too; CPUs have no limit.
type Workload struct {
	Name     string                        `json:"name"`
	Replicas generator.Figure[int]         `json:"replicas"`
	CPUs     generator.Figure[float64]     `json:"cpus"`   // of each pod, requested
	Memory   generator.Figure[units.Bytes] `json:"memory"` // of each pod, requested and its limit
}

// Totals is what all pods request together.
type Totals struct {
	Pods   int         `json:"pods"`
	CPUs   float64     `json:"cpus"`
	Memory units.Bytes `json:"memory"`
}

// NewPlan sizes a request for a cluster of such nodes. What the request says of a
// host does not count. It returns an error when the request is not one, the profile
// does not exist, or a pod does not fit a node.
func NewPlan(r generator.Request, own *catalog.Profile, node Node) (Plan, error) {
	compose, err := generator.NewPlan(boundless(r), own)
	if err != nil {
		return Plan{}, err
	}
	if err := node.check(); err != nil {
		return Plan{}, err
	}
	p := Plan{
		Users: r.Users, Concurrent: compose.Concurrent, Profile: compose.Profile,
		Release: r.Release, Edition: compose.Edition,
		Chart: RocketChatChart, Node: node, request: r, compose: compose, profile: compose.SizedBy,
	}
	p.Microservices = p.microservices()
	p.Workloads = p.workloads()
	if err := p.sum(); err != nil {
		return Plan{}, err
	}
	p.MongoDB = NewDatabase(p.profile, r.Users, p.Concurrent)
	p.Warnings = p.warnings()
	return p, nil
}

// sum adds up all pods, and the nodes for them.
func (p *Plan) sum() (err error) {
	p.Totals = Totals{}
	for _, w := range p.Workloads {
		p.Totals.Pods += w.Replicas.Value
		p.Totals.CPUs += w.CPUs.Value * float64(w.Replicas.Value)
		p.Totals.Memory += w.Memory.Value * units.Bytes(w.Replicas.Value)
	}
	p.Nodes, err = p.nodes()
	return err
}

// without is the plan but for one workload.
func (p Plan) without(name string) (Plan, error) {
	p.Workloads = slices.DeleteFunc(slices.Clone(p.Workloads), func(w Workload) bool { return w.Name == name })
	return p, p.sum()
}

// boundless is the request on a host on which nothing is short, so that only the
// users decide. Uploads that a cluster refuses do not keep it from being sized.
func boundless(r generator.Request) generator.Request {
	r.Host = stack.Host{Cores: catalog.MaxCores, Memory: catalog.MaxMemory, Source: stack.HostRequested}
	r.Instances = 0
	r.MongoDB = generator.MongoDB{External: true}
	if r.Uploads.Storage == generator.UploadsFileSystem {
		r.Uploads = generator.Uploads{}
	}
	return r
}

// microservices says whether the vendor's threshold is reached. Without a licence
// there are none.
func (p Plan) microservices() generator.Figure[bool] {
	from := p.profile.KubernetesFrom
	reached := p.Concurrent >= from.Value
	f := generator.Figure[bool]{Value: reached && p.Edition != generator.Community, Source: from.Origin()}
	switch {
	case f.Value:
		f.Reason = fmt.Sprintf("%d users at once are %d or more", p.Concurrent, from.Value)
	case p.Edition == generator.Community:
		f.Reason, f.Source = "they need a licence", "RocketChat/Rocket.Chat#28447"
	default:
		f.Reason = fmt.Sprintf("%d users at once are fewer than %d", p.Concurrent, from.Value)
	}
	return f
}

// Sources that several figures have in common.
const (
	systemRequirements = "RocketChat/docs a6cfeae, system-requirements (2024-04-24)"
	monitoringChart    = "RocketChat/helm-charts fa13b71, monitoring: at least 4 GiB"
	streamerGuide      = "docs.rocket.chat/installation/micro-services-setup-beta: " +
		"one ddp-streamer for about 500 concurrent users"
)

// concurrentPerStreamer is how many users one ddp-streamer carries (streamerGuide).
const concurrentPerStreamer = 500

// workloads returns every workload of this plan in the order in which they are shown.
func (p Plan) workloads() []Workload {
	all := []Workload{p.main()}
	if p.Microservices.Value {
		all = append(all, p.streamer())
		for _, name := range []string{Presence, Account, Authorization} {
			all = append(all, microservice(name))
		}
	}
	if all[0].Replicas.Value > 1 {
		all = append(all, natsCluster())
	}
	return append(all, p.monitoring()...)
}

func (p Plan) main() Workload {
	memory := p.profile.Services.RocketChat.Memory
	return Workload{
		Name:     Main,
		Replicas: p.mainReplicas(),
		CPUs: generator.Figure[float64]{Value: 1, Source: systemRequirements + ": 1 vCPU",
			Reason: "a Node.js process uses about one core; without a limit nothing throttles its event loop"},
		Memory: generator.Figure[units.Bytes]{Value: memory.Value, Source: memory.Origin(),
			Reason: "the profile's; requested in full, so that no neighbour takes it"},
	}
}

func (p Plan) mainReplicas() generator.Figure[int] {
	per := p.profile.ConcurrentPerInstance
	f := generator.Figure[int]{Value: p.compose.Needs.Instances, Source: per.Origin(),
		Reason: fmt.Sprintf("%d users at once / %d, at least %d", p.Concurrent, per.Value, p.profile.MinInstances.Value)}
	if p.Microservices.Value {
		least := ceilDiv(p.profile.KubernetesFrom.Value, per.Value)
		f.Value = max(least, ceilDiv(p.Concurrent, concurrentPerStreamer))
		f.Reason = fmt.Sprintf("one for each ddp-streamer, "+
			"and not fewer than the %d that just fewer users need without microservices", least)
		f.Source = "assumption: ddp-streamer takes the connections off, what methods and REST calls cost stays; " +
			"at 5,000 users at once Rocket.Chat's pods then request 16.5 CPUs, where " + systemRequirements + " has 16"
	}
	if p.Edition == generator.Community {
		f = generator.Figure[int]{Value: 1, Source: "RocketChat/Rocket.Chat#28447",
			Reason: "without a licence several exchange no live messages"}
	}
	if stated := p.request.Instances; stated > f.Value {
		f = generator.Figure[int]{Value: stated, Reason: "instances", Source: tree.RequestFile}
	}
	return f
}

func (p Plan) streamer() Workload {
	return Workload{
		Name: DDPStreamer,
		Replicas: generator.Figure[int]{Value: max(2, ceilDiv(p.Concurrent, concurrentPerStreamer)), Source: streamerGuide,
			Reason: fmt.Sprintf("%d users at once / %d, at least 2", p.Concurrent, concurrentPerStreamer)},
		CPUs: assumed(0.5, "it copies events to websockets and does little else"),
		Memory: assumed(units.GiB,
			"500 websockets with their subscriptions at about a MiB each, and as much for Node.js itself"),
	}
}

func microservice(name string) Workload {
	return Workload{
		Name:     name,
		Replicas: assumed(2, "so that one is there while the other is replaced; what they do grows little with the users"),
		CPUs:     assumed(0.25, "short calls, most of them answered from memory"),
		Memory: assumed(512*units.MiB,
			"an idle Rocket.Chat takes that much (RocketChat/Rocket.Chat#14270), and this is a part of one"),
	}
}

func natsCluster() Workload {
	return Workload{
		Name:     NATS,
		Replicas: assumed(natsServers, "a drained node leaves two"),
		CPUs:     assumed(0.25, "no stream is stored, and a core moves far more"),
		Memory:   assumed(512*units.MiB, "buffers of some hundred connections"),
	}
}

// monitoring is kube-prometheus-stack's larger part. What runs on every node and its
// operator are in what nodes leaves free.
func (p Plan) monitoring() []Workload {
	s := p.profile.Services
	shape := func(name string, shape catalog.Shape) Workload {
		const reason = "the profile's"
		return Workload{
			Name: name, Replicas: assumed(1, "users do not miss it while it is moved"),
			CPUs:   generator.Figure[float64]{Value: shape.CPUs.Value, Reason: reason, Source: shape.CPUs.Origin()},
			Memory: generator.Figure[units.Bytes]{Value: shape.Memory.Value, Reason: reason, Source: shape.Memory.Origin()},
		}
	}
	prometheus := shape(Prometheus, s.Prometheus)
	prometheus.Memory = generator.Figure[units.Bytes]{
		Value: 4 * units.GiB, Reason: "it watches the whole cluster", Source: monitoringChart,
	}
	return []Workload{prometheus, shape(Grafana, s.Grafana), shape(Alertmanager, s.Alertmanager)}
}

// Workload returns the workload of that name and whether the plan has it.
func (p Plan) Workload(name string) (Workload, bool) {
	i := slices.IndexFunc(p.Workloads, func(w Workload) bool { return w.Name == name })
	if i < 0 {
		return Workload{}, false
	}
	return p.Workloads[i], true
}

// assumed is a figure that nobody has published.
func assumed[T any](value T, why string) generator.Figure[T] {
	return generator.Figure[T]{Value: value, Reason: why, Source: "assumption"}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
