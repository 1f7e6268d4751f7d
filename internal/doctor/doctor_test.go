package doctor

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rcgen/internal/container"
)

// expect wants one check to find this, in one line, and to say what to do where there
// is something to be done.
func expect(t *testing.T, s Sources, id string, result Result, detail, fix string) {
	t.Helper()
	r := Run(t.Context(), s, []string{id})
	if len(r.Checks) != 1 || r.Checks[0].ID != id {
		t.Fatalf("%s: %+v", id, r.Checks)
	}
	f := r.Checks[0]
	if f.Result != result || !strings.Contains(f.Detail, detail) || !strings.Contains(f.Fix, fix) {
		t.Errorf("%s: got %s: %s; fix: %s\nwant %s: %s; fix: %s", id, f.Result, f.Detail, f.Fix, result, detail, fix)
	}
	if f.Result == OK && f.Fix != "" || f.Result != OK && f.Fix == "" && (f.Result != Skip || f.Group == Running) {
		t.Errorf("%s: %s with the fix %q", id, f.Result, f.Fix)
	}
	if strings.ContainsAny(f.Detail+f.Fix, "\r\n\x1b") {
		t.Errorf("%s: more than one line: %q %q", id, f.Detail, f.Fix)
	}
}

// TestEngineHangs: the one who waits for an engine says so, and the others what can be
// known without it, in time, whether docker ends when it is told to or not.
func TestEngineHangs(t *testing.T) {
	for name, heeds := range map[string]bool{"ends": true, "does not end": false} {
		synctest.Test(t, func(t *testing.T) {
			h := aHost(t)
			s := h.sources()
			over := make(chan struct{})
			hang := func(ctx context.Context, _ ...string) (string, error) {
				if heeds {
					<-ctx.Done()
				} else {
					<-over
				}
				return "", context.Cause(ctx)
			}
			s.Docker, s.Compose = hang, hang
			s.Containers = func(ctx context.Context) ([]container.Container, error) {
				_, err := hang(ctx)
				return nil, err
			}
			began := time.Now()
			r := Run(t.Context(), s, []string{"docker-engine", "cpu-flags", "kernel", "open-ports", "disk", string(Running)})
			if took := time.Since(began); took >= Limit {
				t.Errorf("%s: took %v", name, took)
			}
			for _, f := range r.Checks {
				want, detail := Skip, "no answer within 5s"
				switch f.ID {
				case "docker-engine":
					want = Fail
				case "cpu-flags", "kernel", "open-ports":
					want, detail = OK, ""
				case "disk":
					detail = "the engine does not answer"
				}
				if f.Result != want || !strings.Contains(f.Detail, detail) {
					t.Errorf("%s: %+v, want %s", name, f, want)
				}
			}
			close(over)
			synctest.Wait()
		})
	}
}

// TestAskEngine: what docker prints where the engine answers, and where it does not and
// docker ends well all the same (seen with 28.2.2 and a server that knows no /info).
func TestAskEngine(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 5, 39, 123456789, time.UTC)
	for out, want := range map[string]string{
		`{"ServerVersion":"28.0.1","SystemTime":"2026-11-22T09:05:39.123456789Z"}`:     "",
		`{"ServerVersion":"","SystemTime":"","ServerErrors":["request returned 404"]}`: "the engine does not answer: request returned 404",
		`{}`:   "the engine does not answer: docker does not say why",
		`oops`: "docker info: cannot be read: invalid character 'o' looking for beginning of value",
	} {
		i, err := askEngine(t.Context(), func(context.Context, ...string) (string, error) { return out, nil })
		switch {
		case want == "" && (err != nil || !i.SystemTime.Equal(at)):
			t.Errorf("%s: %+v, %v", out, i, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%s: %v, want %s", out, err, want)
		}
	}
}

// TestRunSeesThemOff: a docker that takes a moment to end is over before Run is: after
// it the process ends, and what it has started would go on.
func TestRunSeesThemOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := aStack().sources()
		var live atomic.Int32
		s.Docker = func(ctx context.Context, _ ...string) (string, error) {
			live.Add(1)
			defer live.Add(-1)
			<-ctx.Done()
			time.Sleep(parting / 2)
			return "", context.Cause(ctx)
		}
		r := Run(t.Context(), s, []string{"nats", "mongodb-primary"})
		if n := live.Load(); n != 0 {
			t.Errorf("%d go on", n)
		}
		for _, f := range r.Checks {
			if f.Result != Warn || !strings.Contains(f.Fix, "--only "+f.ID) {
				t.Errorf("%+v", f)
			}
		}
	})
}
