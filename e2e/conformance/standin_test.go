package conformance

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const standin = "testdata/standin"

// keysOf are the keys of the stand-in's values alone: they list what the chart
// rocketchat 7.0.2 knows, in a writing independent of rcgen's own table.
func keysOf(t *testing.T, file string) []string {
	return leaves("", loadChart(t, file).Values)
}

// TestStandin renders the values of every target and request with the stand-in.
func TestStandin(t *testing.T) {
	known := keysOf(t, standin)
	for _, e := range exports(t) {
		t.Run(e.String(), func(t *testing.T) {
			values := e.file(t, "rocketchat/values.yaml")
			if unknown := unknownKeys(t, known, values); len(unknown) > 0 {
				t.Errorf("the chart does not know %v", unknown)
			}
			c, err := install(loadChart(t, standin), values)
			if err != nil {
				t.Fatal(err)
			}
			if err := effects(c, values); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDefects turns each defect of the chart that rcgen routes round back on: the
// values would then not do, and the checks say so. It holds the checks themselves.
func TestDefects(t *testing.T) {
	known := keysOf(t, standin)
	good := export(t, "helm", large).file(t, "rocketchat/values.yaml")
	cases := []struct {
		at   string
		to   any
		want string
	}{
		{"nats.enabled", nil, "StatefulSet [rocketchat-nats]"},        // NATS comes, and the Secret is not looked at
		{"nats.existingSecret.name", "", "TRANSPORTER: , want"},       // microservices without a transporter
		{"mongodb.enabled", true, "StatefulSet [rocketchat-mongodb]"}, // MongoDB 6.0, too old for Rocket.Chat 8
		{"mongodb.serviceMonitor.enabled", true, "ServiceMonitor [rocketchat-mongodb]"},
		{"serviceMonitor.enabled", true, "ServiceMonitor [rocketchat-rocketchat]"}, // every sample twice
		{"podMonitor.enabled", false, "PodMonitors []"},
		{"affinity", map[string]any{"podAntiAffinity": map[string]any{}}, "already set in map"}, // the key stands there twice
		{"podAntiAffinity", "", "one node"},
		{"existingMongodbSecret", "", "MONGO_URL stands in the clear"},
		{"image.tag", nil, "image: "}, // a newer chart would bring a newer Rocket.Chat
		{"minAvailable", "100%", "must stay up"},
		{"minAvailable", 0, "must stay up"},
		{"podDisruptionBudget.enabled", false, "no disruption budget"},
		{"livenessProbe.path", "/health", "liveness"},
		{"resources.limits", nil, "a limit of memory"},
		{"microservices.presence.resources", map[string]any{}, "presence: requests"},
		{"replicaCuont", 3, "does not know [replicaCuont]"},
		{"microservices.nats.replicas", 3, "does not know [microservices.nats.replicas]"}, // RocketChat/helm-charts#72
		{"microservices.ddpStreamer.replicaCount", 3, "does not know [microservices.ddpStreamer.replicaCount]"},
	}
	for _, c := range cases {
		t.Run(c.at, func(t *testing.T) {
			values := change(t, good, c.at, c.to)
			all, err := install(loadChart(t, standin), values)
			if unknown := unknownKeys(t, known, values); len(unknown) > 0 {
				err = errors.Join(err, fmt.Errorf("the chart does not know %v", unknown))
			}
			if all != nil {
				err = errors.Join(err, effects(all, values))
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
