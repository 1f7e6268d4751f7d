package routes

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/stack"
)

// SteerFile sends new websockets to some replicas alone while an apply changes them.
// Traefik reads it beside File.
const SteerFile = "traefik/dynamic/rolling.yaml"

const (
	// socketPaths are where Rocket.Chat's clients open their websockets: Meteor's own
	// and SockJS (https://github.com/meteor/meteor, packages/ddp-server/stream_server.js).
	socketPaths = "PathPrefix(`/websocket`) || PathPrefix(`/sockjs`)"

	// preferred is the weight of the last server among others of 1. Assumption: one in
	// a hundred may go elsewhere, so that there is an elsewhere when the last one fails.
	preferred = 100
)

// Steered returns the content of SteerFile: what routes has for Rocket.Chat, for
// websockets, with other servers. It is nil for no servers.
func Steered(routes []byte, sockets []string) ([]byte, error) {
	if len(sockets) == 0 {
		return nil, nil
	}
	var file struct {
		HTTP struct {
			Routers  map[string]map[string]any `yaml:"routers"`
			Services map[string]struct {
				LoadBalancer map[string]any `yaml:"loadBalancer"`
			} `yaml:"services"`
		} `yaml:"http"`
	}
	if err := yaml.Unmarshal(routes, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	const service = stack.RocketChat + "-websockets"
	routers := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(file.HTTP.Routers)) {
		r := maps.Clone(file.HTTP.Routers[name])
		if r["service"] != stack.RocketChat {
			continue
		}
		r["service"] = service
		r["rule"] = fmt.Sprintf("(%s) && (%s)", strings.TrimSpace(fmt.Sprint(r["rule"])), socketPaths)
		if priority, ok := r["priority"].(int); ok { // else the longer rule goes first
			r["priority"] = priority + 1
		}
		routers[name+"-websockets"] = r
	}
	balancer := maps.Clone(file.HTTP.Services[stack.RocketChat].LoadBalancer)
	if len(routers) == 0 || balancer == nil {
		return nil, nil // a person routes in another way
	}
	if balancer["servers"] = steeredServers(balancer["servers"], sockets); balancer["servers"] == nil {
		return nil, nil
	}
	text, err := yaml.Marshal(map[string]any{"http": map[string]any{
		"routers": routers, "services": map[string]any{service: map[string]any{"loadBalancer": balancer}},
	}})
	const head = "# New websockets go to replicas that are up to date: rcgen apply is at work, and removes this file.\n"
	return append([]byte(head), text...), err
}

// steeredServers returns those of the servers that are in sockets, in that order. It is
// nil where one of them is not there.
func steeredServers(servers any, sockets []string) any {
	known := map[string]map[string]any{}
	list, _ := servers.([]any)
	for _, entry := range list {
		s, _ := entry.(map[string]any)
		if u, err := url.Parse(fmt.Sprint(s["url"])); err == nil {
			known[u.Hostname()] = s
		}
	}
	var chosen []any
	for i, host := range sockets {
		s := maps.Clone(known[host])
		if s == nil {
			return nil
		}
		if len(sockets) > 1 {
			delete(s, "weight")
		}
		if i > 0 && i == len(sockets)-1 {
			s["weight"] = preferred
		}
		chosen = append(chosen, s)
	}
	return chosen
}
