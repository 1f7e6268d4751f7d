//go:build unix

package engine

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/internal/redact"
)

// recorder is a docker that writes down what it is asked, its standard input
// included, and answers from the file "answer".
const recorder = withPlugin + `here=$(dirname "$0")
echo "$*" >>"$here/asked"
case "$*" in *--file=-*) cat >"$here/stdin";; esac
cat "$here/answer" 2>/dev/null; cat "$here/problem" >&2 2>/dev/null; test ! -e "$here/problem"`

// recorded is an engine that is asked, and what it answers.
func recorded(t *testing.T, answer string) (Engine, string) {
	t.Helper()
	dir := fake(t, false, map[string]string{"docker": recorder})
	if err := os.WriteFile(filepath.Join(dir, "answer"), []byte(answer), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := find(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return e, dir
}

func asked(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "asked"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func TestUp(t *testing.T) {
	e, dir := recorded(t, "")
	for _, err := range []error{
		e.Up(t.Context(), "", Needed, "a", "b"),
		e.Up(t.Context(), "", Always, "a"),
		e.Up(t.Context(), "old.yaml", Never, "a"),
		e.Stop(t.Context(), "abc"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"compose up --detach --no-deps --quiet-pull a b",
		"compose up --detach --no-deps --quiet-pull --force-recreate a",
		"compose --file=old.yaml --project-directory=. up --detach --no-deps --quiet-pull --no-recreate a",
		"container stop abc", "container rm abc",
	}
	if got := strings.Split(asked(t, dir), "\n"); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestUpChanged hands Compose another configuration, and nothing else of it changes.
func TestUpChanged(t *testing.T) {
	e, dir := recorded(t, "")
	p, err := parseProject(`{"name": "chat", "networks": {"n": {}}, "services": {
		"a": {"image": "a:1", "hostname": "a", "mem_limit": "1024", "depends_on": {"b": {}}, "environment": {"X": "1$$2"}}, "b": {"image": "b:1"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	if a := p.Services["a"]; a.Memory != 1024 || !slices.Equal(a.After, []string{"b"}) ||
		p.Environment("a")["X"] != "1$$2" {
		t.Errorf("got %+v", a)
	}
	given := func() map[string]map[string]any {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "stdin"))
		if err != nil {
			t.Fatal(err)
		}
		var read struct {
			Name     string
			Networks map[string]any
			Services map[string]map[string]any
		}
		if err := json.Unmarshal(text, &read); err != nil || read.Name != "chat" || len(read.Networks) != 1 {
			t.Fatalf("%v in %s", err, text)
		}
		return read.Services
	}
	if err := e.UpImage(t.Context(), p, "a", "a:0"); err != nil {
		t.Fatal(err)
	}
	if s := given(); s["a"]["image"] != "a:0" || s["a"]["hostname"] != "a" || s["b"]["image"] != "b:1" {
		t.Errorf("got %v", s)
	}
	if err := e.Beside(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if got := asked(t, dir); !strings.HasSuffix(got, " up --detach --no-deps --quiet-pull --no-recreate --scale=a=2 a") {
		t.Errorf("asked %s", got)
	}
}

func TestMissingImages(t *testing.T) {
	e, dir := recorded(t, "sha256:1\n")
	if got, err := e.MissingImages(t.Context(), []string{"a", "b"}); err != nil || got != nil {
		t.Errorf("got %q, %v", got, err)
	}
	problem := filepath.Join(dir, "problem")
	for text, missing := range map[string]bool{
		"Error: No such image: a": true, "Error response from daemon: No such image: a": true,
		"Cannot connect to the Docker daemon at unix:///x": false,
	} {
		if err := os.WriteFile(problem, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := e.MissingImages(t.Context(), []string{"a"})
		if (err == nil) != missing || missing && !slices.Equal(got, []string{"a"}) {
			t.Errorf("%s: got %q, %v", text, got, err)
		}
	}
}

func TestCheckCompose(t *testing.T) {
	for version, good := range map[string]bool{"2.29.2": false, "v2.29.3": true, "2.15.1": false, "5.5.0": true,
		"2.40.0-desktop.1": true, "2.29.7+ds1": true, "dev": true} {
		fake(t, false, map[string]string{"docker": "echo " + version})
		e, err := find(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := e.CheckCompose(t.Context()); (err == nil) != good {
			t.Errorf("%s: got %v", version, err)
		}
	}
}

// TestParseProxy has what Traefik 3.6 prints.
func TestParseProxy(t *testing.T) {
	const metrics = `# TYPE traefik_config_reloads_total counter
traefik_config_reloads_total 7
# TYPE traefik_service_server_up gauge
traefik_service_server_up{service="rocketchat@file",url="http://rocketchat-1:3000"} 1
traefik_service_server_up{service="rocketchat@file",url="http://rocketchat-12:3000"} 0
traefik_service_server_up{service="rocketchat@file",url="http://my_chat-rocketchat-3-2:3000"} 1
traefik_service_server_up{service="grafana@file",url="http://grafana:3000"} 1
`
	p, err := parseProxy(metrics)
	if err != nil || p.Reloads != "7" || len(p.Servers) != 3 || !p.Servers["rocketchat-1"] ||
		!p.Servers["my_chat-rocketchat-3-2"] || p.Servers["rocketchat-12"] {
		t.Errorf("got %+v, %v", p, err)
	}
	if _, known := p.Servers["rocketchat-12"]; !known {
		t.Error("one that is down is not known")
	}
	_, err = parseProxy("go_goroutines 12\n")
	wantError(t, err, "has no metric traefik_config_reloads_total", "traefik.yaml")
}

// TestExclusive: a program that outlives rcgen keeps others out.
func TestExclusive(t *testing.T) {
	fake(t, false, map[string]string{"docker": withPlugin +
		"for n in $(seq 600); do [ -e over ] && break; sleep 0.05; done >/dev/null 2>&1 &"})
	dir := t.TempDir()
	e, err := find(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	locked, release, err := e.Exclusive(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := locked.Docker(t.Context(), "leave", "something", "behind"); err != nil {
		t.Fatal(err)
	}
	release()
	soon, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, _, err = e.Exclusive(soon, dir)
	wantError(t, err, "another rcgen is at work here", "pgrep")
	if err := os.WriteFile(filepath.Join(dir, "over"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, release, err = e.Exclusive(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

func TestLogs(t *testing.T) {
	fake(t, false, map[string]string{"docker": withPlugin +
		`[ "$*" = "container logs --tail 20 abc" ] && echo to mongodb://me:hunter2@db && echo no answer >&2`})
	e, err := find(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.Logs(t.Context(), "abc", 20); err != nil || got != "to mongodb://***@db\nno answer\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestSecrets: a secret that goes over two lines, and what a terminal would obey, is in no
// error and in no log.
func TestSecrets(t *testing.T) {
	const says = `printf '\033[2Jno: hunter2-\r\n   hunter2 HUNTER2-HUNTER2\n'`
	fake(t, false, map[string]string{"docker": withPlugin + `case "$*" in *logs*) ` + says + `;; *) ` + says +
		` >&2; exit 1;; esac`})
	e, err := find(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	e = e.WithSecrets(redact.New("hunter2-hunter2"))
	_, err = e.Docker(t.Context(), "pull")
	wantError(t, err, `docker pull: \x1b[2Jno: (secret) (secret)`, "")
	if got, err := e.Logs(t.Context(), "abc", 20); err != nil || got != "\\x1b[2Jno: (secret) (secret)\n" {
		t.Errorf("got %q, %v", got, err)
	}
}
