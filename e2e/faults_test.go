//go:build e2e

package e2e

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
)

// load sends requests at a steady rate until stopped, half of them with the
// cookie of an earlier answer, and counts what fails.
type load struct {
	sent, failed atomic.Int64
	lastOn       sync.Map // replica -> time of its last answer
	stop         chan struct{}
	done         sync.WaitGroup
}

func startLoad(t *testing.T, rate int) *load {
	t.Helper()
	l := &load{stop: make(chan struct{})}
	const workers = 20
	for i := range workers {
		c := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}
		if i%2 == 0 {
			c = browser(t)
		}
		l.done.Go(func() {
			tick := time.NewTicker(time.Second * workers / time.Duration(rate))
			defer tick.Stop()
			for {
				select {
				case <-l.stop:
					return
				case <-tick.C:
				}
				l.sent.Add(1)
				name, err := instance(c, origin)
				if err != nil {
					l.failed.Add(1)
					continue
				}
				l.lastOn.Store(name, time.Now())
			}
		})
	}
	return l
}

func (l *load) end() (sent, failed int64) {
	close(l.stop)
	l.done.Wait()
	return l.sent.Load(), l.failed.Load()
}

// replicaKilled kills the process of one replica, as the kernel would.
func replicaKilled(t *testing.T, p *rig.Project) {
	const victim = "rocketchat-2"
	all, err := p.Containers(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Docker(w.ctx, "inspect", "--format", "{{.State.Pid}}", all[victim].ID)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		t.Fatal(err)
	}
	l := startLoad(t, 200)
	time.Sleep(2 * time.Second)
	killed := time.Now()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Skipf("the engine runs elsewhere: %v", err)
	}
	time.Sleep(4 * time.Second)
	last, _ := l.lastOn.Load(victim)
	left := last.(time.Time).Sub(killed)
	back := eventually(t, 90*time.Second, func() error {
		if at, ok := l.lastOn.Load(victim); ok && at.(time.Time).After(killed.Add(4*time.Second)) {
			return nil
		}
		return fmt.Errorf("%s has not come back", victim)
	})
	sent, failed := l.end()
	if left > 5*time.Second {
		t.Errorf("traffic left it after %s", left)
	}
	// 200 a second, 20 ms each, over 5 replicas: more than what was in flight on it failed
	if most := int64(10); failed > most {
		t.Errorf("%d of %d requests failed, want at most the %d in flight", failed, sent, most)
	}
	figure(t, "%d of %d requests failed, traffic left after %.1f s, back after %.1f s", failed, sent, max(0, left.Seconds()), back.Seconds()+4)
}

// longTransfers runs what slow lines and idle clients do, side by side.
func longTransfers(t *testing.T, _ *rig.Project) {
	if w.upstream {
		t.Skip("uploads and websockets of the true image need an account")
	}
	var wg sync.WaitGroup
	var large, slow time.Duration
	wg.Go(func() { large = upload(t, 100<<20, 0) })
	wg.Go(func() { slow = upload(t, 90, time.Second) })
	idle := 3 * time.Minute
	wg.Go(func() {
		s := dial(t, browser(t))
		if _, err := s.next("nothing", idle); w.ctx.Err() == nil && !strings.Contains(err.Error(), "deadline") {
			t.Errorf("an idle websocket ended: %v", err)
		}
	})
	wg.Wait()
	figure(t, "100 MiB in %.1f s, 90 bytes in %.0f s, a websocket idle for %s", large.Seconds(), slow.Seconds(), idle)
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
	out, err := p.Compose(w.ctx, "ps", "--format", "{{range .Publishers}}{{if .PublishedPort}}{{.URL}}:{{.PublishedPort}} {{end}}{{end}}")
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
	edge, err := p.Docker(w.ctx, "inspect", "--format", `{{(index .NetworkSettings.Networks "`+p.Name+`_edge").IPAddress}}`, p.Name+"-traefik-1")
	if err != nil {
		t.Fatal(err)
	}
	const knock = "nc -w 3 %s 80 </dev/null && echo OPEN || echo SHUT"
	for service, want := range map[string]string{"rocketchat-1": "OPEN", "nats": "SHUT", "prometheus": "SHUT"} {
		out, err := p.Compose(w.ctx, "exec", "-T", service, "sh", "-c", fmt.Sprintf(knock, strings.TrimSpace(edge)))
		if err != nil || strings.TrimSpace(out) != want {
			t.Errorf("%s to the edge network: %s, want %s: %v", service, strings.TrimSpace(out), want, err)
		}
	}
	out, err = p.Compose(w.ctx, "exec", "-T", "rocketchat-1", "sh", "-c", `(printf 'CONNECT {"verbose":false}\r\nPING\r\n'; sleep 2) | nc nats 4222`)
	if !strings.Contains(out, "Authorization Violation") {
		t.Errorf("nats lets anybody in: %q %v", out, err)
	}
	const find = `try { connect('mongodb://127.0.0.1:27017/rocketchat?directConnection=true').runCommand({find: 'users'}); print('OPEN') } catch (e) { print(e.codeName) }`
	if err := os.WriteFile(p.Dir+"/mongodb/anonymous.js", []byte(find), 0o644); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.Remove(p.Dir + "/mongodb/anonymous.js"); err != nil {
			t.Error(err)
		}
	}()
	out, err = p.Compose(w.ctx, "exec", "-T", "mongodb", "sh", "-c", "HOME=/tmp mongosh --quiet --norc --nodb /etc/mongodb/anonymous.js")
	if !strings.Contains(out, "Unauthorized") {
		t.Errorf("mongodb lets anybody in: %q %v", out, err)
	}
	figure(t, "published 127.0.0.1:80 alone; backend and monitoring internal; NATS and MongoDB refuse strangers")
}
