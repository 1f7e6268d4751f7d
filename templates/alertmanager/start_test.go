//go:build unix

// Package alertmanager_test runs the script that a generated project mounts into the
// Alertmanager container, with sh.
package alertmanager_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeAlertmanager says what it was given, one fact a line, and ends.
const fakeAlertmanager = `#!/bin/sh
echo "pid:$$"
echo "umask:$(umask)"
for argument in "$@"; do echo "arg:$argument"; done
env | cut -d= -f1 | sed 's/^/env:/'
`

// secretDir is the tmpfs of the container; the tests put their own in its place.
const secretDir = "/run/alertmanager/"

// container is what start.sh finds inside: itself, an alertmanager on PATH and a
// directory for the secrets.
type container struct{ dir, run string }

func newContainer(t *testing.T) container {
	t.Helper()
	script, err := os.ReadFile("start.sh")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(script, []byte(secretDir)); n != 2 {
		t.Fatalf("start.sh names %s %d times, want once for each of two secrets", secretDir, n)
	}
	c := container{dir: t.TempDir()}
	c.run = filepath.Join(c.dir, "run")
	script = bytes.ReplaceAll(script, []byte(secretDir), []byte(c.run+"/"))
	for _, err := range []error{
		os.WriteFile(filepath.Join(c.dir, "start.sh"), script, 0o644),
		os.WriteFile(filepath.Join(c.dir, "alertmanager"), []byte(fakeAlertmanager), 0o755),
		os.Mkdir(c.run, 0o700),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

type result struct {
	code, pid      int
	stdout, stderr string
}

// start runs start.sh with an environment, as Compose does: the variables that a
// project has no use for are not there at all.
func (c container) start(t *testing.T, env []string, args ...string) result {
	t.Helper()
	cmd := exec.Command("sh", append([]string{filepath.Join(c.dir, "start.sh")}, args...)...)
	cmd.Dir = c.dir
	cmd.Env = append([]string{"PATH=" + c.dir + ":" + os.Getenv("PATH")}, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), cmd.ProcessState.Pid(), stdout.String(), stderr.String()}
}

// facts returns the values that the fake printed under name.
func (r result) facts(name string) []string {
	var values []string
	for line := range strings.Lines(r.stdout) {
		if value, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), name+":"); found {
			values = append(values, value)
		}
	}
	return values
}

// oddSecret has what printf, the shell and YAML each take for something special.
const oddSecret = `-n %s %% \n $HOME $(id) 'a' "b" # ` + "`c`"

// starts are the environments of the receivers, in the order of one container's
// life: it is started again with another .env, in the same tmpfs.
var starts = []struct {
	name          string
	env           []string
	url, password string
}{
	{"a webhook", []string{"ALERT_URL=https://chat/hooks/a?b=c&d=%20"}, "https://chat/hooks/a?b=c&d=%20", ""},
	{"e-mail", []string{"SMTP_PASSWORD=" + oddSecret}, "", oddSecret},
	{"another webhook", []string{"ALERT_URL=" + oddSecret}, oddSecret, ""},
	{"nobody", nil, "", ""},
}

func TestAlertmanagerStart(t *testing.T) {
	c := newContainer(t)
	args := []string{"--config.file=/etc/alertmanager/alertmanager.yaml", "--storage.path=a b"}
	for _, s := range starts {
		r := c.start(t, s.env, args...)
		if r.code != 0 || r.stderr != "" {
			t.Fatalf("%s: ended with %d: %s", s.name, r.code, r.stderr)
		}
		if got := r.facts("arg"); !slices.Equal(got, args) {
			t.Errorf("%s: alertmanager got %q, want %q", s.name, got, args)
		}
		for _, name := range []string{"ALERT_URL", "SMTP_PASSWORD"} {
			if slices.Contains(r.facts("env"), name) {
				t.Errorf("%s: alertmanager's environment has %s", s.name, name)
			}
		}
		if got := r.facts("pid"); !slices.Equal(got, []string{fmt.Sprint(r.pid)}) {
			t.Errorf("%s: alertmanager is process %q, want %d, the one docker stops", s.name, got, r.pid)
		}
		if got := r.facts("umask"); !slices.Equal(got, []string{"0077"}) {
			t.Errorf("%s: the umask is %q", s.name, got)
		}
		c.checkSecret(t, "url", s.url)
		c.checkSecret(t, "smtp_password", s.password)
	}
}

// checkSecret: the file is its owner's alone, and holds the secret without a line
// end, which Alertmanager would not take for part of a URL but mail servers would.
func (c container) checkSecret(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join(c.run, name)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %o, want 600", name, info.Mode().Perm())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != want {
		t.Errorf("%s holds %q, want %q", name, content, want)
	}
}

// TestAlertmanagerStartWithoutTmpfs: where a secret cannot be written, Alertmanager
// is not started without it, and the secret is not told.
func TestAlertmanagerStartWithoutTmpfs(t *testing.T) {
	c := newContainer(t)
	if err := os.Remove(c.run); err != nil {
		t.Fatal(err)
	}
	r := c.start(t, []string{"ALERT_URL=https://hunter2"})
	if r.code == 0 || r.stdout != "" {
		t.Errorf("ended with %d and ran alertmanager: %q", r.code, r.stdout)
	}
	if !strings.Contains(r.stderr, filepath.Join(c.run, "url")) || strings.Contains(r.stderr, "hunter2") {
		t.Errorf("said %q, want a word about the file and none about the secret", r.stderr)
	}
}
