package tree

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rcgen/generator/routes"
)

// TestHoldBackUnfinished: a replica that is in the routes by its containers is no new one.
func TestHoldBackUnfinished(t *testing.T) {
	const head = "http:\n  services:\n    rocketchat:\n      loadBalancer:\n        servers:\n"
	line := func(host string) string { return "          - url: http://" + host + ":3000\n" }
	was := head + line("chat-rocketchat-1-1") + line("chat-rocketchat-1-2")
	is := head + line("rocketchat-1") + line("rocketchat-2")
	project := afterwards(fstest.MapFS{}, mustReroute(t, []byte(was), routes.Held{"rocketchat-1": line("rocketchat-1")},
		nil))
	v, err := Valid{changes: []Change{{Op: Replace,
		File: File{Path: routes.File, Content: []byte(is), Mode: 0o644}}}}.HoldBack(project)
	if err != nil {
		t.Fatal(err)
	}
	routes, held, err := ReadRoutes(afterwards(project, v))
	if want := head + line("rocketchat-1"); err != nil || string(routes) != want ||
		held["rocketchat-2"] != line("rocketchat-2") {
		t.Errorf("got %v, held %q and\n%s", err, held, routes)
	}
}

// TestSettledScaled: a replica that the files do not have any more does not come back.
func TestSettledScaled(t *testing.T) {
	full := exampleRoutes(t)
	routing, entry, err := routes.TakeOut(full, "rocketchat-12")
	if err != nil {
		t.Fatal(err)
	}
	for compose, want := range map[string]string{
		"services:\n  rocketchat-11:\n    image: x\n":                       string(routing),
		"services:\n  rocketchat-11:\n    image: x\n  rocketchat-12: {}\n":  string(full),
		"services:\r\n  rocketchat-11:\r\n  rocketchat-12:\r\n    a: b\r\n": string(full),
	} {
		project := afterwards(fstest.MapFS{ComposeFile: {Data: []byte(compose)}},
			mustReroute(t, routing, routes.Held{"rocketchat-12": entry}, nil))
		whole, err := Settled(project)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ReadRegular(whole, routes.File); err != nil || string(got) != want {
			t.Errorf("%s: got %v and\n%s", compose, err, got)
		}
	}
}

// afterwards applies a change set to a project in memory.
func afterwards(project fstest.MapFS, v Valid) fstest.MapFS {
	after := fstest.MapFS{}
	for name, f := range project {
		after[name] = f
	}
	for _, c := range v.Changes() {
		delete(after, c.File.Path)
		if c.Op != Remove {
			after[c.File.Path] = &fstest.MapFile{Data: c.File.Content, Mode: c.File.Mode}
		}
	}
	return after
}

// TestHoldBack follows a scale from three replicas to five.
func TestHoldBack(t *testing.T) {
	full := exampleRoutes(t)
	was := full
	for i := 12; i > 3; i-- {
		was, _, _ = routes.TakeOut(was, fmt.Sprintf("rocketchat-%d", i))
	}
	is := was
	for _, name := range []string{"rocketchat-4", "rocketchat-5"} {
		is, _ = routes.PutBack(is, name, "")
	}
	project := fstest.MapFS{routes.File: {Data: was, Mode: 0o644}}
	v := Valid{changes: []Change{{Op: Replace, File: File{Path: "compose.yaml"}},
		{Op: Replace, File: File{Path: routes.File, Content: is, Mode: 0o644}}}}
	v, err := v.HoldBack(project)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, c := range v.Changes() {
		paths = append(paths, string(c.Op)+" "+c.File.Path)
	}
	if want := []string{"create " + ApplyFile, "replace compose.yaml"}; !slices.Equal(paths, want) {
		t.Errorf("got %q, want %q: the routes stay as they are", paths, want)
	}
	project = afterwards(project, v)
	routing, held, err := ReadRoutes(project)
	if err != nil || !bytes.Equal(routing, was) || len(held) != 2 || held["rocketchat-4"] == "" {
		t.Fatalf("got %v, %v and\n%s", held, err, routing)
	}
	whole, err := Settled(project)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadRegular(whole, routes.File); err != nil || !bytes.Equal(got, is) {
		t.Errorf("settled: %v\n%s", err, got)
	}
	done, err := Rerouted(project, is, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if project = afterwards(project, done); project[ApplyFile] != nil || !bytes.Equal(project[routes.File].Data, is) {
		t.Errorf("got %v", project)
	}
}

// TestRecorded keeps no secret beside .env, and is not led astray by what is none.
func TestRecorded(t *testing.T) {
	const env = "COMPOSE_PROJECT_NAME=rocketchat\nTZ=Europe/Berlin\nDOCKER_ROOT=/var/lib/docker\nA_PASSWORD='hunter2-hunter2'\nB=on\n" +
		"MONGO_URL='mongodb://rc:one-of-urls@db/rocketchat'\n"
	const config = "name: rocketchat\nx: ${A_PASSWORD}\nb: on\ntz: Europe/Berlin\nroot: /var/lib/docker\n"
	for _, secret := range []string{"hunter2-hunter2", "one-of-urls"} {
		project := fstest.MapFS{EnvFile: {Data: []byte(env), Mode: 0o600}}
		v, err := Recorded(project, []byte(config))
		if err != nil || len(v.Changes()) != 1 || v.Changes()[0].File.Mode != 0o600 {
			t.Fatalf("got %+v, %v", v, err)
		}
		project = afterwards(project, v)
		if got := string(project[AppliedFile].Data); got != config {
			t.Errorf("got %q", got)
		}
		v, err = Recorded(project, []byte(config+"y: "+secret+"\n"))
		if err != nil || len(v.Changes()) != 1 || v.Changes()[0].Op != Remove {
			t.Errorf("with %s: got %+v, %v, want it removed", secret, v, err)
		}
	}
}

// TestTwoContainers follows the routes of a replica that gets a second container, and
// settles them at any time: each byte is as it was.
func TestTwoContainers(t *testing.T) {
	plain := []byte(strings.Replace(string(exampleRoutes(t)), "-1:3000\n", "-1:3100 # the first\n            weight: 2\n",
		1))
	const first, second = "chat-rocketchat-1-1", "chat-rocketchat-1-2"
	renamed, entry, err := routes.Rename(plain, "rocketchat-1", first)
	if err != nil || !strings.Contains(string(renamed), "http://"+first+":3100 # the first\n            weight: 2\n") ||
		strings.Contains(string(renamed), "http://rocketchat-1:") {
		t.Fatalf("got %v and\n%s", err, renamed)
	}
	if again, none, err := routes.Rename(renamed, "rocketchat-1", first); err != nil || none != "" ||
		string(again) != string(renamed) {
		t.Errorf("again: got %q, %v and\n%s", none, err, again)
	}
	both, err := routes.PutBack(renamed, second, entry)
	if err != nil || !strings.Contains(string(both), "http://"+second+":3100 # the first\n") {
		t.Fatalf("got %v and\n%s", err, both)
	}
	if got, err := routes.Servers(both); err != nil || !slices.Equal(got[:3], []string{first, second, "rocketchat-2"}) {
		t.Errorf("got %q, %v", got, err)
	}
	one, _, err := routes.TakeOut(both, first)
	if err != nil {
		t.Fatal(err)
	}
	for _, routing := range [][]byte{renamed, both, one} {
		project := afterwards(fstest.MapFS{}, mustReroute(t, routing, routes.Held{"rocketchat-1": entry},
			[]string{"rocketchat-2"}))
		whole, err := Settled(project)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ReadRegular(whole, routes.File); err != nil || string(got) != string(plain) {
			t.Errorf("settled: %v\n%s\nfrom\n%s", err, got, routing)
		}
	}
}

func mustReroute(t *testing.T, routes []byte, held routes.Held, sockets []string) Valid {
	t.Helper()
	v, err := Rerouted(fstest.MapFS{}, routes, held, sockets)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
