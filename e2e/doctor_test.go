//go:build e2e

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
)

// examined is what a case reads of `rcgen doctor --format json`.
type examined struct {
	Worst  string
	Checks []struct{ ID, Group, Result, Detail, Fix string }
}

// doctor runs rcgen doctor with variables on top of the environment. Exit code 3 is
// no error: it says that a check failed.
func doctor(p *rig.Project, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(w.ctx, w.rcgen, append([]string{"doctor", "--dir", p.Dir}, args...)...)
	cmd.Env = append(slices.Clone(w.engine.Env()), env...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if exit.ExitCode() == 3 {
			err = nil
		} else {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
	}
	return string(out), err
}

// examine makes the checks of the project and of what runs.
func examine(p *rig.Project, env []string, only ...string) (examined, error) {
	args := []string{"--format", "json"}
	for _, id := range only {
		args = append(args, "--only", id)
	}
	out, err := doctor(p, env, args...)
	if err != nil {
		return examined{}, err
	}
	var e examined
	return e, json.Unmarshal([]byte(out), &e)
}

// of returns the checks with a result.
func (e examined) of(result string) []string {
	var ids []string
	for _, c := range e.Checks {
		if c.Result == result {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func (e examined) result(id string) string {
	for _, c := range e.Checks {
		if c.ID == id {
			return c.Result + ": " + c.Detail
		}
	}
	return "no such check"
}

// prober is the account that sends the test message: the stand-in takes any.
var prober = []string{"RCGEN_DOCTOR_USER=prober", "RCGEN_DOCTOR_PASSWORD=any"}

// TestDoctor has rcgen doctor find nothing in a project that is well, and the one
// thing that is not where a part of it is broken.
func TestDoctor(t *testing.T) {
	if w.upstream {
		t.Skip("needs a licence and an account of the true image")
	}
	licence := filepath.Join(t.TempDir(), "licence")
	if err := os.WriteFile(licence, []byte("stand-in-with-scalability"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newProject(t, "doctor", "--users", "100", "--instances", "2", "--secret", "ROCKETCHAT_LICENSE="+licence)
	up(t, p)
	if !t.Run("Well", func(t *testing.T) { doctorFindsNothing(t, p) }) {
		return
	}
	t.Run("Broken", func(t *testing.T) { doctorFindsBroken(t, p) })
	t.Run("Support", func(t *testing.T) { doctorSupport(t, p) })
}

// groups are those that a test can vouch for: the host is the test machine's own.
var groups = []string{"project", "running"}

func doctorFindsNothing(t *testing.T, p *rig.Project) {
	var e examined
	var took time.Duration
	eventually(t, func() error { // until Prometheus has measured all
		start := time.Now()
		var err error
		e, err = examine(p, prober, groups...)
		took = time.Since(start)
		if failed := e.of("fail"); err == nil && len(failed) > 0 {
			err = fmt.Errorf("%s: %s", failed[0], e.result(failed[0]))
		}
		for _, id := range []string{"replicas", "nats", "licence", "websocket", "root-url", "message", "mongodb-primary",
			"prometheus-targets"} {
			if got := e.result(id); err == nil && !strings.HasPrefix(got, "ok: ") {
				err = fmt.Errorf("%s: %s", id, got)
			}
		}
		return err
	})
	for _, c := range e.Checks {
		t.Logf("%-4s %-20s %s", c.Result, c.ID, c.Detail)
		if c.Result == "warn" && c.Fix == "" {
			t.Errorf("%s: a warning without a word on what to do", c.ID)
		}
	}
	bound(t, "all checks of files and containers", took, 10*time.Second)
	if left := leftMessages(t); left != "[]" {
		t.Errorf("left behind: %s", left)
	}
	all, err := examine(p, prober)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("host: fail %v, warn %v", all.of("fail"), all.of("warn"))
	figure(t, "%d checks in %.1f s: %d ok, %d warn, %d skip; %s", len(e.Checks), took.Seconds(), len(e.of("ok")),
		len(e.of("warn")), len(e.of("skip")), e.result("message"))
}

// leftMessages returns what is in the prober's conversation with itself, whose id in
// the stand-in is made of the account's.
func leftMessages(t *testing.T) string {
	t.Helper()
	sum := sha256.Sum256([]byte("prober"))
	id := hex.EncodeToString(sum[:])[:17]
	resp, err := http.Get(origin + "/api/v1/channels.messages?roomId=" + id + id)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var left struct{ Messages []json.RawMessage }
	if err := json.NewDecoder(resp.Body).Decode(&left); err != nil || left.Messages == nil {
		t.Fatalf("status %d: %v", resp.StatusCode, err)
	}
	return fmt.Sprintf("%s", left.Messages)
}

// elsewhere is a route that leads a path astray.
const elsewhere = "http:\n  routers:\n    astray:\n      rule: Path(`%s`)\n      priority: 100000\n      entryPoints: [web]\n      service: grafana\n"

// doctorFindsBroken breaks one thing at a time and mends it again. may names checks
// that fail some time later, when Prometheus has noticed.
func doctorFindsBroken(t *testing.T, p *rig.Project) {
	astray := filepath.Join(p.Dir, "traefik", "dynamic", "astray.yaml")
	compose := func(args ...string) func() error {
		return func() error { _, err := p.Compose(w.ctx, args...); return err }
	}
	lead := func(path string) func() error {
		return func() error { return os.WriteFile(astray, fmt.Appendf(nil, elsewhere, path), 0o644) }
	}
	mend := func() error { return os.Remove(astray) }
	var told []string
	for _, c := range []struct {
		name      string
		do, undo  func() error
		must, may []string
		says      string // of the first
	}{
		{"a replica is stopped", compose("stop", "rocketchat-2"), compose("up", "-d", "--wait", "rocketchat-2"),
			[]string{"replicas"}, []string{"prometheus-targets"}, "rocketchat-2"},
		{"NATS is stopped", compose("stop", "nats"), compose("up", "-d", "--wait", "nats"),
			[]string{"message", "nats"}, []string{"prometheus-targets"}, "did not arrive at another within 2s"},
		{"the configuration leads astray", lead("/meteor_runtime_config.js"), mend, []string{"root-url"}, nil,
			"/meteor_runtime_config.js"},
		{"websockets lead astray", lead("/websocket"), mend, []string{"message", "websocket"}, nil, "/websocket"},
		{"Traefik is stopped", compose("stop", "traefik"), compose("up", "-d", "--wait", "traefik"),
			[]string{"message", "root-url", "websocket"}, []string{"prometheus-targets"}, "traefik does not run"},
	} {
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		var e examined
		eventually(t, func() error {
			var err error
			if e, err = examine(p, prober, groups...); err != nil {
				return err
			}
			failed := slices.DeleteFunc(e.of("fail"), func(id string) bool { return slices.Contains(c.may, id) })
			slices.Sort(failed)
			if !slices.Equal(failed, c.must) {
				return fmt.Errorf("%s: %v failed, want %v", c.name, failed, c.must)
			}
			return nil
		})
		got := e.result(c.must[0])
		if !strings.Contains(got, c.says) {
			t.Errorf("%s: %s", c.name, got)
		}
		told = append(told, strings.Join(c.must, "+"))
		if err := c.undo(); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error {
			e, err := examine(p, prober, groups...)
			if failed := e.of("fail"); err == nil && len(failed) > 0 {
				err = fmt.Errorf("after %s: %s: %s", c.name, failed[0], e.result(failed[0]))
			}
			return err
		})
	}
	if left := leftMessages(t); left != "[]" { // of those that arrived nowhere too
		t.Errorf("left behind: %s", left)
	}
	figure(t, "found, and nothing else: %s", strings.Join(told, ", "))
}

// doctorSupport wants the vendor's points met, or a word on why not.
func doctorSupport(t *testing.T, p *rig.Project) {
	out, err := doctor(p, nil, "--support", "--format", "markdown")
	if err != nil {
		t.Fatal(err)
	}
	var met, not int
	for line := range strings.Lines(out) {
		cells := strings.Split(line, " | ")
		if len(cells) != 5 || strings.HasPrefix(line, "| Point") || strings.HasPrefix(line, "| ---") {
			continue
		}
		if cells[1] == "met" {
			met++
		} else {
			not++
			t.Log(strings.TrimSpace(line))
		}
		if strings.TrimSpace(cells[3]) == "" || !strings.Contains(cells[4], "https://") {
			t.Errorf("without a reason or a source: %s", line)
		}
	}
	if met == 0 || strings.Contains(out, p.Dir) {
		t.Errorf("got\n%s", out)
	}
	figure(t, "%d of the vendor's points met, %d not or unknown", met, not)
}

// TestDoctorTLS looks at certificates of a person's own, as a machine that does not
// know their issuer and as one that does.
func TestDoctorTLS(t *testing.T) {
	p := newProject(t, "doctor-tls", "--users", "100", "--cores", "2", "--memory", "8GiB", "--domain", domain,
		"--tls", "files")
	secrets := filepath.Join(p.Dir, "secrets")
	writeCertificate(t, secrets, domain) // for an hour
	up(t, p)
	roots := []string{"SSL_CERT_FILE=" + filepath.Join(secrets, "tls.crt")} // crypto/x509 reads it for the system's
	web := []string{"websocket", "root-url", "message", "certificate"}
	for _, c := range []struct {
		env  []string
		want string // of the certificate
	}{
		{nil, "does not know its issuer"},
		{roots, "in 0 days; it should have 14"},
	} {
		e, err := examine(p, c.env, web...)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.result("certificate"); !strings.HasPrefix(got, "warn: ") || !strings.HasSuffix(got, c.want) {
			t.Errorf("certificate: %s, want %s", got, c.want)
		}
		if ok := e.of("ok"); !slices.Equal(ok, []string{"websocket", "root-url"}) {
			t.Errorf("ok are %v: %+v", ok, e.Checks)
		}
		if got := e.result("message"); got != "skip: one replica: no message has to cross" {
			t.Errorf("message: %s", got)
		}
	}
	figure(t, "websocket and ROOT_URL by https under %s at the loopback address; an unknown issuer and an early end are warned about", domain)
}
