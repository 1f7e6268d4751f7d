package generator

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v4"
)

// TestServersOfOthers: hosts that look like a replica's are left alone.
func TestServersOfOthers(t *testing.T) {
	const others = "          - url: http://eu-rocketchat-1:3000\n          - url: http://rocketchat-1-2:3000\n"
	routes := append(exampleRoutes(t), others...)
	got, err := Servers(routes)
	if err != nil || len(got) != 12 {
		t.Fatalf("got %q, %v", got, err)
	}
	rest, _, err := TakeOut(routes, "rocketchat-12")
	if err != nil || !bytes.HasSuffix(rest, []byte(others)) {
		t.Errorf("got %v and\n%s", err, rest)
	}
}

// TestPutBackUnknown: where nobody knows a replica's entry any more (the journal was
// removed), that of its container tells it, and the other way round.
func TestPutBackUnknown(t *testing.T) {
	plain := bytes.Replace(exampleRoutes(t), []byte("-1:3000\n"), []byte("-1:3100 # the first\n            weight: 2\n"), 1)
	const first, second = "chat-rocketchat-1-1", "chat-rocketchat-1-2"
	renamed, _, err := Rename(plain, "rocketchat-1", first)
	if err != nil {
		t.Fatal(err)
	}
	both, err := PutBack(renamed, second, "")
	if err != nil || bytes.Count(both, []byte(":3100 # the first\n            weight: 2\n")) != 2 {
		t.Fatalf("got %v and\n%s", err, both)
	}
	for _, routes := range [][]byte{plain, renamed, both} {
		if got, err := Restore(routes, "rocketchat-1", ""); err != nil || string(got) != string(plain) {
			t.Errorf("got %v and\n%s\nfrom\n%s", err, got, routes)
		}
	}
}

// TestHoldBackUnfinished: a replica that is in the routes by its containers is no new one.
func TestHoldBackUnfinished(t *testing.T) {
	const head = "http:\n  services:\n    rocketchat:\n      loadBalancer:\n        servers:\n"
	line := func(host string) string { return "          - url: http://" + host + ":3000\n" }
	was := head + line("chat-rocketchat-1-1") + line("chat-rocketchat-1-2")
	is := head + line("rocketchat-1") + line("rocketchat-2")
	project := afterwards(fstest.MapFS{}, mustReroute(t, []byte(was), Held{"rocketchat-1": line("rocketchat-1")}, nil))
	v, err := Valid{changes: []Change{{Op: Replace, File: File{Path: routesFile, Content: []byte(is), Mode: 0o644}}}}.HoldBack(project)
	if err != nil {
		t.Fatal(err)
	}
	routes, held, err := ReadRoutes(afterwards(project, v))
	if want := head + line("rocketchat-1"); err != nil || string(routes) != want || held["rocketchat-2"] != line("rocketchat-2") {
		t.Errorf("got %v, held %q and\n%s", err, held, routes)
	}
}

// TestSettledScaled: a replica that the files do not have any more does not come back.
func TestSettledScaled(t *testing.T) {
	full := exampleRoutes(t)
	routes, entry, err := TakeOut(full, "rocketchat-12")
	if err != nil {
		t.Fatal(err)
	}
	for compose, want := range map[string]string{
		"services:\n  rocketchat-11:\n    image: x\n":                       string(routes),
		"services:\n  rocketchat-11:\n    image: x\n  rocketchat-12: {}\n":  string(full),
		"services:\r\n  rocketchat-11:\r\n  rocketchat-12:\r\n    a: b\r\n": string(full),
	} {
		project := afterwards(fstest.MapFS{ComposeFile: {Data: []byte(compose)}}, mustReroute(t, routes, Held{"rocketchat-12": entry}, nil))
		whole, err := Settled(project)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ReadRegular(whole, routesFile); err != nil || string(got) != want {
			t.Errorf("%s: got %v and\n%s", compose, err, got)
		}
	}
}

// TestSteeredWeights: the last server is preferred, whatever weights a person has given.
func TestSteeredWeights(t *testing.T) {
	routes := strings.Replace(string(exampleRoutes(t)), "-1:3000\n", "-1:3000\n            weight: 500\n", 1)
	routes = strings.Replace(routes, "http:\n", "http:\n  routers:\n    rocketchat: {rule: x, service: rocketchat}\n", 1)
	text, err := steered([]byte(routes), []string{"rocketchat-1", "rocketchat-2", "rocketchat-3"})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		HTTP struct {
			Services map[string]struct {
				LoadBalancer struct {
					Servers []struct {
						URL    string
						Weight int
					}
				} `yaml:"loadBalancer"`
			}
		}
	}
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	var weights []int
	for _, s := range got.HTTP.Services[RocketChat+"-websockets"].LoadBalancer.Servers {
		weights = append(weights, max(1, s.Weight))
	}
	if !slices.Equal(weights, []int{1, 1, preferred}) {
		t.Errorf("got %v from\n%s", weights, text)
	}
}
