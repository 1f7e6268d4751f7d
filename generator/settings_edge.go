package generator

import "cmp"

// Edge is how requests come in: what Traefik is told.
type Edge struct {
	RootURL         string   // public URL without a port or a final slash
	Rule            string   // rule of Rocket.Chat's router
	GrafanaRule     string   // rule of Grafana's router
	EntryPoint      string   // that serves them
	Bind            string   // host address of the published ports with its colon, or empty for all
	Everywhere      bool     // no host address is named
	Secure          bool     // Traefik terminates https
	Plain           bool     // it does not
	Public          bool     // https, wherever it ends
	HSTS            bool     // browsers are told to come back by https only
	ACME, Files     bool     // where certificates come from; neither without https
	ACMEServer      string   // directory URL
	ACMEStorage     string   // file of the certificates
	BehindProxy     bool     // proxies of a person's own are before Traefik
	TrustedProxies  []string // their addresses
	ProxyHops       int      // how many a request passes
	ForwardedCount  int      // proxies between a client and Rocket.Chat, Traefik included
	RequestRate     int      // a second from one address
	RequestBurst    int      // at once from one address
	TraefikLogLevel string   // in Traefik's words
}

func newEdge(r Request, requests Requests, concurrent int) Edge {
	e := Edge{
		RootURL:         "http://" + r.Domain,
		Rule:            "Host(`" + r.Domain + "`)",
		EntryPoint:      "web",
		Secure:          r.TLS.Mode != TLSOff,
		Plain:           r.TLS.Mode == TLSOff,
		ACME:            r.TLS.Mode == TLSACME,
		Files:           r.TLS.Mode == TLSFiles,
		ACMEServer:      cmp.Or(r.TLS.Server, LetsEncrypt),
		ACMEStorage:     "/acme/acme.json",
		BehindProxy:     len(r.TLS.Proxies.Trusted) > 0,
		TrustedProxies:  r.TLS.Proxies.Trusted,
		TraefikLogLevel: logLevels[r.logLevel()].traefik,
	}
	const grafana = "PathPrefix(`/grafana`) && !Path(`/grafana/metrics`)" // its metrics ask for no login
	e.GrafanaRule = e.Rule + " && " + grafana
	if r.Domain == Localhost { // also as 127.0.0.1
		e.Bind, e.Rule, e.GrafanaRule = "127.0.0.1:", "PathPrefix(`/`)", grafana
	}
	e.Everywhere = e.Bind == ""
	if e.BehindProxy {
		e.ProxyHops = max(1, r.TLS.Proxies.Hops)
	}
	e.ForwardedCount = e.ProxyHops + 1
	if e.Secure {
		e.EntryPoint = "websecure"
	}
	if e.Public = e.Secure || e.BehindProxy; e.Public {
		e.RootURL = "https://" + r.Domain
	}
	e.HSTS = e.Secure && !r.TLS.Staging // nobody could pass by the warning about a staging certificate
	if r.TLS.Staging {                  // a file of its own: Traefik would go on with these certificates later
		e.ACMEServer, e.ACMEStorage = LetsEncryptStaging, "/acme/staging.json"
	}
	e.RequestRate, e.RequestBurst = requests.limit(concurrent)
	return e
}
