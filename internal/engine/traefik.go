package engine

import (
	"context"
	"regexp"
	"strings"
	"time"

	"rcgen/generator/fault"
	"rcgen/generator/stack"
)

// Proxy is what Traefik says of its configuration.
type Proxy struct {
	Reloads string          // how often it took another one since it started; a count
	Servers map[string]bool // its servers for Rocket.Chat that it has checked since, by host: whether they are up
}

// answer is how long Traefik and the engine may take together; assumption: it is
// milliseconds unless something is wrong.
const answer = 10 * time.Second

// Names of https://doc.traefik.io/traefik/observability/metrics/overview/. A server
// has its figure from its first health check on.
var (
	reloadsMetric = regexp.MustCompile(`(?m)^traefik_config_reloads_total ([0-9.e+]+)$`)
	serverMetric  = regexp.MustCompile(`(?m)^traefik_service_server_up\{service="` + stack.RocketChat +
		`@file",url="http://([a-z0-9_-]+):[0-9]+/?"\} ([01])$`)
)

// Proxy asks the Traefik in a container, which answers on its metrics port.
func (e Engine) Proxy(ctx context.Context, id string) (Proxy, error) {
	ctx, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	out, err := e.Docker(ctx, "exec", id, "wget", "-q", "-O", "-", "http://127.0.0.1:9096/metrics")
	if err != nil {
		return Proxy{}, &fault.Error{
			What: "traefik: does not say which servers it has", Err: err,
			Hint: "`docker compose logs traefik` may say why; traefik/traefik.yaml must have its metrics on port 9096",
		}
	}
	return parseProxy(out)
}

func parseProxy(metrics string) (Proxy, error) {
	m := reloadsMetric.FindStringSubmatch(strings.ReplaceAll(metrics, "\r", ""))
	if m == nil {
		return Proxy{}, &fault.Error{
			What: "traefik: has no metric traefik_config_reloads_total",
			Hint: "take traefik/traefik.yaml back from git, or update Traefik",
		}
	}
	p := Proxy{Reloads: m[1], Servers: map[string]bool{}}
	for _, m := range serverMetric.FindAllStringSubmatch(metrics, -1) {
		p.Servers[m[1]] = m[2] == "1"
	}
	return p, nil
}
