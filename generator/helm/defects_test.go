package helm

import (
	"fmt"
	"strings"
	"testing"

	"rcgen/generator"
)

// requests are those that the defects are looked for with: microservices and monolith.
func requests(tb testing.TB) map[string]generator.Request {
	tb.Helper()
	r := licensed(tb, 500, 50)
	r.Edition = generator.Community
	return map[string]generator.Request{
		"microservices": exampleRequest(tb),
		"monolith":      readRequest(tb, "testdata/monolith.yaml"),
		"one":           r,
	}
}

// TestDefects: what chart 7.0.2 does wrong when it is asked to, or not told otherwise, it is
// neither asked for nor left to do. The letters are those of the README's list.
func TestDefects(t *testing.T) {
	want := []struct {
		defect string
		key    string
		value  any // nil: the key must not be there
	}{
		{"a: a space in a condition deploys NATS without TRANSPORTER where the key is missing", "nats.enabled", false},
		{"d: the default database password does not fit its own database", "mongodb.enabled", false},
		{"e: a ServiceMonitor of a database that is off", "mongodb.serviceMonitor.enabled", false},
		{"e: its other half", "mongodb.metrics.enabled", false},
		{"f: affinity beside podAntiAffinity is broken YAML", "affinity", nil},
		{"f: global.affinity does not reach the main pod", "global", nil},
		{"f: what stands instead", "podAntiAffinity", "soft"},
		{"g: monitors take no labels: one kind of them alone", "podMonitor.enabled", true},
		{"g: the deprecated one doubles every sample", "serviceMonitor.enabled", false},
		{"h: stream-hub does not render with Rocket.Chat 8", "microservices.streamHub.enabled", false},
		{"j: an empty security context does not clear the user: the user is written out", "securityContext.runAsUser", 65533},
		{"j: and that of the container", "containerSecurityContext.runAsUser", 65533},
		{"k: a registry for all images is put before names that have one", "global.imageRegistry", nil},
		{"k: the image by its name", "image.repository", "registry.rocket.chat/rocketchat/rocket.chat"},
		{"l: the licence ends up in the Deployment in clear", "license", nil},
		{"l: a Secret instead", "extraSecret", secretEnv},
		{"m: one volume for several pods", "persistence.enabled", false},
		{"n: a Service has port 9458 written out", "prometheusScraping.msPort", 9458},
		{"n: the other server has a port of its own", "prometheusScraping.port", 9100},
	}
	for name, r := range requests(t) {
		for _, target := range Targets() {
			v := values(t, r, target)
			for _, w := range want {
				got, there := at(v, w.key)
				if there != (w.value != nil) || there && got != w.value {
					t.Errorf("%s, %s: %s: %s is %v", name, target, w.defect, w.key, got)
				}
			}
		}
	}
}

// TestDefectNATS: existingSecret beside enabled true deploys a NATS that nobody uses (b); without
// both no pod gets a TRANSPORTER (c).
func TestDefectNATS(t *testing.T) {
	for name, r := range requests(t) {
		v := values(t, r, TargetHelm)
		secret, there := at(v, "nats.existingSecret")
		replicas, _ := at(v, "replicaCount")
		if several := replicas != 1; there != several {
			t.Errorf("%s: %v replicas, and existingSecret is %v", name, replicas, secret)
		}
	}
	secret := &SecretKey{"a", "b"}
	for _, c := range []struct {
		name string
		v    Values
		want string // in the error; empty: none
	}{
		{"b: deployed and unused", Values{ReplicaCount: 2, MinAvailable: 1, NATS: NATSSwitch{true, secret}},
			"deployed and not used"},
		{"bundled", Values{ReplicaCount: 2, MinAvailable: 1, NATS: NATSSwitch{true, nil}}, "no credentials"},
		{"c: microservices", Values{ReplicaCount: 1, Microservices: Microservices{Enabled: true}}, "without credentials"},
		{"c: several", Values{ReplicaCount: 2, MinAvailable: 1}, "without credentials"},
		{"no key", Values{ReplicaCount: 2, MinAvailable: 1, NATS: NATSSwitch{false, &SecretKey{Name: "a"}}},
			"without credentials"},
		{"drains hang", Values{ReplicaCount: 2, MinAvailable: 2, NATS: NATSSwitch{false, secret}}, "drained"},
		{"one", Values{ReplicaCount: 1}, ""},
		{"good", Values{ReplicaCount: 2, MinAvailable: 1, NATS: NATSSwitch{false, secret}}, ""},
	} {
		c.v.PrometheusScraping = Scraping{true, metricsPort, moleculerPort}
		err := c.v.check()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	same := Values{ReplicaCount: 1, PrometheusScraping: Scraping{true, 9458, 9458}}
	if same.check() == nil {
		t.Error("n: two servers on one port are not refused")
	}
}

// TestDefectKeys: a misspelt key is taken without a word (i), so no unknown one may be
// written, and the table must be able to tell.
func TestDefectKeys(t *testing.T) {
	for name, r := range requests(t) {
		for _, target := range Targets() {
			tree := export(t, r, Options{Target: target})
			for file, c := range map[string]struct {
				chart Chart
				known []string
			}{ValuesFile: {RocketChatChart, knownKeys}, natsFile: {NATSChart, natsKeys},
				monitoringFile: {PrometheusChart, monitoringKeys}} {
				if err := checkKeys(c.chart, c.known, tree[file]); err != nil {
					t.Errorf("%s, %s: %s: %v", name, target, file, err)
				}
			}
		}
	}
	for text, want := range map[string]string{
		"replicaCount: 3":  "",
		"replicasCount: 3": "replicasCount",
		"ingress: {enabled: true, className: nginx}":            "ingress.className",
		"ingress: {annotations: {a/b: c}, tls: [{}]}":           "",
		"ingress: {tls: [{secret: x}]}":                         "ingress.tls.secret",
		"ingress: {tls: []}":                                    "",
		"microservices: {nats: {replicas: 3}}":                  "microservices.nats.replicas", // RocketChat/helm-charts#72
		"microservices: {ddpStreamer: {affinity: {a: {b: c}}}}": "",
		"fullnameOverride: chat":                                "fullnameOverride",
		"extraEnv: [{name: A, value: b}]":                       "",
		"resources: {requests: {cpu: 1}}":                       "",
		"mongodb: {enabled: false, metric: {enabled: false}}":   "mongodb.metric.enabled",
		"nats: {config: {cluster: {enabled: true}}}":            "nats.config.cluster.enabled", // a key of the newer chart
	} {
		err := checkKeys(RocketChatChart, knownKeys, []byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), "values: "+want+":")) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestBudget: at least one pod of several may leave, and at least one stays.
func TestBudget(t *testing.T) {
	for n := 2; n <= 200; n++ {
		if a := away(n); a < 1 || a >= n {
			t.Errorf("%d of %d pods may be away", a, n)
		}
	}
	for _, concurrent := range []int{126, 600, 999, 1000, 5000, 20_000} {
		r := licensed(t, 100_000, concurrent)
		v := values(t, r, TargetHelm)
		replicas, _ := at(v, "replicaCount")
		least, _ := at(v, "minAvailable")
		if enabled, _ := at(v, "podDisruptionBudget.enabled"); enabled != true || least.(int) >= replicas.(int) ||
			least.(int) < 1 {
			t.Errorf("%d at once: %v of %v", concurrent, least, replicas)
		}
	}
}

// TestApart: pods of one kind are kept apart by their own labels.
func TestApart(t *testing.T) {
	v := values(t, exampleRequest(t), TargetHelm)
	for key, name := range map[string]string{"ddpStreamer": DDPStreamer, "presence": Presence, "account": Account,
		"authorization": Authorization} {
		a, ok := at(v, "microservices."+key+".affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution")
		if !ok || !strings.Contains(fmt.Sprint(a), Release+"-"+name) {
			t.Errorf("%s: %v", name, a)
		}
	}
}
