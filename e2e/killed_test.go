//go:build e2e

package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// rollKilled kills rcgen apply at each of its steps, by turns alone and with every
// docker that it has started, and runs it again until it ends by itself.
func rollKilled(t *testing.T, p *rollout) measured {
	const most = 40
	setRelease(t, p, "8.9.3")
	routes, err := os.ReadFile(filepath.Join(p.Dir, routesFile))
	if err != nil {
		t.Fatal(err)
	}
	killed := map[string]bool{}
	runs := 0
	m := measure(t, p.Project, 4, func() {
		for done := false; !done && !t.Failed(); runs++ {
			if runs == most {
				t.Errorf("not done after %d runs, killed at %v", runs, killed)
			}
			var err error
			if done, err = applyKilled(t, p, killed); err != nil {
				t.Error(err)
				figure(t, "failed by itself after %d kills: %v", len(killed), err) // again at the end, where it is found
			}
		}
	})
	m.intact(t, replicas(4)...)
	m.once(t)
	if len(killed) < 12 { // a surge, and drain, recreate and route of each other one
		t.Errorf("killed at %d steps: %v", len(killed), killed)
	}
	if now, err := os.ReadFile(filepath.Join(p.Dir, routesFile)); err != nil || string(now) != string(routes) {
		t.Errorf("%s is not as generated: %v\n%s", routesFile, err, now)
	}
	converged(t, p, 4)
	figure(t, "killed at %d steps, %d runs", len(killed), runs)
	return m
}

// applyKilled runs rcgen apply and kills it at the first step that is not among
// those killed already. It reports whether apply came to its end, and with which error
// where nobody killed it.
func applyKilled(t *testing.T, p *rollout, killed map[string]bool) (done bool, err error) {
	cmd := exec.Command(w.rcgen, "apply", "--yes", "--drain", "2s", "--dir", p.Dir)
	cmd.Env = w.engine.Env()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // all that it starts is found by its session
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return true, nil
	}
	step, said := readSteps(stderr, func(step string) bool {
		if killed[step] {
			return false
		}
		// At its beginning, and some time later: while docker works, or a wait goes on.
		later := []time.Duration{0, 150 * time.Millisecond, time.Second, 3 * time.Second}[len(killed)%4]
		all := len(killed)%2 == 1
		time.Sleep(later)
		t.Logf("%s killed %s after it began to %s; docker too: %t", time.Now().Format(time.StampMilli), later, step, all)
		if err := killSession(cmd.Process.Pid, all); err != nil {
			t.Error(err)
		}
		return true
	})
	err = cmd.Wait()
	switch {
	case step != "":
		killed[step] = true
		return false, nil
	case err == nil:
		t.Logf("the last run:\n%s", said)
		return true, nil
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
