package doctor

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"rcgen/generator"
	"rcgen/generator/stack"
)

// WebSources are what the checks through the proxy need besides the common functions.
type WebSources struct {
	// Dial opens a TCP connection to a host and port.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Account returns who sends the test message: an account that a person names for
	// that, or the plan's first one. An empty name or password is nobody.
	Account func(admin string) Account
	// Roots are the authorities that certificates are checked against; nil: the system's.
	Roots *x509.CertPool
}

// Account is an account of Rocket.Chat.
type Account struct{ Username, Password string }

// messageLimit is how long the test message may take with all that comes before and
// after it: some ten answers of which each is quick where all is well (assumption).
const messageLimit = 8 * time.Second

func runningWebChecks() []check {
	return []check{
		{id: "websocket", what: "a websocket through the proxy", run: throughProxy(checkWebsocket)},
		{id: "root-url", what: "the address that Rocket.Chat tells its clients", run: throughProxy(checkRootURL)},
		{id: "certificate", what: "the certificate that the proxy shows", run: checkCertificate},
		{id: "message", what: "a message from one replica to another", limit: messageLimit, run: checkMessage},
	}
}

// webWorld holds the questions that the checks through the proxy share.
type webWorld struct {
	entrance func(context.Context) (string, error) // host and port to connect to
}

func newWebWorld(ctx context.Context, w *world) webWorld {
	return webWorld{entrance: shared(ctx, w, patience, w.askEntrance)}
}

// obstacle is an error that says what a check should.
type obstacle struct{ verdict }

func (o obstacle) Error() string { return o.detail }

// throughProxy makes a check of a question to the chat. Where it cannot be asked,
// the check says why.
func throughProxy(ask func(context.Context, *world, web) verdict) func(context.Context, *world) verdict {
	return func(ctx context.Context, w *world) verdict {
		address, err := w.entrance(ctx)
		var o obstacle
		switch {
		case errors.As(err, &o):
			return o.verdict
		case err != nil:
			return skip("the way to the proxy is not known: "+err.Error(), "see the check docker-engine")
		}
		return ask(ctx, w, newWeb(w, address))
	}
}

// askEntrance finds where users come in: at the port that Traefik publishes on the
// engine's machine, whatever DNS says here, or at a person's own proxy before it.
func (w *world) askEntrance(ctx context.Context) (string, error) {
	if w.Plan.BehindProxy() {
		return net.JoinHostPort(w.Plan.Request.Domain, "443"), nil
	}
	traefik, err := w.running(ctx, stack.Traefik)
	if errors.Is(err, errNone) {
		return "", obstacle{fail("traefik does not run",
			"rcgen apply starts it; docker compose logs traefik says why it ended")}
	}
	if err != nil {
		return "", err
	}
	port := "80/tcp"
	if w.Plan.Request.TLS.Mode != generator.TLSOff {
		port = "443/tcp"
	}
	address, err := askPublished(ctx, w.Docker, traefik.ID, port)
	if err != nil {
		return "", err
	}
	ip, err := netip.ParseAddr(address.HostIP)
	if err == nil && !ip.IsLoopback() && !ip.IsUnspecified() {
		return net.JoinHostPort(address.HostIP, address.HostPort), nil
	}
	machine, err := w.endpoint(ctx)
	if err != nil {
		return "", err
	}
	if ip.IsLoopback() && machine != thisMachine {
		return "", obstacle{skip("the proxy is published on the loopback address of another machine",
			"run rcgen doctor there")}
	}
	return net.JoinHostPort(machine, address.HostPort), nil
}

// published is where a port of a container is published. HostIP is empty or
// unspecified for all addresses.
type published struct {
	HostIP   string `json:"HostIp"`
	HostPort string
}

// askPublished returns the first place where a port is published.
func askPublished(
	ctx context.Context, docker func(context.Context, ...string) (string, error), container, port string,
) (published, error) {
	out, err := docker(ctx, "inspect", "--format", "{{json .NetworkSettings.Ports}}", container)
	if err != nil {
		return published{}, err
	}
	var ports map[string][]published
	if err := json.Unmarshal([]byte(out), &ports); err != nil {
		return published{}, fmt.Errorf("docker inspect: its answer cannot be read: %w", err)
	}
	if len(ports[port]) == 0 {
		return published{}, obstacle{fail("traefik publishes no port "+port,
			"rcgen diff shows what was changed; compose.override.yaml may take ports away")}
	}
	return ports[port][0], nil
}

// thisMachine is where the ports of an engine on this machine are published.
const thisMachine = "127.0.0.1"

// askEndpoint returns the host by which the engine's machine is reached: this one for
// a socket or a pipe, else the one that the endpoint of the Docker context names.
func askEndpoint(ctx context.Context, docker func(context.Context, ...string) (string, error)) (string, error) {
	out, err := docker(ctx, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
	if err != nil {
		return "", err
	}
	u, err := url.Parse(strings.TrimSpace(out))
	if err != nil || u.Scheme == "" {
		return "", errors.New("docker context: its endpoint is no URL")
	}
	if host := u.Hostname(); host != "" && u.Scheme != "unix" && u.Scheme != "npipe" {
		return host, nil
	}
	return thisMachine, nil
}
