package doctor

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/internal/container"
)

// authority signs certificates of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue signs a certificate of its own where parent is nil.
func issue(t *testing.T, parent *authority, c x509.Certificate) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber = big.NewInt(1)
	signer := authority{&c, key}
	if parent != nil {
		signer = *parent
	}
	der, err := x509.CreateCertificate(rand.Reader, &c, signer.cert, &key.PublicKey, signer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

// secure has the site show a certificate for a domain that is valid for 90 days.
func (s *site) secure(t *testing.T, name string) *x509.CertPool {
	t.Helper()
	const day = 24 * time.Hour
	from, until := stackTime.Add(-day), stackTime.Add(89*day)
	ca := issue(t, nil, x509.Certificate{Subject: pkix.Name{CommonName: "Test Root"}, NotBefore: from,
		NotAfter: until.Add(day), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	between := issue(t, &ca, x509.Certificate{Subject: pkix.Name{CommonName: "Test R1"}, NotBefore: from,
		NotAfter: until.Add(day), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	leaf := issue(t, &between, x509.Certificate{Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: from, NotAfter: until})
	s.plan.Request.TLS.Mode = generator.TLSACME
	s.rootURL = s.plan.RootURL()
	s.serve(t, func(server *httptest.Server) {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.cert.Raw, between.cert.Raw},
			PrivateKey: leaf.key}}}
		server.StartTLS()
	})
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

// proxied puts a proxy of the operator's own in front of the site, which terminates https.
func (s *site) proxied(t *testing.T) {
	t.Helper()
	s.secure(t, "chat.firma.de")
	s.plan.Request.TLS = generator.TLS{Mode: generator.TLSOff, Proxies: generator.Proxies{Trusted: []string{"192.0.2.10"}}}
}

func TestCertificate(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name        string
		leaf        string
		change      func(*site)
		unknown     bool
		result      Result
		detail, fix string
	}{
		{name: "good", result: OK, detail: "for chat.firma.de until 2027-02-19, in 89 days"},
		{name: "little time", change: func(s *site) { s.now = stackTime.Add(76 * day) }, result: Warn,
			detail: "ends on 2027-02-19, in 13 days; it should have 14", fix: "docker compose logs traefik"},
		{name: "just enough time", change: func(s *site) { s.now = stackTime.Add(75 * day) }, result: OK,
			detail: "in 14 days"},
		{name: "ended", change: func(s *site) { s.now = stackTime.Add(89*day + time.Minute) }, result: Fail,
			detail: "ended on 2027-02-19", fix: "docker compose logs traefik"},
		{name: "ended, own file", change: func(s *site) {
			s.now, s.plan.Request.TLS.Mode = stackTime.Add(100*day), generator.TLSFiles
		}, result: Fail, detail: "ended on", fix: "secrets/tls.crt"},
		{name: "not yet", change: func(s *site) { s.now = stackTime.Add(-2 * day) }, result: Fail,
			detail: "valid from 2026-11-21 12:00:00 UTC on", fix: "clock"},
		{name: "another name", leaf: "www.firma.de", result: Fail, detail: "for www.firma.de, not for chat.firma.de",
			fix: "chat.firma.de lead there; then run docker compose restart traefik"},
		{name: "Traefik's own", leaf: "TRAEFIK DEFAULT CERT", result: Fail, detail: "none for chat.firma.de", fix: "port 80"},
		{name: "unknown issuer", unknown: true, result: Fail, detail: "unknown authority",
			fix: "docker compose logs traefik"},
		{name: "staging", unknown: true, change: func(s *site) { s.plan.Request.TLS.Staging = true }, result: Warn,
			detail: "staging", fix: "take staging out"},
		{name: "private authority", unknown: true, change: func(s *site) { s.plan.Request.TLS.Mode = generator.TLSFiles },
			result: Warn, detail: "does not know its issuer", fix: "authority"},
		{name: "private ACME server", unknown: true,
			change: func(s *site) { s.plan.Request.TLS.Server = "https://ca.firma.de/dir" }, result: Warn,
			detail: "does not know its issuer", fix: "authority"},
		{name: "refused", change: func(s *site) { s.dial = errors.New("connection refused") }, result: Fail,
			detail: "connection refused", fix: "firewall"},
		{name: "no https", change: func(s *site) { s.plan.Request.TLS.Mode = generator.TLSOff }, result: Skip,
			detail: "no https", fix: "rcgen.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			name := c.leaf
			if name == "" {
				name = "chat.firma.de"
			}
			pool := s.secure(t, name)
			if c.unknown {
				pool = x509.NewCertPool()
			}
			if c.change != nil {
				c.change(s)
			}
			src := s.sources()
			src.Running.Roots = pool
			f := Run(t.Context(), src, []string{"certificate"}).Checks[0]
			if f.Result != c.result || !strings.Contains(f.Detail, c.detail) || !strings.Contains(f.Fix, c.fix) ||
				(f.Fix == "") != (c.result == OK) {
				t.Errorf("want %s %q %q, got %+v", c.result, c.detail, c.fix, f)
			}
		})
	}
}

// TestNoTLS: what answers at port 443 and speaks no TLS is told of.
func TestNoTLS(t *testing.T) {
	s := newSite(t)
	s.plan.Request.TLS.Mode = generator.TLSFiles
	s.ports = strings.Replace(s.ports, "80/tcp", "443/tcp", 1)
	expect(t, s.sources(), "certificate", Fail, "the TLS handshake: tls: first record does not look like a TLS handshake",
		"replicas")
}

// TestAnyCertificate: the other checks say what they are for, whatever the certificate.
func TestAnyCertificate(t *testing.T) {
	s := newSite(t)
	s.secure(t, "www.elsewhere.com")
	expect(t, s.sources(), "root-url", OK, "https://chat.firma.de", "")
	expect(t, s.sources(), "websocket", OK, "DDP", "")
	expect(t, s.sources(), "message", OK, "was at another after", "")
}

// TestMessagePassword: a password crosses a network by https alone, and to nobody
// whose certificate is not verified.
func TestMessagePassword(t *testing.T) {
	const there = "tcp://10.1.2.3:2376"
	for _, c := range []struct {
		name, leaf, endpoint string
		known                bool
		result               Result
		detail               string
	}{
		{"here, a wrong certificate", "www.elsewhere.com", "unix:///run/docker.sock", false, OK, "was at another after"},
		{"there, a good certificate", "chat.firma.de", there, true, OK, "was at another after"},
		{"there, another name", "www.elsewhere.com", there, true, Skip, "not verified"},
		{"there, an unknown issuer", "chat.firma.de", there, false, Skip, "not verified"},
		{"there, no https", "", there, false, Skip, "without https"},
	} {
		s := newSite(t)
		src := s.sources()
		src.Running.Roots = x509.NewCertPool()
		if c.leaf != "" {
			if pool := s.secure(t, c.leaf); c.known {
				src.Running.Roots = pool
			}
		}
		s.endpoint = c.endpoint
		f := Run(t.Context(), src, []string{"message"}).Checks[0]
		if f.Result != c.result || !strings.Contains(f.Detail, c.detail) {
			t.Errorf("%s: %+v", c.name, f)
		}
		if sent := s.password != ""; sent != (c.result == OK) {
			t.Errorf("%s: the password was sent: %v", c.name, sent)
		}
	}
}

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{
		" a\r\n b\t": "a b", "\x1b[31mred\x07": "[31mred", strings.Repeat("ü", 121): strings.Repeat("ü", 120) + "...",
	} {
		if got := oneLine(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// containersOf is a project with these containers.
func containersOf(all ...container.Container) func(context.Context) ([]container.Container, error) {
	return func(context.Context) ([]container.Container, error) { return all, nil }
}

// TestWebAbsent: nothing is said of a chat that is not there.
func TestWebAbsent(t *testing.T) {
	ids := []string{"websocket", "root-url", "certificate", "message"}
	for _, c := range []struct {
		detail     string
		plan       *generator.Plan
		containers func(context.Context) ([]container.Container, error)
	}{
		{"no project here", nil, containersOf()},
		{"nothing of the project runs", newSite(t).plan,
			containersOf(container.Container{Service: "traefik", State: "exited"})},
		{"not known: no engine", newSite(t).plan, func(context.Context) ([]container.Container, error) {
			return nil,
				errors.New("no engine")
		}},
	} {
		src := newSite(t).sources()
		src.Plan, src.Containers = c.plan, c.containers
		for _, f := range Run(t.Context(), src, ids).Checks {
			if f.Result != Skip || !strings.Contains(f.Detail, c.detail) || f.Fix == "" {
				t.Errorf("%+v", f)
			}
		}
	}
}
