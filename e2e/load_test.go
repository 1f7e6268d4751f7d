//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
	"rcgen/e2e/internal/traffic"
)

const (
	requestRate = 200 // a second
	socketCount = 300

	// back is the longest that a dropped websocket may be away, answered the longest that
	// a request may take, and late the most by which the load may lag behind its rate.
	back     = 5 * time.Second
	answered = 10 * time.Second
	late     = 1.05

	// asked ends a request without an answer: well beyond five times what a case allows.
	asked = 90 * time.Second
)

// trafficPath makes one request of 21 a slow one, which a drain must wait for; the
// odd number spreads them over those with and without cookies.
func trafficPath(n int) string {
	if n%21 == 0 {
		return "/_standin/slow?ms=500"
	}
	return "/_standin/slow?ms=20"
}

// measured is what an action did to the traffic.
type measured struct {
	traffic.Report
	took   time.Duration // the action alone
	starts []start       // of each container that started, until it was healthy
}

// measure runs an action under load, with some seconds of it before and after.
func measure(t *testing.T, p *rig.Project, replicas int, action func()) measured {
	t.Helper()
	starts := watchStarts(t, p)
	l, err := traffic.Start(w.ctx, traffic.Config{
		Origin: origin, Replicas: replicas, Path: trafficPath, Rate: requestRate, Clients: 20,
		Sockets: socketCount, Timeout: asked, Limit: time.Hour,
	}, "before")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Stop() // where the case ends early
	flows(t, l, 3*time.Second)
	l.Phase("during")
	start := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		action() // t.Fatal in it ends this goroutine alone
	}()
	<-ended
	m := measured{took: time.Since(start)}
	l.Phase("after")
	flows(t, l, 4*time.Second) // two health checks of Traefik's
	allBack(t, l)
	m.Report, m.starts = l.Stop(), starts()
	m.onTime(t)
	if m.Total().Failures() > 0 || m.Lost() > 0 {
		t.Logf("the first errors:\n%s", strings.Join(m.Errors, "\n"))
	}
	if t.Failed() {
		t.FailNow()
	}
	return m
}

// flows waits until the running phase of a load has the answers of so much time.
func flows(t *testing.T, l *traffic.Load, d time.Duration) {
	t.Helper()
	want := int(d.Seconds() * requestRate)
	eventually(t, func() error {
		if got := l.State().Answered; got < want {
			return fmt.Errorf("%d of %d requests have an answer", got, want)
		}
		return nil
	})
}

// allBack waits until no websocket is away.
func allBack(t *testing.T, l *traffic.Load) {
	t.Helper()
	eventually(t, func() error {
		if away := l.State().Away; away > 0 {
			return fmt.Errorf("%d websockets are away", away)
		}
		return nil
	})
}

// onTime fails the case where the load was not what it counts for.
func (m measured) onTime(t *testing.T) {
	t.Helper()
	boundRatio(t, "the rate that was planned, as a ratio of the load's own", requestRate/m.Total().Rate(), late)
	if m.Expired {
		t.Errorf("the load ended before the case, up to %s late", m.Behind)
	}
}

// intact fails the case unless every request was answered and every websocket
// came back in time, dropped only by the replicas named.
func (m measured) intact(t *testing.T, dropping ...string) {
	t.Helper()
	for _, p := range m.Phases {
		if p.Failures() > 0 {
			t.Errorf("%s: %d of %d requests failed: %s", p.Name, p.Failures(), p.Sent, p.Kinds())
		}
	}
	bound(t, "the slowest request", m.Total().Slowest(1), answered)
	m.cameBack(t, back, dropping...)
}

// cameBack fails the case unless every websocket that dropped was one of the replicas
// named, and away for no longer than most.
func (m measured) cameBack(t *testing.T, most time.Duration, dropping ...string) {
	t.Helper()
	for _, d := range m.Drops() {
		if !slices.Contains(dropping, d.From) {
			t.Errorf("a websocket of %s dropped: %v", d.From, d.Why)
		}
		if d.To == "" {
			t.Errorf("a websocket of %s was away for %s and did not come back", d.From, d.Away)
		}
	}
	bound(t, "the longest that a websocket was away", m.LongestAway(), most)
}

// dropped tells the websockets in words.
func (m measured) dropped() string {
	often := m.Dropped()
	var parts []string
	for times, n := range often {
		if times > 0 && n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, []string{"", "once", "twice"}[min(times, 2)]))
			if times > 2 {
				parts[len(parts)-1] = fmt.Sprintf("%d %d times", n, times)
			}
		}
	}
	if len(parts) == 0 {
		return "none dropped"
	}
	words := fmt.Sprintf("dropped: %s; away for %.1f s at most", strings.Join(parts, ", "), m.LongestAway().Seconds())
	if n := m.Lost(); n > 0 {
		words += fmt.Sprintf("; %d did not come back", n)
	}
	return words
}

// failed tells the requests in words.
func (m measured) failed() string {
	total := m.Total()
	if total.Failures() == 0 {
		return fmt.Sprintf("0 of %d", total.Sent)
	}
	return fmt.Sprintf("%d of %d (%s)", total.Failures(), total.Sent, total.Kinds())
}

// tell leaves the line of a case and a row of the table.
func (m measured) tell(t *testing.T, action string) string {
	t.Helper()
	total := m.Total()
	figure(t, "failed %s at %.0f/s, 99 %% within %d ms; websockets %s; %.1f s",
		m.failed(), total.Rate(), total.Slowest(0.99).Milliseconds(), m.dropped(), m.took.Seconds())
	return fmt.Sprintf("| %s | %s | %s | %.0f s |", action, m.failed(), m.dropped(), m.took.Seconds())
}

// start is how long a replica took until it was healthy: from where its container was
// ready to be started, and from the engine's event start. That comes later, when
// networks and process are there, which a busy machine takes longer for.
type start struct{ whole, process time.Duration }

// watchStarts follows the engine's events. What it returns ends that and tells how
// long each replica's start took.
func watchStarts(t *testing.T, p *rig.Project) func() []start {
	t.Helper()
	ctx, stop := context.WithCancel(w.ctx)
	cmd := exec.CommandContext(ctx, "docker", "events", "--filter", "label=com.docker.compose.project="+p.Name,
		"--filter", "event=create", "--filter", "event=rename", "--filter", "event=start", "--filter", "event=health_status",
		"--format", `{{.TimeNano}} {{index .Actor.Attributes "com.docker.compose.service"}} {{.Action}}`)
	var out strings.Builder
	cmd.Env, cmd.Stdout = w.engine.Env(), &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := sync.OnceFunc(func() {
		stop()
		_ = cmd.Wait() // it was killed
	})
	t.Cleanup(end)
	return func() []start {
		end()
		return startTimes(t, out.String())
	}
}

func startTimes(t *testing.T, events string) []start {
	t.Helper()
	made, began := map[string]int64{}, map[string]int64{}
	var took []start
	for line := range strings.Lines(events) {
		f := strings.Fields(line)
		at, err := strconv.ParseInt(f[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if len(f) < 3 || !strings.HasPrefix(f[1], "rocketchat-") {
			continue
		}
		switch f[len(f)-1] {
		case "create", "rename": // Compose renames a container that takes another's place
			made[f[1]] = at
		case "start":
			began[f[1]] = at
		case "healthy":
			if from, ok := began[f[1]]; ok {
				took = append(took, start{whole: time.Duration(at - cmp.Or(made[f[1]], from)), process: time.Duration(at - from)})
				delete(began, f[1])
				delete(made, f[1])
			}
		}
	}
	return took
}
