//go:build unix

package engine

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/internal/container"
)

// answers is a docker that answers each question from the file that is named as
// the question: "config", "hashes", "services", "ps" and "inspect".
const answers = withPlugin + `here=$(dirname "$0")
case "$*" in
"compose config --format json") cat "$here/config";;
"compose --file=- config --hash *") cat >"$here/stdin"; cat "$here/hashes";;
"compose --profile=* config --services") cat "$here/services";;
"ps --all --quiet --no-trunc --filter label=com.docker.compose.project=chat") cat "$here/ps";;
"container inspect --format "*" one two") cat "$here/inspect";;
*) echo "not expected: $*" >&2; exit 64;;
esac`

// engineWith is an engine whose docker gives these answers.
func engineWith(t *testing.T, files map[string]string) (Engine, string) {
	t.Helper()
	dir := fake(t, false, map[string]string{"docker": answers})
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e, err := find(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return e, dir
}

const config = `{"name": "chat", "services": {
	"a": {"image": "a:1", "environment": {"PASSWORD": "hunter2"}},
	"b": {"image": "b:1", "scale": 2}, "c": {"build": {}, "deploy": {"replicas": 0}}}}`

func TestProject(t *testing.T) {
	e, dir := engineWith(t, map[string]string{
		"config": config, "hashes": "a 01\nb 02\nc 03\n\n", "services": "b\na\ntools\nc\n",
	})
	p, err := e.Project(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Service{"a": {Hash: "01", Image: "a:1", Replicas: 1}, "b": {Hash: "02", Image: "b:1", Replicas: 2},
		"c": {Hash: "03", Built: true}, "tools": {Disabled: true}}
	if p.Name != "chat" || !reflect.DeepEqual(p.Services, want) {
		t.Errorf("got %+v, want %+v", p, want)
	}
	if asked, _ := os.ReadFile(filepath.Join(dir, "stdin")); string(asked) != config {
		t.Errorf("asked for the hashes of %q, want the resolved configuration", asked)
	}
}

// TestNetworks: a service's networks have the engine's names; one that needs none has none.
func TestNetworks(t *testing.T) {
	p, err := parseProject(`{"name": "chat", "networks": {"edge": {"name": "chat_edge"}, "own": {"name": "shared", "external": true}},
		"services": {"a": {"networks": {"own": {}, "edge": null, "unnamed": null}}, "b": {"network_mode": "none"}}}`)
	if err != nil || !slices.Equal(p.Services["a"].Networks, []string{"chat_edge", "shared"}) ||
		p.Services["b"].Networks != nil {
		t.Errorf("got %+v, %v", p.Services, err)
	}
}

func TestProjectErrors(t *testing.T) {
	for name, c := range map[string]struct{ config, what, hint string }{
		"no name": {`{"services": {}}`, "names no project", "update Docker Compose"},
		"no JSON": {"name: chat", "docker compose config: cannot be read", "2 or later"},
	} {
		t.Run(name, func(t *testing.T) {
			e, _ := engineWith(t, map[string]string{"config": c.config})
			_, err := e.Project(t.Context())
			wantError(t, err, c.what, c.hint)
		})
	}
}

const twoContainers = `{"ID":"one","Name":"/chat-b-2","Image":"b:1","ImageID":"sha256:1","State":"exited","ExitCode":137,"Health":"","Restart":"no","Created":"2026-11-22T05:37:36.7Z",` +
	`"Labels":{"com.docker.compose.service":"b","com.docker.compose.config-hash":"02","com.docker.compose.container-number":"2","com.docker.compose.oneoff":"False","com.docker.compose.version":"5.5.0"},"In":{"chat_edge":{"Aliases":["b"]},"chat_backend":null}}
{"ID":"two","Name":"/chat-a-run-1","Image":"a:1","ImageID":"sha256:2","State":"running","ExitCode":0,"Health":"healthy","Restart":"","Created":"2026-11-22T05:37:37Z",` +
	`"Labels":{"com.docker.compose.service":"a","com.docker.compose.oneoff":"True"}}
`

func TestContainers(t *testing.T) {
	e, _ := engineWith(t, map[string]string{"ps": "one\ntwo\n", "inspect": twoContainers})
	got, err := e.Containers(t.Context(), "chat")
	if err != nil {
		t.Fatal(err)
	}
	want := []container.Container{
		{ID: "two", Name: "chat-a-run-1", Service: "a", OneOff: true, Image: "a:1", ImageID: "sha256:2",
			State: "running", Health: "healthy", Created: time.Date(2026, 11, 22, 5, 37, 37, 0, time.UTC)},
		{ID: "one", Name: "chat-b-2", Service: "b", Number: 2, Image: "b:1", ImageID: "sha256:1", State: "exited",
			ExitCode: 137,
			Restart:  "no", Created: time.Date(2026, 11, 22, 5, 37, 36, 7e8, time.UTC), Hash: "02", Compose: "5.5.0",
			Networks: []string{"chat_backend", "chat_edge"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestNoContainers(t *testing.T) {
	e, _ := engineWith(t, map[string]string{"ps": "\n"})
	if got, err := e.Containers(t.Context(), "chat"); got != nil || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestContainersErrors(t *testing.T) {
	e, _ := engineWith(t, map[string]string{"ps": "one\ntwo", "inspect": "<no value>"})
	_, err := e.Containers(t.Context(), "chat")
	wantError(t, err, "docker container inspect: cannot be read", "20.10")
}

// TestContainerGone has one container removed after it was listed.
func TestContainerGone(t *testing.T) {
	once := strings.Replace(answers, `cat "$here/ps"`, `cat "$here/ps"; : >"$here/ps"`, 1)
	once = strings.Replace(once, `cat "$here/inspect"`,
		`echo "Error response from daemon: No such container: two" >&2; exit 1`, 1)
	dir := fake(t, false, map[string]string{"docker": once})
	if err := os.WriteFile(filepath.Join(dir, "ps"), []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := find(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.Containers(t.Context(), "chat"); got != nil || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}
