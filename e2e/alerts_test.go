//go:build e2e

package e2e

import (
	"encoding/json"
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
			address, bodies := listenOutside(t)
			p := alertingProject(t, receiver, address)
			if _, err := p.Compose(w.ctx, "up", "-d", "--wait", "alertmanager"); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if out, err := p.Compose(w.ctx, "exec", "-T", "alertmanager", "amtool", "alert", "add", "--alertmanager.url", "http://localhost:9093",
				"alertname=E2E", "severity=critical", `--annotation=summary="all is well"`); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			select {
			case body := <-bodies:
				if !json.Valid([]byte(body)) || !strings.Contains(body, holds) || !strings.Contains(body, "all is well") {
					t.Errorf("got %s, want %s and the summary in it", body, holds)
				}
			case <-time.After(2 * time.Minute): // group_wait is 30 s
				t.Fatal("nothing came")
			}
			figure(t, "an alert came after %.0f s", time.Since(start).Seconds())
		})
	}
}

// listenOutside listens on this machine, where containers reach it, and returns the
// port and what is posted to /hook/secret.
func listenOutside(t *testing.T) (port string, bodies <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 10)
	server := &http.Server{ReadTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err == nil && r.URL.Path == "/hook/secret" {
			got <- string(body)
		}
	})}
	go server.Serve(l) //nolint:errcheck // it ends with Close
	t.Cleanup(func() { _ = server.Close() })
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, got
}

// alertingProject tells a receiver on this machine.
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
	if err := p.Override(cpuOverride() + fmt.Sprintln("  alertmanager:\n    extra_hosts: ['receiver:host-gateway']")); err != nil {
		t.Fatal(err)
	}
	return p
}
