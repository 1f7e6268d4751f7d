package tree

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// zipped is an archive of any text.
func zipped(tb testing.TB, text []byte) string {
	tb.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	if _, err := zip.Write(text); err != nil {
		tb.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

func TestBaseRoundTrip(t *testing.T) {
	b := base{}
	for i := range 200 { // as many files as no project has
		b[fmt.Sprintf("dir/%d", i)] = strings.Repeat("line of a file\n", i)
	}
	b["odd"] = "<a> & \"b\" \\ \u2028 \x00 \r\n\tä \U0001F680 no line end"
	b["empty"] = ""
	data := must(b.encode())(t)
	if got := must(decodeBase(data))(t); !maps.Equal(got, b) {
		t.Error("what was read is not what was written")
	}
	for range 10 { // the order of a map differs from one walk to the next
		if again := must(maps.Clone(b).encode())(t); !bytes.Equal(again, data) {
			t.Fatal("the same content gave other bytes")
		}
	}
	if !bytes.Equal(data[4:8], make([]byte, 4)) {
		t.Errorf("the header holds a time: % x", data[4:8])
	}
}

func TestBaseDamaged(t *testing.T) {
	good := string(must(base{"conf/a": v1}.encode())(t))
	huge := zipped(t, must(json.Marshal(base{"conf/a": strings.Repeat("a", maxBase)}))(t))
	dir, _ := run(t, fstest.MapFS{}, files("conf/a", v1))
	for _, c := range []struct{ name, data string }{
		{"empty", ""},
		{"text", "<<<<<<< HEAD\n"},
		{"cut", good[:len(good)/2]},
		{"cut at the end", good[:len(good)-1]},
		{"a bit is wrong", good[:len(good)-8] + string(good[len(good)-8]^1) + good[len(good)-7:]},
		{"something after it", good + "x"},
		{"not JSON", zipped(t, []byte("conf/a"))},
		{"not text for a file", zipped(t, []byte(`{"conf/a": 1}`))},
		{"a list", zipped(t, []byte(`["conf/a"]`))},
		{"huge", huge},
	} {
		o, err := Reconcile(with(dir, BaseFile, c.data), files("conf/a", v2))
		if err == nil || !strings.HasPrefix(err.Error(), BaseFile+": ") || len(hintsOf(err)) == 0 || o.Changes != nil {
			t.Errorf("%s: got changes %s, error %v", c.name, verbs(o.Changes), err)
		}
	}
	if len(huge) > 1<<20 {
		t.Errorf("the huge archive has %d bytes and proves nothing", len(huge))
	}
}

// TestBaseUseless: without the base, or with one of another time, nothing is merged
// on a wrong ground: an edited file is offered, and the rest is as ever.
func TestBaseUseless(t *testing.T) {
	dir, _ := run(t, fstest.MapFS{}, files("conf/a", v1, "conf/b", v1))
	dir = with(dir, "conf/a", mine)
	for name, dir := range map[string]fstest.MapFS{
		"missing":         without(dir, BaseFile),
		"of another time": with(dir, BaseFile, string(must(base{"conf/a": "older\n", "conf/b": "older\n"}.encode())(t))),
		"null":            with(dir, BaseFile, zipped(t, []byte("null"))),
	} {
		after, o := run(t, dir, files("conf/a", v2, "conf/b", v2))
		if got := verbs(o.Changes); got != "offer conf/a.rcgen-new, replace conf/b" || text(after, "conf/a") != mine {
			t.Errorf("%s: %s, conf/a is %q", name, got, text(after, "conf/a"))
		}
		after, o = run(t, without(after, "conf/a.rcgen-new"), files("conf/a", v2, "conf/b", v2))
		if got := verbs(o.Changes); got != "" || record(t, after, "conf/a") != "sha v2; base v2" {
			t.Errorf("%s: settled: %q, %s", name, got, record(t, after, "conf/a"))
		}
	}
}
