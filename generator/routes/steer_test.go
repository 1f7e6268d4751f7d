package routes

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/stack"
)

// TestSteered: websockets go by the same rule, with the same precautions, to the
// servers named, and everything else goes on as before.
func TestSteered(t *testing.T) {
	routes := []byte(`http:
  routers:
    rocketchat: {rule: "Host(` + "`a`) || Host(`b`" + `)", entryPoints: [websecure], middlewares: [limit, retry], service: rocketchat, priority: 7, tls: {certResolver: le}}
    grafana: {rule: "Host(` + "`a`" + `)", service: grafana}
  services:
    rocketchat:
      loadBalancer:
        sticky: {cookie: {name: rc_sticky}}
        servers:
          - url: http://rocketchat-1:3000
          - url: http://chat-rocketchat-2-1:3100
            weight: 3
          - url: http://rocketchat-3:3000
`)
	text, err := Steered(routes, []string{"rocketchat-3", "chat-rocketchat-2-1"})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]map[string]map[string]any
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	rule := "(Host(`a`) || Host(`b`)) && (PathPrefix(`/websocket`) || PathPrefix(`/sockjs`))"
	want := fmt.Sprint(map[string]map[string]any{
		"routers": {"rocketchat-websockets": map[string]any{"rule": rule, "entryPoints": []any{"websecure"},
			"middlewares": []any{"limit", "retry"},
			"service":     "rocketchat-websockets", "priority": 8, "tls": map[string]any{"certResolver": "le"}}},
		"services": {"rocketchat-websockets": map[string]any{"loadBalancer": map[string]any{"sticky": map[string]any{"cookie": map[string]any{"name": "rc_sticky"}},
			"servers": []any{map[string]any{"url": "http://rocketchat-3:3000"},
				map[string]any{"url": "http://chat-rocketchat-2-1:3100", "weight": preferred}}}}},
	})
	if fmt.Sprint(got["http"]) != want {
		t.Errorf("got  %v\nwant %s", got["http"], want)
	}
	for name, c := range map[string]struct {
		routes  string
		sockets []string
	}{
		"all":                   {string(routes), nil},
		"one that is not there": {string(routes), []string{"rocketchat-3", "rocketchat-4"}},
		"no router": {strings.ReplaceAll(string(routes), "service: rocketchat,", "service: other,"),
			[]string{"rocketchat-1"}},
		"no file": {"", []string{"rocketchat-1"}},
	} {
		if text, err := Steered([]byte(c.routes), c.sockets); text != nil || err != nil {
			t.Errorf("%s: got %s, %v", name, text, err)
		}
	}
	if _, err := Steered([]byte("\t"), []string{"rocketchat-1"}); err == nil || !strings.HasPrefix(err.Error(), File) {
		t.Errorf("broken: got %v", err)
	}
}

// TestReplicaOf: Compose calls a container PROJECT-SERVICE-NUMBER.
func TestReplicaOf(t *testing.T) {
	for host, want := range map[string]string{
		"rocketchat-1": "rocketchat-1", "rocketchat-12": "rocketchat-12", "rocketchat-rocketchat-1-2": "rocketchat-1",
		"my-chat_2-rocketchat-12-1": "rocketchat-12",
		"rocketchat-1-2":            "", "rocketchat": "", "grafana": "", "chat-grafana-1": "", "chat-rocketchat-1": "",
		"chat-rocketchat-01-1": "",
	} {
		if got := ReplicaOf(host); got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}

// TestSteeredWeights: the last server is preferred, whatever weights a person has given.
func TestSteeredWeights(t *testing.T) {
	routes := strings.Replace(string(exampleRoutes(t)), "-1:3000\n", "-1:3000\n            weight: 500\n", 1)
	routes = strings.Replace(routes, "http:\n", "http:\n  routers:\n    rocketchat: {rule: x, service: rocketchat}\n", 1)
	text, err := Steered([]byte(routes), []string{"rocketchat-1", "rocketchat-2", "rocketchat-3"})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		HTTP struct {
			Services map[string]struct {
				LoadBalancer struct {
					Servers []struct {
						URL    string
						Weight int
					}
				} `yaml:"loadBalancer"`
			}
		}
	}
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	var weights []int
	for _, s := range got.HTTP.Services[stack.RocketChat+"-websockets"].LoadBalancer.Servers {
		weights = append(weights, max(1, s.Weight))
	}
	if !slices.Equal(weights, []int{1, 1, preferred}) {
		t.Errorf("got %v from\n%s", weights, text)
	}
}
