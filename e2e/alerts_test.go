//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
)

// TestAlertsDelivered sends an alert through Alertmanager to a receiver outside, in
// each form that a webhook takes.
func TestAlertsDelivered(t *testing.T) {
	for receiver, holds := range map[string]string{
		"webhook":    `"alertname":"E2E"`,
		"rocketchat": `"title":"FIRING: E2E"`,
	} {
		t.Run(receiver, func(t *testing.T) {
			t.Parallel() // each waits for as long as Alertmanager does for other alerts
			port, bodies := listenOutside(t)
			p := alertingProject(t, receiver, port)
			if _, err := p.Compose(w.ctx, "up", "-d", "--wait", "alertmanager"); err != nil {
				t.Fatal(err)
			}
			if out, err := p.Compose(w.ctx, "exec", "-T", "alertmanager", "amtool", "alert", "add", "--alertmanager.url",
				"http://localhost:9093",
				"alertname=E2E", "severity=critical", `--annotation=summary="all is well"`); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var body string
			within(t, "an alert", time.Minute, func() error { // group_wait is 30 s
				select {
				case body = <-bodies:
					return nil
				default:
					return errors.New("nothing came")
				}
			})
			if !json.Valid([]byte(body)) || !strings.Contains(body, holds) || !strings.Contains(body, "all is well") {
				t.Errorf("got %s, want %s and the summary in it", body, holds)
			}
		})
	}
}

// listenOutside listens on every address of this machine, and returns the port and what
// is posted to /hook/secret.
func listenOutside(t *testing.T) (port string, bodies <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 10)
	take := func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err == nil && r.URL.Path == "/hook/secret" {
			got <- string(body)
		}
	}
	server := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(take)}
	go server.Serve(l) //nolint:errcheck // it ends with Close
	t.Cleanup(func() { _ = server.Close() })
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, got
}

// alertingProject tells a receiver on this machine, at the address that it has on the
// project's own network: an engine may lack the network of its own that host-gateway names.
func alertingProject(t *testing.T, receiver, port string) *rig.Project {
	t.Helper()
	p := newProject(t, "alerts-"+receiver, "--users", "50", "--cores", "4", "--memory", "8GiB")
	request := filepath.Join(p.Dir, "rcgen.yaml")
	text, err := os.ReadFile(request)
	if err == nil {
		err = os.WriteFile(request, append(text, "alerts: {receiver: "+receiver+"}\n"...), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	url := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(url, []byte("http://receiver:"+port+"/hook/secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := p.Rcgen(w.ctx, "generate", "--secret", "ALERT_URL="+url); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := p.Compose(w.ctx, "create", "alertmanager"); err != nil { // and its networks
		t.Fatal(err)
	}
	gateway, err := p.Docker(w.ctx, "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}",
		p.Name+"_alerts")
	if err != nil {
		t.Fatal(err)
	}
	host := fmt.Sprintf("  alertmanager:\n    extra_hosts: ['receiver:%s']\n", strings.TrimSpace(gateway))
	if err := p.Override(cpuOverride() + host); err != nil {
		t.Fatal(err)
	}
	return p
}
