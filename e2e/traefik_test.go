//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/e2e/internal/rig"
)

// TestTraefikClean starts Traefik alone with the files of every TLS mode that needs
// no other server: nothing in its log is an error, and all it was told is enabled.
func TestTraefikClean(t *testing.T) {
	for name, args := range map[string][]string{
		"localhost": nil,
		"proxy":     {"--domain", domain, "--tls", "off", "--trusted-proxy", "10.0.0.0/8", "--proxy-hops", "2"},
		"files":     {"--domain", domain, "--tls", "files"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, "traefik-"+name, append(args, "--users", "100", "--cores", "2", "--memory", "8GiB")...)
			writeCertificate(t, filepath.Join(p.Dir, "secrets"), domain)
			openAPI(t, p)
			if _, err := p.Compose(w.ctx, "up", "-d", "--wait", "--no-deps", "traefik"); err != nil {
				t.Fatal(err)
			}
			var enabled int
			eventually(t, func() (err error) {
				enabled, err = allEnabled(p)
				return err
			})
			out, err := p.Compose(w.ctx, "logs", "--no-color", "traefik")
			if err != nil || strings.Contains(out, `"level":"error"`) || strings.Contains(out, `"level":"fatal"`) {
				t.Errorf("%v\n%s", err, out)
			}
			figure(t, "%d routers, services and middlewares enabled, no error in the log", enabled)
		})
	}
}

// openAPI lets the test ask Traefik; a generated project does not have its API.
func openAPI(t *testing.T, p *rig.Project) {
	t.Helper()
	file := filepath.Join(p.Dir, "traefik", "traefik.yaml")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append(text, "api: {insecure: true, dashboard: false}\n"...), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// allEnabled returns how much of the file provider's is enabled, or what is not.
func allEnabled(p *rig.Project) (int, error) {
	count := 0
	for _, kind := range []string{"routers", "services", "middlewares"} {
		out, err := p.Compose(w.ctx, "exec", "-T", "traefik", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/api/http/"+kind)
		if err != nil {
			return 0, err
		}
		var all []struct{ Name, Status, Provider string }
		if err := json.Unmarshal([]byte(out), &all); err != nil {
			return 0, err
		}
		found := 0
		for _, one := range all {
			if one.Provider != "file" {
				continue
			}
			if found++; one.Status != "enabled" {
				return 0, fmt.Errorf("%s %s is %s", kind, one.Name, one.Status)
			}
		}
		if found < 2 {
			return 0, fmt.Errorf("%d %s of the file provider", found, kind)
		}
		count += found
	}
	return count, nil
}
