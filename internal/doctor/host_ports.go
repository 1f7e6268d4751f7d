package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rcgen/generator"
	"rcgen/generator/stack"
)

// The ports of the web.
const (
	portHTTP  = 80
	portHTTPS = 443
)

// wanted returns the ports that Traefik publishes and on which address, which is not
// valid where it is every one.
func wanted(p *generator.Plan) (ports []uint16, bind netip.Addr) {
	ports = []uint16{portHTTP, portHTTPS}
	if p != nil && p.Request.TLS.Mode == generator.TLSOff {
		ports = ports[:1]
	}
	if p != nil {
		bind, _ = netip.ParseAddr(p.HostIP())
	}
	return ports, bind
}

// collides reports whether nothing more can be bound to bind beside what is on at.
func collides(at, bind netip.Addr) bool {
	return !bind.IsValid() || at.IsUnspecified() || at == bind
}

// holders says who has a port.
type holders struct {
	publishers []publisher
	sockets    []netip.AddrPort
	plan       *generator.Plan
	bind       netip.Addr
}

// of returns the name of who has a port, or that it is this project's Traefik, or neither.
func (h holders) of(port uint16) (name string, own bool) {
	for _, p := range h.publishers {
		for _, r := range p.ports {
			switch {
			case !r.has(port):
			case h.plan != nil && p.project == h.plan.Request.Project && p.service == stack.Traefik:
				return "", true
			case collides(r.address, h.bind):
				name = "container " + p.name
			}
		}
	}
	taken := func(s netip.AddrPort) bool { return s.Port() == port && collides(s.Addr(), h.bind) }
	if name == "" && slices.ContainsFunc(h.sockets, taken) {
		name = "a program of the machine"
	}
	return name, false
}

func checkPorts(ctx context.Context, w *world, m machine) verdict {
	ports, bind := wanted(w.Plan)
	h := holders{plan: w.Plan, bind: bind}
	var err, unanswered error
	if m.local {
		if h.sockets, err = listening(m); err != nil {
			return unseen(err)
		}
	}
	h.publishers, unanswered = w.publishers(ctx)
	var own, free, taken []string
	for _, port := range ports {
		switch name, mine := h.of(port); {
		case mine:
			own = append(own, strconv.Itoa(int(port)))
		case name != "":
			taken = append(taken, fmt.Sprintf("%d is taken by %s", port, name))
		default:
			free = append(free, strconv.Itoa(int(port)))
		}
	}
	all := func(ports []string) string { return strings.Join(ports, " and ") }
	switch {
	case len(taken) > 0 && unanswered != nil:
		return skip(all(taken)+", and the engine does not say by which", "see docker-engine")
	case len(taken) > 0:
		return fail(strings.Join(taken, ", "),
			"stop it, or give it another port: `sudo ss -ltnp` and `docker ps` list who listens. "+
				"A web server that shall stay can stand before Traefik: tls.mode off and tls.proxies in rcgen.yaml")
	case unanswered != nil && !m.local:
		return unseen(errNoEngine)
	case len(free) > 0 && !m.local:
		return skip("no container publishes "+all(free)+"; what other programs of the machine do is not known from here",
			"run rcgen doctor on that machine")
	case unanswered != nil: // Docker may publish by the kernel alone, where no program listens
		return ok("no program listens on %s; what containers publish is not known", all(free))
	case len(free) == 0:
		return ok("%s: this project's Traefik", all(own))
	case len(own) == 0:
		return ok("free: %s", all(free))
	}
	return ok("this project's Traefik: %s; free: %s", all(own), all(free))
}

// Ports on which data or the machine itself is offered, mostly to anybody who asks.
// The first two have been the ruin of whole hosts: Docker's API is root's
// (https://docs.docker.com/engine/security/protect-access/), and open databases are
// emptied by robots (RocketChat/Rocket.Chat#21496).
var (
	ruinous  = map[uint16]string{2375: "Docker's API without TLS", 27017: "MongoDB"}
	delicate = map[uint16]string{
		2379: "etcd", 3000: "Rocket.Chat or Grafana past the proxy", 3100: "Loki", 3306: "MySQL",
		4222: "NATS", 5432: "PostgreSQL", 6379: "Redis", 8222: "NATS' monitoring", 9090: "Prometheus",
		9093: "Alertmanager", 9200: "Elasticsearch", 9458: "Rocket.Chat's metrics",
		11211: "memcached", 27018: "MongoDB", 27019: "MongoDB",
	}
)

const portSSH = 22

// exposure collects the ports that are open to everyone.
type exposure struct {
	ruinous, warned, other []string
}

// publish adds what a container publishes. Whatever it is, ufw does not stop it.
func (e *exposure) publish(p publisher) {
	var seen []string
	for _, r := range p.ports {
		text := r.String()
		proxied := r.first == r.end && (r.has(portHTTP) || r.has(portHTTPS))
		if !toEveryone(r.address) || slices.Contains(seen, text) || proxied {
			continue
		}
		seen = append(seen, text) // once for IPv4 and IPv6
		into := &e.warned
		for port, name := range ruinous {
			if r.has(port) {
				text, into = text+", "+name, &e.ruinous
			}
		}
		*into = append(*into, text+" (container "+p.name+")")
	}
}

// listen adds a socket of a program.
func (e *exposure) listen(port uint16) {
	text := strconv.Itoa(int(port))
	if name, found := ruinous[port]; found {
		e.ruinous = append(e.ruinous, text+", "+name)
	} else if name, found := delicate[port]; found {
		e.warned = append(e.warned, text+", "+name)
	} else {
		e.other = append(e.other, text)
	}
}

// checkOpenPorts looks for ports that others can reach besides those of the web and
// SSH. Whether a firewall before the machine stops them is not known here.
func checkOpenPorts(ctx context.Context, w *world, m machine) verdict {
	var e exposure
	containers, unanswered := w.publishers(ctx)
	for _, p := range containers {
		e.publish(p)
	}
	if unanswered != nil && !m.local {
		return unseen(errNoEngine)
	}
	var sockets []netip.AddrPort
	if m.local {
		var err error
		if sockets, err = listening(m); err != nil {
			return unseen(err)
		}
	}
	known := []uint16{portSSH, portHTTP, portHTTPS}
	for _, s := range sockets {
		published := slices.ContainsFunc(containers, func(p publisher) bool {
			return slices.ContainsFunc(p.ports, func(r portRange) bool { return r.has(s.Port()) })
		})
		if toEveryone(s.Addr()) && !published && !slices.Contains(known, s.Port()) {
			known = append(known, s.Port())
			e.listen(s.Port())
		}
	}
	return e.verdict(m.local, unanswered == nil)
}

// verdict judges what was seen of programs and containers, or of one of them alone.
func (e exposure) verdict(programs, containers bool) verdict {
	const fix = "bind it to 127.0.0.1 or stop it; ufw does not stop what Docker publishes " +
		"(https://docs.docker.com/engine/network/packet-filtering-firewalls/)"
	rest := ""
	if len(e.other) > 0 {
		rest = "; other programs listen on " + few(e.other)
	}
	switch {
	case len(e.ruinous) > 0:
		return fail("open to everyone: "+few(slices.Concat(e.ruinous, e.warned)), fix)
	case len(e.warned) > 0:
		return warn("open to everyone: "+few(e.warned)+rest, fix)
	case !programs:
		return ok("no container has others than %d and %d open; programs of the machine are not known from here",
			portHTTP, portHTTPS)
	}
	if !containers {
		return ok("no data store has one open to everyone%s; what containers publish is not known", rest)
	}
	return ok("no container and no data store has one open to everyone%s", rest)
}
