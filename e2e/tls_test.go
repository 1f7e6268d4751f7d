//go:build e2e

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rcgen/e2e/internal/image"
	"rcgen/e2e/internal/rig"
)

// domain is resolved by the project's own network alone.
const domain = "chat.rcgen-e2e.com"

// pebbleRef is the ACME server for tests of Let's Encrypt's own project.
const pebbleRef = "rcgen-e2e/pebble:2.10.1"

func pebbleImage(bin map[string]string) image.Image {
	return image.Image{Ref: pebbleRef, Files: map[string]string{"/pebble": bin["pebble"]}, Entrypoint: []string{"/pebble"}}
}

// TestTLSByACME gets a certificate from pebble, which asks Traefik for the challenge.
func TestTLSByACME(t *testing.T) {
	if w.upstream {
		t.Skip("pebble is built from its module")
	}
	p := newProject(t, "acme", "--users", "100", "--cores", "2", "--memory", "8GiB", "--domain", domain,
		"--acme-email", "ops@rcgen-e2e.com", "--acme-server", "https://pebble:14000/dir")
	dir := filepath.Join(p.Dir, "acme-test")
	writeCertificate(t, dir, "pebble")
	config := `{"pebble": {"listenAddress": "0.0.0.0:14000", "managementListenAddress": "0.0.0.0:15000",
		"certificate": "/test/tls.crt", "privateKey": "/test/tls.key", "httpPort": 80, "tlsPort": 443}}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := p.Override(cpuOverride() + fmt.Sprintf(acmeOverride, domain, pebbleRef)); err != nil {
		t.Fatal(err)
	}
	took := up(t, p)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(fetchRoot(t))
	within(t, "the certificate after that", time.Minute, func() error { return serves(pool) })
	redirects(t)
	figure(t, "up after %.1f s, certificate verified, http redirected", took.Seconds())
}

// acmeOverride adds the ACME server and lets Traefik trust and be found by it.
const acmeOverride = `    environment: {LEGO_CA_CERTIFICATES: /test/tls.crt}
    volumes: ["./acme-test:/test:ro"]
    networks:
      edge: {aliases: [%[1]s]}
    depends_on: {pebble: {condition: service_started}} # Traefik asks once
  pebble:
    image: %[2]s
    command: [-config, /test/config.json]
    environment: {PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0"}
    volumes: ["./acme-test:/test:ro"]
    ports: ["127.0.0.1:15000:15000"]
    networks: [edge]
`

func fetchRoot(t *testing.T) []byte {
	t.Helper()
	c := &http.Client{Timeout: patience, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // its management port has a certificate of the test's own
	}}
	resp, err := c.Get("https://127.0.0.1:15000/roots/0")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	root, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// serves asks for the chat by https under its domain, at the loopback address.
func serves(pool *x509.CertPool) error {
	dialer := &net.Dialer{Timeout: attempt}
	c := &http.Client{Timeout: 2 * attempt, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, "127.0.0.1:443")
		},
	}}
	name, err := instance(c, "https://"+domain)
	if err == nil && !strings.HasPrefix(name, "rocketchat-") {
		err = fmt.Errorf("answered by %q", name)
	}
	return err
}

func redirects(t *testing.T) {
	t.Helper()
	c := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request,
		[]*http.Request) error {
		return http.ErrUseLastResponse
	}}
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet, origin+"/channel/general", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = domain
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Location"); resp.StatusCode/100 != 3 || got != "https://"+domain+"/channel/general" {
		t.Errorf("http: status %d, location %q", resp.StatusCode, got)
	}
}

// TestTLSByFiles serves a certificate of the user's, and has a wrong one refused
// before anything starts.
func TestTLSByFiles(t *testing.T) {
	p := newProject(t, "files", "--users", "100", "--cores", "2", "--memory", "8GiB", "--domain", domain, "--tls", "files")
	secrets := filepath.Join(p.Dir, "secrets")
	writeCertificate(t, secrets, "www.elsewhere.com")
	if out, err := p.Rcgen(w.ctx, "validate"); err == nil || !strings.Contains(out, "secrets/tls.crt") {
		t.Errorf("a certificate for another name is valid: %s", out)
	}
	pool := x509.NewCertPool()
	pool.AddCert(writeCertificate(t, secrets, domain))
	if out, err := p.Rcgen(w.ctx, "validate"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	took := up(t, p)
	eventually(t, func() error { return serves(pool) })
	redirects(t)
	listens(t, p)
	figure(t, "up after %.1f s, own certificate served, http redirected, one for another name refused by validate",
		took.Seconds())
}

// listens holds what the project publishes to ports 80 and 443.
func listens(t *testing.T, p *rig.Project) {
	t.Helper()
	out, err := p.Compose(w.ctx, "ps",
		"--format", "{{range .Publishers}}{{if .PublishedPort}}{{.PublishedPort}} {{end}}{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range strings.Fields(out) {
		if port != "80" && port != "443" {
			t.Errorf("port %s is published", port)
		}
	}
}

// writeCertificate writes tls.crt and tls.key for a name, signed by itself.
func writeCertificate(t *testing.T, dir, name string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		DNSNames:  []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{"tls.crt": {Type: "CERTIFICATE", Bytes: der},
		"tls.key": {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}
