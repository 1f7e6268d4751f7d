package helm

import (
	"fmt"
	"strconv"
	"strings"

	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// newValues fills the chart's values for one target.
func newValues(p Plan, o Options) (Values, error) {
	env, err := p.environment()
	if err != nil {
		return Values{}, err
	}
	main, _ := p.Workload(Main)
	replicas := main.Replicas.Value
	v := Values{
		Image:                      Image{p.repository(), p.Release},
		Host:                       p.request.Domain,
		ReplicaCount:               replicas,
		PodDisruptionBudget:        Enabled{replicas > 1},
		MinAvailable:               replicas - away(replicas),
		PodAntiAffinity:            "soft",
		PodAntiAffinityTopologyKey: hostname,
		Resources:                  main.resources(),
		SecurityContext:            PodSecurity{rocketChatUID, rocketChatUID},
		ContainerSecurityContext:   UserID{rocketChatUID},
		LivenessProbe:              Probe{true, "/livez", 120, 15, 5, 8, 1},
		ReadinessProbe:             Probe{true, "/readyz", 15, 10, 5, 3, 1},
		ExistingMongoDBSecret:      secretMongoDB,
		ExtraSecret:                secretEnv,
		ExtraEnv:                   env,
		Microservices:              p.newMicroservices(),
		Service:                    Service{Type: "ClusterIP", Port: 80},
		Ingress:                    p.newIngress(o.Target),
		PrometheusScraping:         Scraping{true, metricsPort, moleculerPort},
		PodMonitor:                 PodMonitor{true, "30s"},
		ServiceAccount:             Create{true},
	}
	if v.Ingress.IngressClassName == classTraefik {
		v.Service.Annotations = traefikSticky()
	}
	if replicas > 1 || p.Microservices.Value {
		v.NATS.ExistingSecret = &SecretKey{secretNATS, keyTransporter}
	}
	return v, v.check()
}

const hostname = "kubernetes.io/hostname"

// away is how many of so many pods may be away on purpose: a fifth, at least one, and
// never all.
func away(replicas int) int { return min(max(1, replicas/5), max(replicas-1, 1)) }

// repository is the name of Rocket.Chat's image without its tag.
func (p Plan) repository() string {
	svc, err := p.compose.Service(stack.RocketChat)
	if err != nil { // every plan has one
		return ""
	}
	return strings.TrimSuffix(svc.Image, ":"+p.Release)
}

// resources are a workload's, with the memory as request and limit.
func (w Workload) resources() Resources {
	cpus := fmt.Sprintf("%dm", int(w.CPUs.Value*1000))
	memory := fmt.Sprintf("%dMi", w.Memory.Value.MiB())
	return Resources{Requests: Amounts{cpus, memory}, Limits: Amounts{Memory: memory}}
}

func (p Plan) newMicroservices() Microservices {
	m := Microservices{Enabled: p.Microservices.Value}
	if !m.Enabled {
		return m
	}
	one := func(name string) *Microservice {
		w, _ := p.Workload(name)
		return &Microservice{w.Replicas.Value, w.resources(), apart(map[string]string{
			"app.kubernetes.io/name": Release + "-" + name, "app.kubernetes.io/instance": Release,
		})}
	}
	m.DDPStreamer, m.Presence = one(DDPStreamer), one(Presence)
	m.Account, m.Authorization = one(Account), one(Authorization)
	return m
}

// apart prefers other nodes for pods of these labels.
func apart(labels map[string]string) Affinity {
	const most = 100 // of 100
	return Affinity{PodAntiAffinity{[]WeightedTerm{{most, PodAffinity{hostname, LabelSelector{labels}}}}}}
}

// environment returns the variables of the main pod whose values are no secrets.
// The chart reads the list as a template, which must not find anything to do.
func (p Plan) environment() ([]EnvVar, error) {
	all := []EnvVar{
		{"NODE_OPTIONS", fmt.Sprintf("--max-old-space-size=%d", units.Bytes(p.compose.Deployment.HeapLimit).MiB())},
		{"HTTP_FORWARDED_COUNT", strconv.Itoa(p.compose.ForwardedCount())},
	}
	for _, v := range p.compose.Request.Environment() {
		value, literal := literalOf(v.Value)
		if !literal {
			continue // in the Secret
		}
		if strings.Contains(value, "{{") {
			return nil, fail("rocketchat: env: "+v.Name+" holds {{, which the chart reads as the beginning of a template",
				"refer to a variable of .env instead, like ${"+v.Name+"}: it goes into a Secret, which no template reads")
		}
		// Kubernetes makes one dollar of two, and looks for a variable behind $(
		// (kubernetes/kubernetes, third_party/forked/golang/expansion)
		all = append(all, EnvVar{v.Name, strings.ReplaceAll(value, "$", "$$")})
	}
	return all, nil
}

// literalOf returns what Compose would make of a value, and whether it refers to
// no variable.
func literalOf(value string) (string, bool) {
	const dollar = "\x00"
	value = strings.ReplaceAll(value, "$$", dollar)
	return strings.ReplaceAll(value, dollar, "$"), !strings.Contains(value, "$")
}

// check refuses combinations that the chart renders and that do not work, or not
// safely.
func (v Values) check() error {
	switch {
	case v.NATS.Enabled && v.NATS.ExistingSecret != nil:
		return fail("nats: the chart's own NATS beside a Secret: it would be deployed and not used",
			"leave one of the two out")
	case v.NATS.Enabled:
		return fail("nats: the chart's own NATS has no credentials: every pod of the cluster could read all messages",
			"take NATS from its own chart: --nats own")
	case v.NATS.ExistingSecret == nil && (v.Microservices.Enabled || v.ReplicaCount > 1):
		return fail("nats: without credentials: the chart would set no TRANSPORTER, "+
			"and the pods would not find each other", "name the Secret with its address")
	case v.NATS.ExistingSecret != nil && (v.NATS.ExistingSecret.Name == "" || v.NATS.ExistingSecret.Key == ""):
		return fail("nats: without credentials: existingSecret wants a name and a key", "name the Secret with its address")
	case v.ReplicaCount > 1 && v.MinAvailable >= v.ReplicaCount:
		return fail(fmt.Sprintf("minAvailable: %d of %d replicas: no node could ever be drained",
			v.MinAvailable, v.ReplicaCount), "leave one to go")
	case v.PrometheusScraping.Port == v.PrometheusScraping.MSPort:
		return fail("prometheusScraping: one port for two servers", "leave them as they are")
	}
	return nil
}
