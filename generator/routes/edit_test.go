package routes

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
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
		"quoted": bytes.ReplaceAll(plain, []byte("url: http://rocketchat-7:3000"),
			[]byte(`url: "http://rocketchat-7:3000/"`)),
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
	plain := bytes.Replace(exampleRoutes(t), []byte("-1:3000\n"), []byte("-1:3100 # the first\n            weight: 2\n"),
		1)
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
