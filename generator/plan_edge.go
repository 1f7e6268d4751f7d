package generator

import "cmp"

// RootURL returns the public URL, without a port or a final slash.
func (p Plan) RootURL() string {
	if p.public() {
		return "https://" + p.Request.Domain
	}
	return "http://" + p.Request.Domain
}

// public reports whether users come by https, whoever terminates it.
func (p Plan) public() bool {
	return p.Request.TLS.Mode != TLSOff || p.BehindProxy()
}

// BehindProxy reports whether proxies of the operator's own are in front of Traefik.
func (p Plan) BehindProxy() bool { return p.Request.TLS.Proxies.hops() > 0 }

// ForwardedCount returns the number of proxies between a client and Rocket.Chat,
// Traefik included.
func (p Plan) ForwardedCount() int { return p.Request.TLS.Proxies.hops() + 1 }

// hops returns the number of proxies between a client and Traefik.
func (p Proxies) hops() int {
	if len(p.Trusted) == 0 {
		return 0
	}
	return max(1, p.Hops)
}

// HostIP returns the address of the host on which Traefik's ports are published,
// or nothing for all of them.
func (p Plan) HostIP() string {
	if p.Request.Domain == Localhost {
		return "127.0.0.1"
	}
	return ""
}

// ACMEServer returns the directory URL from which certificates come, or nothing if
// none come by ACME.
func (p Plan) ACMEServer() string {
	switch t := p.Request.TLS; {
	case t.Mode != TLSACME:
		return ""
	case t.Staging:
		return LetsEncryptStaging
	default:
		return cmp.Or(t.Server, LetsEncrypt)
	}
}
