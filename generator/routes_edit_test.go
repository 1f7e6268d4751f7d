package generator

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// exampleRoutes has the servers of twelve replicas and one more, as they are generated.
func exampleRoutes(t *testing.T) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString("http:\n  services:\n    rocketchat:\n      loadBalancer:\n        servers:\n")
	for i := range 12 {
		fmt.Fprintf(&b, "          - url: http://rocketchat-%d:3000\n", i+1)
	}
	b.WriteString("    grafana:\n      loadBalancer:\n        servers:\n          - url: http://grafana:3000\n")
	return []byte(b.String())
}

// TestTakeOutAndPutBack takes any two replicas out and puts them back in both
// orders: each byte is as it was.
func TestTakeOutAndPutBack(t *testing.T) {
	plain := exampleRoutes(t)
	commented := bytes.Replace(plain, []byte("-7:3000\n"), []byte("-7:3000 # slow disk\n            weight: 2\n"), 1)
	for name, routes := range map[string][]byte{
		"generated":          plain,
		"edited":             commented,
		"of Windows":         bytes.ReplaceAll(commented, []byte("\n"), []byte("\r\n")),
		"indented otherwise": bytes.ReplaceAll(commented, []byte("          "), []byte("            ")),
		"quoted":             bytes.ReplaceAll(plain, []byte("url: http://rocketchat-7:3000"), []byte(`url: "http://rocketchat-7:3000/"`)),
	} {
		for _, a := range []string{"rocketchat-1", "rocketchat-7", "rocketchat-12"} {
			for _, b := range []string{"rocketchat-2", "rocketchat-6", "rocketchat-8", "rocketchat-11"} {
				for _, order := range [][]string{{a, b}, {b, a}} {
					if got := outAndBack(t, routes, []string{a, b}, order); !bytes.Equal(got, routes) {
						t.Fatalf("%s: %v out, %v back:\n%s", name, []string{a, b}, order, got)
					}
				}
			}
		}
	}
}

func outAndBack(t *testing.T, routes []byte, out, back []string) []byte {
	t.Helper()
	entries := map[string]string{}
	for _, name := range out {
		var err error
		if routes, entries[name], err = TakeOut(routes, name); err != nil {
			t.Fatal(err)
		}
		if left, err := Servers(routes); err != nil || slices.Contains(left, name) {
			t.Fatalf("%s: still there, or %v:\n%s", name, err, routes)
		}
	}
	for _, name := range back {
		var err error
		if routes, err = PutBack(routes, name, entries[name]); err != nil {
			t.Fatal(err)
		}
	}
	return routes
}

func TestTakeOutLeavesTheRest(t *testing.T) {
	routes := exampleRoutes(t)
	rest, entry, err := TakeOut(routes, "rocketchat-1")
	want := "          - url: http://rocketchat-1:3000\n"
	if err != nil || entry != want || string(rest) != strings.Replace(string(routes), want, "", 1) {
		t.Errorf("got %q, %v and\n%s", entry, err, rest)
	}
	same, entry, err := TakeOut(routes, "rocketchat-13")
	if err != nil || entry != "" || !bytes.Equal(same, routes) {
		t.Errorf("one that is not there: got %q, %v and\n%s", entry, err, same)
	}
}

// TestPutBackNew adds a server that was never there, as --surge does.
func TestPutBackNew(t *testing.T) {
	one := []byte("http: {services: {rocketchat: {loadBalancer: {servers: [{url: x}]}}}}\n")
	if _, err := PutBack(one, "rocketchat-2", ""); err == nil {
		t.Error("no error where there is no server beside which it could go")
	}
	const list = "http:\n services:\n  rocketchat:\n   loadBalancer:\n    servers:\n    - url: http://rocketchat-1:3000"
	got, err := PutBack([]byte(list), "rocketchat-2", "")
	if want := list + "\n    - url: http://rocketchat-2:3000\n"; err != nil || string(got) != want {
		t.Errorf("got %v and\n%s", err, got)
	}
}

// TestRoutesThatCannotBeEdited: what lines do not show is left alone.
func TestRoutesThatCannotBeEdited(t *testing.T) {
	const head = "http:\n  services:\n    rocketchat:\n      loadBalancer:\n        servers:"
	for name, routes := range map[string]string{
		"in one line":     head + " [{url: http://rocketchat-1:3000}, {url: http://rocketchat-2:3000}]\n",
		"weight first":    head + "\n          - weight: 1\n            url: http://rocketchat-1:3000\n          - url: http://rocketchat-2:3000\n",
		"twice":           head + "\n          - url: http://rocketchat-1:3000\n          - url: http://rocketchat-1:3000\n",
		"in a comment":    head + "\n          - url: http://rocketchat-2:3000\nx: |\n          - url: http://rocketchat-1:3000\n",
		"the only server": head + "\n          - url: http://rocketchat-1:3000\n",
	} {
		if rest, _, err := TakeOut([]byte(routes), "rocketchat-1"); err == nil {
			t.Errorf("%s: got\n%s", name, rest)
		}
	}
}

func TestReplicaNumber(t *testing.T) {
	for name, want := range map[string]int{
		"rocketchat-1": 1, "rocketchat-30": 30, "rocketchat-0": 0, "rocketchat-01": 0, "rocketchat": 0, "rocketchat-": 0,
		"rocketchat-x": 0, "rocketchat--1": 0, "mongodb-2": 0, "rocketchat-1-2": 0,
	} {
		if got := ReplicaNumber(name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
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
		was, _, _ = TakeOut(was, fmt.Sprintf("rocketchat-%d", i))
	}
	is := was
	for _, name := range []string{"rocketchat-4", "rocketchat-5"} {
		is, _ = PutBack(is, name, "")
	}
	project := fstest.MapFS{routesFile: {Data: was, Mode: 0o644}}
	v := Valid{changes: []Change{{Op: Replace, File: File{Path: "compose.yaml"}}, {Op: Replace, File: File{Path: routesFile, Content: is, Mode: 0o644}}}}
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
	routes, held, err := ReadRoutes(project)
	if err != nil || !bytes.Equal(routes, was) || len(held) != 2 || held["rocketchat-4"] == "" {
		t.Fatalf("got %v, %v and\n%s", held, err, routes)
	}
	whole, err := Settled(project)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadRegular(whole, routesFile); err != nil || !bytes.Equal(got, is) {
		t.Errorf("settled: %v\n%s", err, got)
	}
	done, err := Rerouted(project, is, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if project = afterwards(project, done); project[ApplyFile] != nil || !bytes.Equal(project[routesFile].Data, is) {
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
