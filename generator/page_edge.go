package generator

// edge is how requests come in: the configuration of Traefik.
type edge struct {
	Rule            string   // rule of Rocket.Chat's router
	GrafanaRule     string   // rule of Grafana's router
	EntryPoint      string   // that serves them
	Ports           []string // published ones, as Compose writes them
	Everywhere      bool     // they are published on every address of the host
	Public          bool     // users come by https, whoever terminates it
	HSTS            bool     // browsers are told to come back by https only
	ACME            bool     // certificates come from an ACME server
	Files           bool     // certificates are files; neither without https
	ACMEStorage     string   // file of the ACME server's certificates
	ProxyHops       int      // proxies between a client and Traefik
	RequestRate     int      // a second from one address
	RequestBurst    int      // concurrently from one address
	TraefikLogLevel string   // in Traefik's words
}

func newEdge(p Plan) edge {
	r := p.Request
	const grafana = "PathPrefix(`/grafana`) && !Path(`/grafana/metrics`)" // its metrics ask for no login
	host := "Host(`" + r.Domain + "`)"
	e := edge{
		Rule:            host,
		GrafanaRule:     host + " && " + grafana,
		EntryPoint:      "web",
		Ports:           []string{"80:80"},
		Everywhere:      p.HostIP() == "",
		Public:          p.public(),
		HSTS:            r.TLS.Mode != TLSOff && !r.TLS.Staging, // a warning about a staging certificate could not be passed
		ACME:            r.TLS.Mode == TLSACME,
		Files:           r.TLS.Mode == TLSFiles,
		ACMEStorage:     "/acme/acme.json",
		ProxyHops:       r.TLS.Proxies.hops(),
		TraefikLogLevel: logLevels[r.logLevel()].traefik,
	}
	if r.Domain == Localhost { // also as 127.0.0.1
		e.Rule, e.GrafanaRule = "PathPrefix(`/`)", grafana
	}
	if r.TLS.Mode != TLSOff {
		e.EntryPoint, e.Ports = "websecure", append(e.Ports, "443:443")
	}
	if !e.Everywhere {
		for i := range e.Ports {
			e.Ports[i] = p.HostIP() + ":" + e.Ports[i]
		}
	}
	if r.TLS.Staging { // a file of its own: Traefik would go on with these certificates later
		e.ACMEStorage = "/acme/staging.json"
	}
	e.RequestRate, e.RequestBurst = p.SizedBy.Requests.Value.Limit(p.Concurrent)
	return e
}
