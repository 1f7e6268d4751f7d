package generator

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// undecodable are rcgen.yaml files that must be refused, with what the message
// must hold. The line is the one that a person must look at; 0 where YAML does
// not know it.
var undecodable = []struct {
	name, text string
	line       int
	want       string
}{
	{"unknown key", "version: 1\nproject: a\nuser: 3000\n", 3, "user"},
	{"unknown key inside", "version: 1\nproject: a\nhost:\n  core: 8\n", 4, "core"},
	{"duplicate key", "version: 1\nusers: 1\nproject: a\nusers: 1\n", 4, `"users"`},
	{"duplicate key inside", "host:\n  cores: 1\n  cores: 1\n", 3, `"cores"`},
	{"word for a number", "version: 1\nusers: many\n", 2, "many"},
	{"list for a number", "version: 1\n\nusers: [3000]\n", 3, ""},
	{"fraction of a user", "users: 2.5\n", 1, "2.5"},
	{"number beyond all", "version: 1\nusers: 99999999999999999999\n", 2, ""},
	{"word for keys", "version: 1\ntls: off\n", 2, "off"},
	{"list for a word", "version: 1\nproject: [a]\n", 2, ""},
	{"not a size", "version: 1\nhost:\n  cores: 8\n  memory: much\n", 4, `"much"`},
	{"list for a size", "version: 1\nhost:\n  memory: [1]\n", 3, "size"},
	{"maybe", "mongodb: {external: maybe}\n", 1, "maybe"},
	{"open bracket", "version: 1\nusers: [3000\n", 2, ""},
	{"two colons", "version: 1\nusers: 3000: 4\n", 2, ""},
	{"tab", "host:\n\tcores: 8\n", 2, ""},
	{"unknown anchor", "version: 1\nusers: *u\n", 2, "u"},
	{"a list", "- users: 3000\n", 1, ""},
	{"a word", "users\n", 1, "users"},
	{"version of the future", "version: 2\nproject: a\n", 0, "version 2 is newer"},
	{"version of the future with its keys", "version: 2\nclusters: 3\n", 0, "version 2 is newer"},
	{"several documents", written["comments"] + "\n---\nusers: 3\n", 0, "more than one document"},
	{"a second document that is broken", written["comments"] + "\n---\n[\n", 0, "more than one document"},
	{"empty", "", 0, "is empty"},
	{"only a comment", "# users: 3000\n", 0, "is empty"},
	{"not text", "users: \xff\xfe\n", 0, ""},
	{"null byte", "users: 3000\x00\n", 0, ""},
	{"bomb of aliases", "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n", 1, ""},
}

func TestDecodeRequestErrors(t *testing.T) {
	for _, c := range undecodable {
		t.Run(c.name, func(t *testing.T) {
			_, err := DecodeRequest([]byte(c.text))
			if err == nil {
				t.Fatal("it was taken")
			}
			msg := err.Error()
			if !strings.HasPrefix(msg, tree.RequestFile+": ") || !strings.Contains(msg, c.want) || strings.Contains(msg, "\n") {
				t.Errorf("%q: wants one line that begins with the file and holds %q", msg, c.want)
			}
			if c.line > 0 && !namesLine(msg, c.line) {
				t.Errorf("%q: does not name line %d", msg, c.line)
			}
			if len(hintsOf(err)) == 0 {
				t.Errorf("%q: has no hint", msg)
			}
		})
	}
}

var lineInMessage = regexp.MustCompile(`line ([0-9]+)|L([0-9]+)\.C[0-9]+`)

// namesLine reports whether the first line that a message names is the one; the
// YAML library writes its places in two ways.
func namesLine(msg string, line int) bool {
	m := lineInMessage.FindStringSubmatch(msg)
	return m != nil && m[1]+m[2] == strconv.Itoa(line)
}

// requests are changes to a request with the key that is then wrong; none where all is right.
var requests = []struct {
	name   string
	change func(*Request)
	want   string // key that the message begins with; empty: all is right
}{
	{"plain", func(r *Request) {}, ""},
	{"everything", func(r *Request) {
		r.Users, r.Concurrent, r.Instances, r.Edition = catalog.MaxUsers, catalog.MaxUsers, catalog.MaxInstances, Community
		r.Host = stack.Host{Cores: catalog.MaxCores, Memory: catalog.MaxMemory}
	}, ""},
	{"no users", func(r *Request) { r.Users = 0 }, "users"},
	{"users", func(r *Request) { r.Users = catalog.MaxUsers + 1 }, "users"},
	{"concurrency", func(r *Request) { r.Concurrency = 1.01 }, "concurrency"},
	{"negative concurrency", func(r *Request) { r.Concurrency = -0.1 }, "concurrency"},
	{"concurrent", func(r *Request) { r.Concurrent = r.Users + 1 }, "concurrent"},
	{"negative concurrent", func(r *Request) { r.Concurrent = -1 }, "concurrent"},
	{"instances", func(r *Request) { r.Instances = catalog.MaxInstances + 1 }, "instances"},
	{"negative instances", func(r *Request) { r.Instances = -1 }, "instances"},
	{"no cores", func(r *Request) { r.Host.Cores = 0 }, "cores"},
	{"cores", func(r *Request) { r.Host.Cores = catalog.MaxCores + 1 }, "cores"},
	{"memory", func(r *Request) { r.Host.Memory = catalog.MinMemory - 1 }, "memory"},
	{"much memory", func(r *Request) { r.Host.Memory = catalog.MaxMemory + 1 }, "memory"},
	{"no project", func(r *Request) { r.Project = "" }, "project"},
	{"capitals", func(r *Request) { r.Project = "Chat" }, "project"},
	{"dash first", func(r *Request) { r.Project = "-chat" }, "project"},
	{"line break", func(r *Request) { r.Project = "chat\n" }, "project"},
	{"letter of another alphabet", func(r *Request) { r.Project = "chät" }, "project"},
	{"edition", func(r *Request) { r.Edition = "enterprise" }, "edition"},
	{"no release", func(r *Request) { r.Release = "" }, "release"},
	{"two numbers", func(r *Request) { r.Release = "8.9" }, "release"},
	{"with a v", func(r *Request) { r.Release = "v8.9.1" }, "release"},
	{"oldest", func(r *Request) { r.Release = catalog.OldestRelease }, ""},
	{"older", func(r *Request) { r.Release = "6.13.0" }, "release"},
	{"candidate of the oldest", func(r *Request) { r.Release = "7.0.0-rc.1" }, "release"},
}

func TestRequestCheck(t *testing.T) {
	for _, c := range requests {
		t.Run(c.name, func(t *testing.T) {
			r := aRequest()
			c.change(&r)
			checkRefusal(t, r.Check(), c.want)
			if _, err := NewPlan(r, nil); (err == nil) != (c.want == "") {
				t.Errorf("NewPlan: %v", err)
			}
		})
	}
}

// checkRefusal wants no error, or one that begins with the key and has a hint.
func checkRefusal(t *testing.T, err error, key string) {
	t.Helper()
	if key == "" {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	var e *fault.Error
	if !errors.As(err, &e) || !strings.HasPrefix(e.What, key+":") || e.Hint == "" {
		t.Errorf("got %#v, want an error that begins with %q and has a hint", err, key+":")
	}
}

func TestSetSize(t *testing.T) {
	const rest = "release: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}"
	for _, c := range []struct {
		name, text       string
		users, instances int
		want             string
	}{
		{"instances are added below users", "project: a\nusers: 3000 # all\n" + rest + "\n", 400, 6,
			"project: a\nusers: 400 # all\ninstances: 6\n" + rest + "\n"},
		{"instances are replaced", "instances: 4 # ours\nproject: a\nusers: 3000\n" + rest, 3000, 12,
			"instances: 12 # ours\nproject: a\nusers: 3000\n" + rest},
		{"instances are removed", "project: a\nusers: 3000\ninstances: 4 # ours\n" + rest, 5000, 0,
			"project: a\nusers: 5000\n" + rest},
		{"nothing to remove", "project: a\nusers: 3000\n" + rest, 5, 0, "project: a\nusers: 5\n" + rest},
		{"users last", "project: a\n" + rest + "\nusers: 3000", 4000, 5,
			"project: a\n" + rest + "\nusers: 4000\ninstances: 5\n"},
		{"users last, without instances", "project: a\n" + rest + "\nusers: 3000", 4000, 0,
			"project: a\n" + rest + "\nusers: 4000"},
		{"keys in comments", "# users: 1\n# instances: 2\nproject: a # users: 3\nusers: 3000 # users: 3000\n" + rest, 7, 0,
			"# users: 1\n# instances: 2\nproject: a # users: 3\nusers: 7 # users: 3000\n" + rest},
		{"other notation", "project: a\nusers: 0xBB8\n" + rest, 7, 0, "project: a\nusers: 7\n" + rest},
		{"lines of Windows", "project: a\r\nusers: 3000\r\n" + rest, 7, 0, "project: a\r\nusers: 7\r\n" + rest},
		{"flow", "{project: a, users: 3000, release: 8.9.1, domain: localhost, tls: {mode: off}, host: {cores: 8, memory: 32GiB}}", 7, 0, "{project: a, users: 7, release: 8.9.1, domain: localhost, tls: {mode: off}, host: {cores: 8, memory: 32GiB}}"},
		{"flow has no line for more", "{project: a, users: 3000, release: 8.9.1, domain: localhost, tls: {mode: off}, host: {cores: 8, memory: 32GiB}}", 7, 4, ""},
		{"quoted", "project: a\nusers: \"3000\"\n" + rest, 7, 4, ""},
		{"alias of the old value", "project: a\nusers: &u 3000\nconcurrent: *u\n" + rest, 7, 0, ""},
		{"no users", "project: a\nusers: 3000\n" + rest, 0, 0, ""},
		{"negative", "project: a\nusers: 3000\n" + rest, 5, -1, ""},
		{"fewer than are online", "project: a\nusers: 3000\nconcurrent: 600\n" + rest, 500, 0, ""},
		{"does not decode", "project: a\nuser: 3000\n" + rest, 7, 4, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := SetSize([]byte(c.text), c.users, c.instances)
			if string(got) != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %q, error %v, want %q", got, err, c.want)
			}
			if err != nil && len(hintsOf(err)) == 0 {
				t.Errorf("%v: has no hint", err)
			}
		})
	}
}
