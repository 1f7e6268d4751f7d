//go:build unix

package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// withPlugin is a docker that has the plugin compose, before what it does else.
const withPlugin = `if [ "$1 $2" = "compose version" ]; then echo 2.29.7; exit; fi` + "\n"

func TestNew(t *testing.T) {
	const noPlugin = "echo \"docker: unknown command: docker compose\n\nRun 'docker --help' for more information\" >&2; exit 1"
	for name, c := range map[string]struct {
		scripts    map[string]string
		command    string // the Compose that is found
		what, hint string
	}{
		"plugin": {map[string]string{"docker": withPlugin, "docker-compose": "echo v2.1.0"}, "docker compose", "",
			""},
		"standalone":   {map[string]string{"docker": noPlugin, "docker-compose": "echo v2.1.0"}, "docker-compose", "", ""},
		"standalone 5": {map[string]string{"docker": noPlugin, "docker-compose": "echo 5.5.0"}, "docker-compose", "", ""},
		"no docker":    {nil, "", "docker: not found on PATH", "install Docker Engine"},
		"no plugin":    {map[string]string{"docker": noPlugin}, "", "docker has no such plugin", "install the plugin"},
		"standalone 1": {map[string]string{"docker": noPlugin, "docker-compose": "echo 1.29.2"}, "",
			"version 1.29.2 is too old", "install the plugin"},
		"broken 1": {map[string]string{"docker": noPlugin, "docker-compose": "echo no module named six >&2; exit 1"},
			"", "docker has no such plugin", "install"},
		"docker 20.10": {map[string]string{"docker": "echo 'unknown flag: --short' >&2; exit 125"}, "",
			"docker has no such plugin", "install"},
		"docker 20.10 b": {map[string]string{"docker": "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1"}, "",
			"docker has no such plugin", "install"},
		"wrong context": {map[string]string{"docker": `echo 'Failed to initialize: unable to resolve docker endpoint: context "x": context not found' >&2; exit 1`},
			"", "the Docker context cannot be used", "docker context ls"},
	} {
		t.Run(name, func(t *testing.T) {
			fake(t, true, c.scripts)
			e, err := find(t.Context(), t.TempDir())
			if c.what != "" {
				wantError(t, err, c.what, c.hint)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(e.compose, " "); got != c.command {
				t.Errorf("got %q, want %q", got, c.command)
			}
		})
	}
}

// TestFailures has what docker 20.10, 28 and compose 5.5 print, word for word.
func TestFailures(t *testing.T) {
	long := strings.Repeat("x", 500)
	for name, c := range map[string]struct{ stderr, what, hint string }{
		"down": {"Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
			"docker ps: the Docker engine cannot be reached: Cannot connect", "start it"},
		"down, 29": {"failed to connect to the docker API at unix:///x; check if the path is correct",
			"cannot be reached", "start it"},
		"no such host": {`error during connect: Get "http://h:2375/v1.50/containers/json": dial tcp: lookup h: no such host`, "cannot be reached", "DOCKER_HOST"},
		"not allowed":  {"Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock", "this user may not use", "sudo"},
		"not allowed 29": {"permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
			"this user may not use", "sudo"},
		"old context": {`Current context "x" is not found on the file system, please check your config file at /c`,
			"context cannot be used", "docker context ls"},
		"new client":     {"Error response from daemon: client version 1.99 is too new. Maximum supported API version is 1.41", "do not fit", "docker version"},
		"old client":     {"Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade", "do not fit", "docker version"},
		"no files":       {"no configuration file provided: not found", "there is no compose.yaml", "--dir"},
		"after warnings": {"time=\"now\" level=warning msg=\"X\"\nWARN[0000] y\n\n Container a Creating\nError response from daemon: no such image", "docker ps: Error response from daemon: no such image", ""},
		"silent":         {"", "docker ps: exit status 7", ""},
		"long":           {long, "docker ps: " + long[:maxLine] + "...", ""},
		"credentials":    {"cannot clone https://me:hunter2@git.example/x", "cannot clone https://***@git.example/x", ""},
		"broken .env": {`failed to read /p/.env: line 3: unterminated quoted value "hunter2`,
			"line 3: unterminated quoted value (not shown", ""},
		"broken .env 2": {`failed to read /p/.env: line 1: unexpected character "+" in variable name "hunter2+x=foo"`,
			"line 1: unexpected character (not shown", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := fake(t, false, map[string]string{"docker": withPlugin + `cat "$(dirname "$0")/stderr" >&2; exit 7`})
			if err := os.WriteFile(filepath.Join(dir, "stderr"), []byte(c.stderr), 0o600); err != nil {
				t.Fatal(err)
			}
			e, err := find(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			out, err := e.Docker(t.Context(), "ps", "--filter", "hunter2")
			wantError(t, err, c.what, c.hint)
			if out != "" || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("printed %q, error %q", out, err)
			}
		})
	}
}

func TestRunsInTheProject(t *testing.T) {
	fake(t, false, map[string]string{"docker": withPlugin + `echo a warning >&2; pwd -P; echo "$MARK $*"`})
	t.Setenv("MARK", "mine")
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	e, err := find(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Compose(t.Context(), "config", "a b")
	if want := dir + "\nmine compose config a b\n"; err != nil || out != want {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
}

func TestTooMuchOutput(t *testing.T) {
	fake(t, false, map[string]string{"docker": withPlugin + "exec yes"})
	e, err := find(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Docker(t.Context(), "logs")
	wantError(t, err, "docker logs: printed more than 16 MiB", "")

	fake(t, false, map[string]string{"docker": "yes | head -c 1000000 >&2; echo done"})
	if out, err := e.Docker(t.Context(), "pull"); out != "done\n" || err != nil {
		t.Errorf("after many warnings: got %q, %v", out, err)
	}
}

// TestCancel ends a docker that has started a plugin and, as docker does, hands
// no signal on to it.
func TestCancel(t *testing.T) {
	const plugin = `trap : TERM; sh -c '%TRAP%; echo $$ >plugin; while :; do sleep 0.05; done' & while kill -0 $! 2>/dev/null; do sleep 0.05; done`
	for name, c := range map[string]struct {
		trap     string
		grace    time.Duration
		graceful bool
	}{
		"ends by itself": {`trap "echo bye >bye; exit 1" TERM`, 20 * time.Second, true},
		"is killed":      {`trap "" TERM`, 300 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			fake(t, false, map[string]string{"docker": withPlugin + strings.ReplaceAll(plugin, "%TRAP%", c.trap)})
			dir := t.TempDir()
			e, err := find(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			e.grace = c.grace
			ctx, cancel := context.WithCancel(t.Context())
			var pid int
			go func() {
				defer cancel()
				for range 2000 {
					time.Sleep(25 * time.Millisecond)
					text, _ := os.ReadFile(filepath.Join(dir, "plugin"))
					if pid, _ = strconv.Atoi(strings.TrimSpace(string(text))); pid != 0 {
						return
					}
				}
			}()
			began := time.Now()
			_, err = e.Compose(ctx, "up")
			if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "docker compose up: ") {
				t.Errorf("got %v, want that it was cancelled", err)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("took %v", took)
			}
			if _, err := os.Stat(filepath.Join(dir, "bye")); (err == nil) != c.graceful {
				t.Errorf("the plugin said good-bye: %v, want %v", err == nil, c.graceful)
			}
			gone := false
			for range 2000 { // an orphan is a zombie until init has waited for it
				state, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
				if gone = syscall.Kill(pid, 0) != nil || strings.Contains(string(state), ") Z "); gone {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if pid == 0 || !gone {
				t.Errorf("plugin %d is still there", pid)
			}
		})
	}
}
