//go:build e2e

package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// killer chooses the steps at which rcgen apply is killed: each once.
type killer struct {
	most   int      // steps of one action; 0: all
	killed []string // steps, in their order
}

func (k *killer) takes(step string) bool {
	same := 0
	for _, before := range k.killed {
		if before == step {
			return false
		}
		if action(before) == action(step) {
			same++
		}
	}
	return k.most == 0 || same < k.most
}

// action is what a step does: the first word of what rcgen calls it.
func action(step string) string {
	word, _, _ := strings.Cut(step, " ")
	return word
}

// rollKilled kills rcgen apply at two steps of each action, in make e2e-long at each of
// its steps, by turns alone and with every docker that it has started, and runs it again
// until it ends by itself.
func rollKilled(t *testing.T, p *rollout) measured {
	const most = 40
	setRelease(t, p, "8.9.3")
	k := &killer{most: sized(2, 0)}
	runs := 0
	m := rolledOn(t, p, func() {
		for done := false; !done && !t.Failed(); runs++ {
			if runs == most {
				t.Errorf("not done after %d runs, killed at %v", runs, k.killed)
			}
			var err error
			if done, err = applyKilled(t, p, k); err != nil {
				t.Error(err)
				figure(t, "failed by itself after %d kills: %v", len(k.killed), err) // again at the end, where it is found
			}
		}
	})
	for _, a := range []string{"surge", "drain", "recreate", "route"} {
		if !slices.ContainsFunc(k.killed, func(step string) bool { return action(step) == a }) {
			t.Errorf("not killed at a step to %s: %v", a, k.killed)
		}
	}
	if len(k.killed) < sized(7, 12) { // a surge, and drain, recreate and route of each other one
		t.Errorf("killed at %d steps: %v", len(k.killed), k.killed)
	}
	figure(t, "killed at %d steps, %d runs", len(k.killed), runs)
	return m
}

// rolledOn rolls under load by an action that interrupts apply, and wants all as after
// a roll that nobody interrupts.
func rolledOn(t *testing.T, p *rollout, action func()) measured {
	t.Helper()
	routes, err := os.ReadFile(filepath.Join(p.Dir, routesFile))
	if err != nil {
		t.Fatal(err)
	}
	m := measure(t, p.Project, 4, action)
	m.intact(t, replicas(4)...)
	m.once(t)
	if now, err := os.ReadFile(filepath.Join(p.Dir, routesFile)); err != nil || string(now) != string(routes) {
		t.Errorf("%s is not as generated: %v\n%s", routesFile, err, now)
	}
	converged(t, p, 4)
	return m
}

// rollKilledAtRandom kills rcgen apply at times that have nothing to do with its steps.
func rollKilledAtRandom(t *testing.T, p *rollout) measured {
	const most = 25
	const latest = 8000 // ms after it began
	loadRelease(t, "8.9.8", "")
	setRelease(t, p, "8.9.8")
	seed := uint64(time.Now().UnixNano())
	chance := rand.New(rand.NewPCG(seed, 0))
	kills := 0
	m := rolledOn(t, p, func() {
		for kills < most && !t.Failed() {
			done, err := applyKilledAfter(t, p, time.Duration(chance.IntN(latest))*time.Millisecond, kills%2 == 1)
			if err != nil {
				t.Error(err)
			}
			if done {
				return
			}
			kills++
		}
		must(t, p, "apply")
	})
	figure(t, "killed %d times, with seed %d", kills, seed)
	return m
}

// startApply starts rcgen apply as the leader of a session, by which all that it starts
// is found. What it says is at its end once all of them have ended.
func startApply(p *rollout) (*exec.Cmd, io.Reader, error) {
	cmd := exec.Command(w.rcgen, "apply", "--yes", "--drain", "3s", "--dir", p.Dir)
	cmd.Env = w.engine.Env()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	return cmd, stderr, cmd.Start()
}

// applyKilled runs rcgen apply and kills it at the first step that the killer takes. It
// reports whether apply came to its end, and with which error where nobody killed it.
func applyKilled(t *testing.T, p *rollout, k *killer) (done bool, err error) {
	cmd, stderr, err := startApply(p)
	if err != nil {
		return true, err
	}
	step, said := readSteps(stderr, func(step string) bool {
		if !k.takes(step) {
			return false
		}
		// At its beginning, and some time later: while docker works, or a wait goes on.
		n := len(k.killed)
		later := []time.Duration{0, 150 * time.Millisecond, time.Second, 3 * time.Second}[n%4]
		all := n%2 == 1
		time.Sleep(later)
		t.Logf("%s killed %s after it began to %s; docker too: %t", time.Now().Format(time.StampMilli), later, step, all)
		if err := killSession(cmd.Process.Pid, all); err != nil {
			t.Error(err)
		}
		return true
	})
	if step != "" {
		k.killed = append(k.killed, step)
	}
	return ended(t, cmd.Wait(), said, step != "")
}

// applyKilledAfter runs rcgen apply and kills it some time later, unless it has ended.
func applyKilledAfter(t *testing.T, p *rollout, later time.Duration, all bool) (done bool, err error) {
	cmd, stderr, err := startApply(p)
	if err != nil {
		return true, err
	}
	kill := time.AfterFunc(later, func() {
		t.Logf("%s killed after %s; docker too: %t", time.Now().Format(time.StampMilli), later, all)
		if err := killSession(cmd.Process.Pid, all); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Error(err)
		}
	})
	_, said := readSteps(stderr, func(string) bool { return false })
	killed := !kill.Stop()
	return ended(t, cmd.Wait(), said, killed)
}

// ended tells a run of apply that came to its end from one that was killed and from one
// that failed by itself.
func ended(t *testing.T, err error, said string, killed bool) (bool, error) {
	switch {
	case err == nil:
		t.Logf("the last run:\n%s", said)
		return true, nil
	case killed:
		return false, nil
	case strings.Contains(said, "another rcgen is at work here"): // docker of the killed one goes on
		return false, nil
	default:
		t.Logf("%v\n%s", err, said)
		lines := strings.Split(strings.TrimSpace(said), "\n")
		return false, errors.New(strings.Join(lines[max(0, len(lines)-4):], " / "))
	}
}

// readSteps reads lines such as "rcgen: 2/9 recreate rocketchat-1" until there are
// no more, and offers each step until one is taken.
func readSteps(r io.Reader, take func(step string) bool) (taken, said string) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		said += lines.Text() + "\n"
		f := strings.Fields(lines.Text())
		if taken != "" || len(f) < 4 || f[0] != "rcgen:" || !strings.Contains(f[1], "/") || f[2] == "done," {
			continue
		}
		if step := strings.Join(f[2:], " "); take(step) {
			taken = step
		}
	}
	return taken, said
}

// killSession kills a process that leads a session, and then, with all, what it started.
func killSession(leader int, all bool) error {
	if err := syscall.Kill(leader, syscall.SIGKILL); err != nil || !all {
		return err
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return err
	}
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state ppid pgrp session: proc_pid_stat(5)
		f := strings.Fields(string(text)[strings.LastIndex(string(text), ")")+1:])
		if len(f) < 4 || f[3] != strconv.Itoa(leader) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil {
			err = syscall.Kill(pid, syscall.SIGKILL)
		}
		if err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("kill %d: %w", pid, err)
		}
	}
	return nil
}
