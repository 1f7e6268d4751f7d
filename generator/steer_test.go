package generator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v4"
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
	text, err := steered(routes, []string{"rocketchat-3", "chat-rocketchat-2-1"})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]map[string]map[string]any
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	rule := "(Host(`a`) || Host(`b`)) && (PathPrefix(`/websocket`) || PathPrefix(`/sockjs`))"
	want := fmt.Sprint(map[string]map[string]any{
		"routers": {"rocketchat-websockets": map[string]any{"rule": rule, "entryPoints": []any{"websecure"}, "middlewares": []any{"limit", "retry"},
			"service": "rocketchat-websockets", "priority": 8, "tls": map[string]any{"certResolver": "le"}}},
		"services": {"rocketchat-websockets": map[string]any{"loadBalancer": map[string]any{"sticky": map[string]any{"cookie": map[string]any{"name": "rc_sticky"}},
			"servers": []any{map[string]any{"url": "http://rocketchat-3:3000"}, map[string]any{"url": "http://chat-rocketchat-2-1:3100", "weight": preferred}}}}},
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
		"no router":             {strings.ReplaceAll(string(routes), "service: rocketchat,", "service: other,"), []string{"rocketchat-1"}},
		"no file":               {"", []string{"rocketchat-1"}},
	} {
		if text, err := steered([]byte(c.routes), c.sockets); text != nil || err != nil {
			t.Errorf("%s: got %s, %v", name, text, err)
		}
	}
	if _, err := steered([]byte("\t"), []string{"rocketchat-1"}); err == nil || !strings.HasPrefix(err.Error(), routesFile) {
		t.Errorf("broken: got %v", err)
	}
}

// TestReplicaOf: Compose calls a container PROJECT-SERVICE-NUMBER.
func TestReplicaOf(t *testing.T) {
	for host, want := range map[string]string{
		"rocketchat-1": "rocketchat-1", "rocketchat-12": "rocketchat-12", "rocketchat-rocketchat-1-2": "rocketchat-1", "my-chat_2-rocketchat-12-1": "rocketchat-12",
		"rocketchat-1-2": "", "rocketchat": "", "grafana": "", "chat-grafana-1": "", "chat-rocketchat-1": "", "chat-rocketchat-01-1": "",
	} {
		if got := ReplicaOf(host); got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}

// TestTwoContainers follows the routes of a replica that gets a second container, and
// settles them at any time: each byte is as it was.
func TestTwoContainers(t *testing.T) {
	plain := []byte(strings.Replace(string(exampleRoutes(t)), "-1:3000\n", "-1:3100 # the first\n            weight: 2\n", 1))
	const first, second = "chat-rocketchat-1-1", "chat-rocketchat-1-2"
	renamed, entry, err := Rename(plain, "rocketchat-1", first)
	if err != nil || !strings.Contains(string(renamed), "http://"+first+":3100 # the first\n            weight: 2\n") || strings.Contains(string(renamed), "http://rocketchat-1:") {
		t.Fatalf("got %v and\n%s", err, renamed)
	}
	if again, none, err := Rename(renamed, "rocketchat-1", first); err != nil || none != "" || string(again) != string(renamed) {
		t.Errorf("again: got %q, %v and\n%s", none, err, again)
	}
	both, err := PutBack(renamed, second, entry)
	if err != nil || !strings.Contains(string(both), "http://"+second+":3100 # the first\n") {
		t.Fatalf("got %v and\n%s", err, both)
	}
	if got, err := Servers(both); err != nil || !slices.Equal(got[:3], []string{first, second, "rocketchat-2"}) {
		t.Errorf("got %q, %v", got, err)
	}
	one, _, err := TakeOut(both, first)
	if err != nil {
		t.Fatal(err)
	}
	for _, routes := range [][]byte{renamed, both, one} {
		project := afterwards(fstest.MapFS{}, mustReroute(t, routes, Held{"rocketchat-1": entry}, []string{"rocketchat-2"}))
		whole, err := Settled(project)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ReadRegular(whole, routesFile); err != nil || string(got) != string(plain) {
			t.Errorf("settled: %v\n%s\nfrom\n%s", err, got, routes)
		}
	}
}

func mustReroute(t *testing.T, routes []byte, held Held, sockets []string) Valid {
	t.Helper()
	v, err := Rerouted(fstest.MapFS{}, routes, held, sockets)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
