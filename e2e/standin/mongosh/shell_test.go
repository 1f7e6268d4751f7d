package main

import (
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dop251/goja"
	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/internal/bounds"
)

// script runs source as mongosh does and returns what came of it.
func script(t *testing.T, source string) (code int, stdout, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.js")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	code = run([]string{"--quiet", "--norc", "--nodb", file}, &out, &errs)
	return code, out.String(), errs.String()
}

func TestScripts(t *testing.T) {
	t.Setenv("SECRET", "of this test")
	for _, c := range []struct {
		source         string
		code           int
		stdout, stderr string
	}{
		{`print('a', 1, {b: [1]}, null)`, 0, "a 1 {\"b\":[1]} null\n", ""},
		{`console.log(process.env.SECRET)`, 0, "of this test\n", ""},
		{`throw new TypeError('no')`, 1, "", "TypeError: no\n"},
		{`undefinedThing()`, 1, "", "ReferenceError: undefinedThing is not defined\n"},
		{`db.runCommand({ping: 1})`, 1, "", "ReferenceError: db is not defined\n"},
		{`try { quit(3) } catch (e) { print('caught') } finally { print('on') }`, 3, "", ""},
		{`process.exit(4); print('on')`, 4, "", ""},
		{`exit()`, 0, "", ""},
		{`sleep(1); print('slept')`, 0, "slept\n", ""},
		{`try { connect('http://x') } catch (e) { print(e.name) }`, 0, "MongoParseError\n", ""},
		{`try { new Mongo() } catch (e) { print(e.name) }`, 0, "MongoshInvalidInputError\n", ""},
	} {
		code, stdout, stderr := script(t, c.source)
		if code != c.code || stdout != c.stdout || !strings.HasPrefix(stderr, c.stderr) ||
			(c.stderr == "") != (stderr == "") {
			t.Errorf("%s: %d, %q, %q", c.source, code, stdout, stderr)
		}
	}
	if code, _, stderr := script(t, `let x = ;`); code != 1 || !strings.Contains(stderr, "SyntaxError") {
		t.Errorf("no JavaScript: %d, %q", code, stderr)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{}, {"x.js"}, {"--quiet", "--norc", "--nodb"}, {"--quiet", "--norc", "--nodb", "a.js", "b.js"},
		{"--quiet", "--norc", "--nodb", "--eval", "1"}, {"--quiet", "--norc", "--nodb", "-u", "root", "x.js"},
		{"--quiet", "--norc", "--nodb", "/does/not/exist.js"},
		{"--quiet", "--norc", "--eval", "1"}, {"--quiet", "--norc", "-u", "root", "-p", "x"},
		{"--quiet", "--norc", "-u", "root", "-p", "x", "--eval"},
		{"--quiet", "-u", "root", "-p", "x", "--eval", "1"}, {"--norc", "-u", "root", "-p", "x", "--eval", "1"},
		{"--quiet", "--norc", "-u", "root", "-p", "x", "--authenticationDatabase", "test", "--eval", "1"},
		{"--quiet", "--norc", "-u", "root", "-p", "x", "a", "b", "--eval", "1"},
		{"--quiet", "--norc", "-u", "root", "-p", "x", "--json", "--eval", "1"},
	} {
		var stdout, stderr strings.Builder
		if code := run(args, &stdout, &stderr); code != exitUsage || stdout.String() != "" || stderr.String() == "" {
			t.Errorf("%q: %d, %q, %q", args, code, stdout.String(), stderr.String())
		}
	}
	for _, text := range []string{"27017", ":1", "1:"} {
		if m, err := parsePortMap(text); err == nil {
			t.Errorf("%s: %v", text, m)
		}
	}
}

// TestNoServer has the two ways in which nobody answers.
func TestNoServer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	_, port, _ := net.SplitHostPort(silent.Addr().String())
	t.Setenv("STANDIN_PORT_MAP", "27017:"+port)
	source := `try { connect('mongodb://127.0.0.1:27017/?directConnection=true&serverSelectionTimeoutMS=300') }
		catch (e) { print(e.name, e.code === undefined, e instanceof Error) }`
	begin := time.Now()
	if _, stdout, _ := script(t, source); stdout != "MongoServerSelectionError true true\n" {
		t.Errorf("a server that is silent: %q", stdout)
	}
	text, ok := bounds.Time(time.Since(begin), 20*time.Second)
	if t.Logf("no server found after %s", text); !ok {
		t.Error("its own limit is 300 ms")
	}
	_ = silent.Close()
	if _, stdout, _ := script(t, source); stdout != "MongoNetworkError true true\n" {
		t.Errorf("no server: %q", stdout)
	}
	var stdout, stderr strings.Builder
	code := run([]string{"--quiet", "--norc", "-u", "root", "-p", "x", "--eval", "print(1)"}, &stdout, &stderr)
	if code != exitUncaught || stdout.String() != "" ||
		stderr.String() != "MongoNetworkError: connect ECONNREFUSED 127.0.0.1:27017\n" {
		t.Errorf("--eval without a server: %d, %q, %q", code, stdout.String(), stderr.String())
	}
}

// TestRoundTrip takes an answer into a script and back to the server: each value must be
// what it was, or a configuration that was read could not be written.
func TestRoundTrip(t *testing.T) {
	s := newShell(&strings.Builder{}, nil)
	want := bson.D{
		{Key: "long", Value: int64(5)}, {Key: "int", Value: int32(5)}, {Key: "double", Value: 1.5},
		{Key: "id", Value: bson.NewObjectID()}, {Key: "date", Value: bson.DateTime(1795317360000)},
		{Key: "ts", Value: bson.Timestamp{T: 1, I: 2}}, {Key: "bin", Value: bson.Binary{Subtype: 4, Data: []byte("x")}},
		{Key: "yes", Value: true}, {Key: "none", Value: nil}, {Key: "text", Value: "ö"},
		{Key: "list", Value: bson.A{int32(1), bson.D{{Key: "z", Value: int32(1)}, {Key: "a", Value: bson.A{}}}}},
	}
	o := s.toObject(want)
	if got := s.toDocument(o); !reflect.DeepEqual(got, want) {
		t.Errorf("came back as\n%v, want\n%v", got, want)
	}
	set(s.rt.GlobalObject(), map[string]any{"o": o})
	for source, want := range map[string]any{
		`Number(o.long) + 1`: int64(6), `typeof o.long`: "object", `o.int + 1`: int64(6), `o.date instanceof Date`: true,
		`String(o.long)`: "5", `Array.isArray(o.list)`: true, `JSON.stringify(o.list)`: `[1,{"z":1,"a":[]}]`,
		`o.list.map(x => x).length`: int64(2), `'absent' in o`: false, `Object.keys(o.list[1]).join()`: "z,a",
	} {
		got, err := s.rt.RunString(source)
		if err != nil || got.Export() != want {
			t.Errorf("%s: %v, %v", source, got, err)
		}
	}
}

// TestNumbers sends what the JavaScript BSON library sends.
func TestNumbers(t *testing.T) {
	s := newShell(&strings.Builder{}, nil)
	for source, want := range map[string]any{
		"1": int32(1), "-2147483648": int32(-2147483648), "2147483648": 2147483648.0, "1.5": 1.5, "1e3": int32(1000),
		"undefined": nil, "null": nil, "new Date(5)": bson.DateTime(5), "[1, 'a']": bson.A{int32(1), "a"},
	} {
		v, err := s.rt.RunString("(" + source + ")")
		if err != nil {
			t.Fatal(err)
		}
		if got := s.fromValue(v); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %T %v, want %v", source, got, got, want)
		}
	}
	_ = s.rt.Set("send", func(v goja.Value) { s.fromValue(v) })
	for _, source := range []string{"send(() => 1)", "send(/x/)"} {
		if _, err := s.rt.RunString(source); err == nil || !strings.Contains(err.Error(), "TypeError") {
			t.Errorf("%s: %v", source, err)
		}
	}
}
