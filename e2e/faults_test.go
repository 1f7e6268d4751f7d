//go:build e2e

package e2e

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
	"rcgen/e2e/internal/traffic"
)

// leaving is the time in which traffic leaves n replicas that have ended. Traefik's
// health checks start each 2 s and take their turn, 1 s at most; the attempts under way
// and the pauses after them have 1 s more, and as much again for each replica.
func leaving(n int) time.Duration { return time.Duration(2+n+1+n) * time.Second }

// killed returns a case that kills the processes of replicas, as the kernel would.
// Nothing may fail but what they were answering.
func killed(victims ...string) func(*testing.T, *rig.Project) {
	return func(t *testing.T, p *rig.Project) {
		const count = 5
		leave := leaving(len(victims))
		var pids []int
		for _, name := range victims {
			pids = append(pids, processOf(t, p, name))
		}
		l, err := traffic.Start(w.ctx, traffic.Config{
			Origin: origin, Replicas: count, Path: trafficPath, Rate: requestRate, Clients: 20,
			Sockets: 10 * count, Timeout: asked, Limit: time.Hour,
		}, "before")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Stop()
		flows(t, l, 2*time.Second)
		l.Phase("in flight")
		eventually(t, func() error { // so that what fails was sent in this phase
			if n := l.State().Earlier; n > 0 {
				return fmt.Errorf("%d requests of the phase before are under way", n)
			}
			return nil
		})
		killAll(t, pids)
		l.Phase("gone")
		start := time.Now()
		answering(t, count)
		returned := time.Since(start)
		flows(t, l, leave) // the requests that find nobody are among these
		allBack(t, l)
		m := measured{Report: l.Stop()}
		m.onTime(t)
		onlyInFlight(t, m, count, victims)
		figure(t, "%d of %d: failed %s, %d of them in flight; requests after that took %.1f s at most; websockets %s; back after %.1f s", len(victims), count,
			m.failed(), m.Phases[1].Failures(), m.Phases[2].Slowest(1).Seconds(), m.dropped(), returned.Seconds())
	}
}

// killAll waits until the processes are gone.
func killAll(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Skipf("the engine runs elsewhere: %v", err)
		}
	}
	for _, pid := range pids {
		for deadline := time.Now().Add(patience); syscall.Kill(pid, 0) == nil; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("process %d did not end", pid)
			}
		}
	}
}

// onlyInFlight wants failures in the second phase alone, no more than the share of
// the replicas that ended, and no websocket dropped but theirs.
func onlyInFlight(t *testing.T, m measured, count int, victims []string) {
	t.Helper()
	leave := leaving(len(victims))
	for i, p := range m.Phases {
		most := 0
		if i == 1 {
			most = p.Sent * len(victims) / count
		}
		if failed := p.Failures(); failed > most {
			t.Errorf("%s: %d of %d requests failed, want at most %d", p.Name, failed, p.Sent, most)
		}
	}
	bound(t, "until traffic had left: the slowest request", m.Phases[2].Slowest(1), leave)
	m.cameBack(t, leave, victims...)
	if t.Failed() {
		t.Logf("the first errors:\n%s", strings.Join(m.Errors, "\n"))
	}
}

// processOf is the first process of a service's container.
func processOf(t *testing.T, p *rig.Project, service string) int {
	t.Helper()
	all, err := p.Containers(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Docker(w.ctx, "inspect", "--format", "{{.State.Pid}}", all[service].ID)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// longTransfers runs what slow lines and idle clients do, side by side.
func longTransfers(t *testing.T, _ *rig.Project) {
	if w.upstream {
		t.Skip("uploads and websockets of the true image need an account")
	}
	var wg sync.WaitGroup
	var large, slow time.Duration
	wg.Go(func() { large = upload(t, 100<<20, 0) })
	size := sized(70, 90) // Traefik's default would end the request after 60 s
	wg.Go(func() { slow = upload(t, size, time.Second) })
	idle := sized(70*time.Second, 3*time.Minute) // and an idle connection after 180 s
	wg.Go(func() {
		s := dial(t, browser(t))
		if _, err := s.next("nothing", idle); w.ctx.Err() == nil && !strings.Contains(err.Error(), "deadline") {
			t.Errorf("an idle websocket ended: %v", err)
		}
	})
	wg.Wait()
	figure(t, "100 MiB in %.1f s, %d bytes in %.0f s, a websocket idle for %s", large.Seconds(), size, slow.Seconds(),
		idle)
}

// upload sends size bytes, pausing after each if pause is set, and checks what arrived.
func upload(t *testing.T, size int, pause time.Duration) time.Duration {
	content := make([]byte, size)
	if _, err := rand.Read(content); err != nil {
		t.Error(err)
		return 0
	}
	var body io.Reader = bytes.NewReader(content)
	if pause > 0 {
		body = &trickle{content, pause}
	}
	start := time.Now()
	resp, err := http.Post(origin+"/api/v1/rooms.upload/GENERAL", "application/octet-stream", body)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer resp.Body.Close()
	var got struct {
		SHA256 string `json:"sha256"`
	}
	sum := sha256.Sum256(content)
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("status %d, %v: not what was sent", resp.StatusCode, err)
	}
	return time.Since(start)
}

// trickle gives one byte at a time.
type trickle struct {
	left  []byte
	pause time.Duration
}

func (s *trickle) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		return 0, io.EOF
	}
	time.Sleep(s.pause)
	p[0], s.left = s.left[0], s.left[1:]
	return 1, nil
}

// closed looks from outside and from inside for doors that should not be there.
func closed(t *testing.T, p *rig.Project) {
	out, err := p.Compose(w.ctx, "ps",
		"--format", "{{range .Publishers}}{{if .PublishedPort}}{{.URL}}:{{.PublishedPort}} {{end}}{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(out), " "); got != "127.0.0.1:80" {
		t.Errorf("published: %s", got)
	}
	for _, network := range []string{"backend", "monitoring"} {
		out, err := p.Docker(w.ctx, "network", "inspect", "--format", "{{.Internal}}", p.Name+"_"+network)
		if err != nil || strings.TrimSpace(out) != "true" {
			t.Errorf("%s: internal is %s: %v", network, out, err)
		}
	}
	// Traefik's address on the edge network stands for everything outside.
	edge, err := p.Docker(w.ctx, "inspect",
		"--format", `{{(index .NetworkSettings.Networks "`+p.Name+`_edge").IPAddress}}`, p.Name+"-traefik-1")
	if err != nil {
		t.Fatal(err)
	}
	const knock = "nc -w 3 %s 80 </dev/null && echo OPEN || echo SHUT"
	for service, want := range map[string]string{"rocketchat-1": "OPEN", "nats": "SHUT", "prometheus": "SHUT"} {
		eventually(t, func() error { // an open one may answer late
			out, err := p.Compose(w.ctx, "exec", "-T", service, "sh", "-c", fmt.Sprintf(knock, strings.TrimSpace(edge)))
			if err != nil || strings.TrimSpace(out) != want {
				return errors.Join(fmt.Errorf("%s to the edge network: %s, want %s", service, strings.TrimSpace(out), want), err)
			}
			return nil
		})
	}
	eventually(t, func() error { // it may take longer than 2 s
		const stranger = `(printf 'CONNECT {"verbose":false}\r\nPING\r\n'; sleep 2) | nc nats 4222`
		out, err := p.Compose(w.ctx, "exec", "-T", "rocketchat-1", "sh", "-c", stranger)
		if !strings.Contains(out, "Authorization Violation") {
			return errors.Join(fmt.Errorf("nats lets anybody in: %q", out), err)
		}
		return nil
	})
	const find = `try { connect('mongodb://127.0.0.1:27017/rocketchat?directConnection=true').runCommand({find: 'users'}); print('OPEN') } catch (e) { print(e.codeName) }`
	if err := os.WriteFile(p.Dir+"/mongodb/anonymous.js", []byte(find), 0o644); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.Remove(p.Dir + "/mongodb/anonymous.js"); err != nil {
			t.Error(err)
		}
	}()
	out, err = p.Compose(w.ctx, "exec", "-T", "mongodb", "sh",
		"-c", "HOME=/tmp mongosh --quiet --norc --nodb /etc/mongodb/anonymous.js")
	if !strings.Contains(out, "Unauthorized") {
		t.Errorf("mongodb lets anybody in: %q %v", out, err)
	}
	figure(t, "published 127.0.0.1:80 alone; backend and monitoring internal; NATS and MongoDB refuse strangers")
}
