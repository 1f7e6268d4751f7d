//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
)

// told is what a case reads of `rcgen status --format json`.
type told struct {
	OK       bool
	Replicas []struct {
		Service, State, Health string
		Users                  *int
		CPU, Memory            *float64
		CPULimit               *float64 `json:"cpu_limit"`
		MemoryLimit            *float64 `json:"memory_limit"`
	}
	Users   struct{ Connected *int }
	MongoDB struct{ Primary string }
	NATS    struct {
		Up          *bool
		Connections *int
	}
	Wrong []wrong
}

type wrong struct{ Code, Subject, Message string }

// askStatus runs rcgen status and returns what it says and its exit code. One day the
// release is out of support: that is wrong then, and nothing of the case.
func askStatus(p *rig.Project) (s told, code int, err error) {
	out, err := p.Rcgen(w.ctx, "status", "--format", "json")
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		code, err = 3, nil
	}
	if err != nil {
		return told{}, 0, err
	}
	err = json.Unmarshal([]byte(out), &s)
	s.Wrong = slices.DeleteFunc(s.Wrong, func(w wrong) bool { return w.Code == "release" })
	return s, code, err
}

// well is why a status of five replicas is not as it should be, or nil.
func well(p *rig.Project) error {
	s, code, err := askStatus(p)
	switch {
	case err != nil:
		return err
	case len(s.Wrong) > 0 || (code == 0) != s.OK:
		return fmt.Errorf("exit code %d, ok is %t: %+v", code, s.OK, s.Wrong)
	case len(s.Replicas) != 5 || s.Users.Connected == nil || s.MongoDB.Primary != "mongodb:27017":
		return fmt.Errorf("told %+v", s)
	case s.NATS.Up == nil || !*s.NATS.Up || s.NATS.Connections == nil:
		return fmt.Errorf("NATS: %+v", s.NATS)
	}
	for _, r := range s.Replicas {
		measured := r.CPU != nil && r.CPULimit != nil && *r.CPULimit > 0 && r.Memory != nil && *r.Memory > 0 &&
			r.MemoryLimit != nil && *r.MemoryLimit > *r.Memory
		if r.State != "running" || r.Health != "healthy" || r.Users == nil || !measured {
			return fmt.Errorf("replica: %+v", r)
		}
	}
	return nil
}

// statusTells asks for the status of a project that is well, takes a replica away
// and gives it back.
func statusTells(t *testing.T, p *rig.Project) {
	const gone = "rocketchat-3"
	var took time.Duration
	eventually(t, func() error {
		start := time.Now()
		err := well(p)
		took = time.Since(start)
		return err
	})
	bound(t, "rcgen status", took, 10*time.Second)
	if _, err := p.Compose(w.ctx, "stop", gone); err != nil {
		t.Fatal(err)
	}
	s, code, err := askStatus(p)
	if err != nil {
		t.Fatal(err)
	}
	if code != 3 || len(s.Wrong) == 0 || s.Wrong[0].Code != "service" || s.Wrong[0].Subject != gone {
		t.Errorf("with %s stopped: exit code %d: %+v", gone, code, s.Wrong)
	}
	up(t, p)
	eventually(t, func() error { return well(p) })
	figure(t, "a stopped replica is named")
}
