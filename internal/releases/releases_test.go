package releases

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rcgen/generator/fault"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const list = `{"timestamp": "2026-11-20T00:00:00Z", "signed": "eyJ", "versions": [
	{"version": "8.9.0", "releaseType": "stable", "expiration": "2027-10-30T00:00:00.000Z"},
	{"version": "8.9.1", "releaseType": "stable", "expiration": "2027-10-31T00:00:00.000Z"},
	{"version": "9.0.0", "releaseType": "stable", "expiration": "soon"},
	{"version": "9.1.0-rc.1", "releaseType": "stable"},
	{"version": "9.1.0", "releaseType": "candidate"},
	{"version": "7.13.9"},
	{"version": "latest", "releaseType": "stable"},
	{"releaseType": "stable"}]}`

var infos = map[string]string{
	"/9.0.0/info":  `{"tag": "9.0.0", "nodeVersion": "24.22.1", "compatibleMongoVersions": ["8.0"]}`,
	"/8.9.1/info":  `{"nodeVersion": "24\u001b[2J", "compatibleMongoVersions": ["8.0.4", "latest", "$(id)"]}`,
	"/7.13.9/info": `{"compatibleMongoVersions": ["5", "6", "7", "8"]}`,
}

// service answers as the vendor's, but for the paths that change handles.
func service(t *testing.T, change func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		switch info, known := infos[r.URL.Path]; {
		case change != nil && change(w, r):
		case r.URL.Path == "/v2/server/supportedVersions":
			fmt.Fprint(w, list)
		case known:
			fmt.Fprint(w, info)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestFetch(t *testing.T) {
	url := service(t, nil)
	got, notes, err := Fetch(t.Context(), url+"/", now)
	if err != nil || len(notes) != 0 {
		t.Fatalf("notes %q, error %v", notes, err)
	}
	want := List{URL: url + "/", Fetched: now, Releases: []Release{
		{Version: "9.0.0", MongoDB: []string{"8.0"}, Node: "24.22.1"},
		{Version: "8.9.1", SupportedUntil: "2027-10-31", MongoDB: []string{"8.0"}},
		{Version: "7.13.9", MongoDB: []string{"5.0", "6.0", "7.0", "8.0"}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestFetchParts: what is wrong with one release is a note, and no more.
func TestFetchParts(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"gone":    func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		"garbage": func(w http.ResponseWriter) { fmt.Fprint(w, "\x00{") },
		"types":   func(w http.ResponseWriter) { fmt.Fprint(w, `{"nodeVersion": 24, "compatibleMongoVersions": "8.0"}`) },
		"fields":  func(w http.ResponseWriter) { fmt.Fprint(w, `{}`) },
		"huge":    func(w http.ResponseWriter) { fmt.Fprint(w, `{"tag": "`+strings.Repeat("x", maxInfo)+`"}`) },
	} {
		url := service(t, func(w http.ResponseWriter, r *http.Request) bool {
			bad := r.URL.Path == "/8.9.1/info"
			if bad {
				answer(w)
			}
			return bad
		})
		got, notes, err := Fetch(t.Context(), url, now)
		if err != nil || len(got.Releases) != 3 || len(notes) != 1 || !strings.HasPrefix(notes[0], "8.9.1: ") {
			t.Errorf("%s: %d releases, notes %q, error %v", name, len(got.Releases), notes, err)
		}
	}
}

// answers are of services that do not work, by what the error says.
var answers = []struct {
	name, want string
	answer     func(w http.ResponseWriter, r *http.Request)
}{
	{"500", "answers 500 Internal Server Error",
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
	{"404", "answers 404 Not Found", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }},
	{"204", "answers 204", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }},
	{"garbage", "something else than the list", func(w http.ResponseWriter,
		_ *http.Request) {
		fmt.Fprint(w, "\x1b[2J{versions")
	}},
	{"empty", "something else than the list", func(http.ResponseWriter, *http.Request) {}},
	{"cut off", "unexpected", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, list[:40])
	}},
	{"types", "something else than the list", func(w http.ResponseWriter,
		_ *http.Request) {
		fmt.Fprint(w, `{"versions": "8.9.1"}`)
	}},
	{"no field", "names no release", func(w http.ResponseWriter,
		_ *http.Request) {
		fmt.Fprint(w, `{"error": "maintenance"}`)
	}},
	{"none known", "names no release", func(w http.ResponseWriter,
		_ *http.Request) {
		fmt.Fprint(w, `{"versions": [{"version": "latest"}]}`)
	}},
	{"page", `sends "text/html", not JSON`, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>log in")
	}},
	{"no type", "not JSON", func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		fmt.Fprint(w, list)
	}},
	{"huge", "sends more than 4 MiB", func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat(" ", 1<<16))
		for range 2 * maxList / len(block) { // it ends when the client hangs up
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}},
	{"in circles", "redirects in circles", func(w http.ResponseWriter,
		r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	}},
	{"elsewhere", "redirects to http://elsewhere.invalid, which is not followed",
		func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.invalid/v2", http.StatusMovedPermanently)
		}},
	{"silence", "does not answer within 200ms", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	{"drip", "does not answer within 200ms", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			fmt.Fprint(w, " ")
			if http.NewResponseController(w).Flush() != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}},
}

func TestFetchFails(t *testing.T) {
	for _, c := range answers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := service(t, func(w http.ResponseWriter, r *http.Request) bool { c.answer(w, r); return true })
			begun := time.Now()
			limit := time.Minute
			if strings.Contains(c.want, "within 200ms") {
				limit = 200 * time.Millisecond
			}
			got, _, err := fetch(t.Context(), url, now, limit)
			wantUnusable(t, err, c.want)
			if len(got.Releases) > 0 {
				t.Errorf("got %+v", got)
			}
			if took := time.Since(begun); took > 30*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func wantUnusable(t *testing.T, err error, want string) {
	t.Helper()
	var unusable *fault.Error
	if !errors.As(err, &unusable) || !strings.Contains(err.Error(), want) || unusable.Hint == "" {
		t.Errorf("error %#v, want %q", err, want)
	}
	if strings.ContainsAny(fmt.Sprint(err), "\x1b\x00\n") {
		t.Errorf("%q passes on what a stranger sent", err)
	}
}

// TestFetchRedirect: an address that has moved on the same service is found.
func TestFetchRedirect(t *testing.T) {
	url := service(t, func(w http.ResponseWriter, r *http.Request) bool {
		old := r.URL.Path == "/old/v2/server/supportedVersions"
		if rest, ok := strings.CutPrefix(r.URL.Path, "/old"); ok {
			http.Redirect(w, r, rest, http.StatusMovedPermanently)
			return true
		}
		return old
	})
	if got, _, err := Fetch(t.Context(), url+"/old", now); err != nil || len(got.Releases) != 3 {
		t.Errorf("%d releases, %v", len(got.Releases), err)
	}
}

func TestFetchNowhere(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close() // nobody listens there any more
	_, _, err := Fetch(t.Context(), s.URL, now)
	wantUnusable(t, err, "refused")
	for _, bad := range []string{"", "releases.rocket.chat", "ftp://releases.rocket.chat", "https://", "https://a b",
		"https://x?y", "file:///etc/passwd", "://"} {
		if _, _, err := Fetch(t.Context(), bad, now); err == nil || !strings.HasPrefix(err.Error(), "url: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	url := service(t, func(_ http.ResponseWriter, r *http.Request) bool { cancel(); <-r.Context().Done(); return true })
	if _, _, err := Fetch(ctx, url, now); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rcgen", "releases.json")
	if _, err := Load(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no cache: %v", err)
	}
	url := service(t, nil)
	l, _, err := Fetch(t.Context(), url, now)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // made, then replaced
		if err := l.Save(file); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Load(file); err != nil || !reflect.DeepEqual(got, l) {
		t.Errorf("got %+v, %v", got, err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCacheBroken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "releases.json")
	const at = `"url": "x", "fetched": "2026-11-22T12:00:00Z", `
	for _, text := range []string{
		"", "{}", "[]", "\x00", `{` + at + `"releases": []}`, `{"releases": [{"version": "8.9.1"}]}`,
		`{` + at + `"releases": [{"version": "latest"}]}`,
		`{` + at + `"releases": [{"version": "8.9.1", "supported_until": "\u001b[2J"}]}`,
		`{` + at + `"releases": [{"version": "8.9.1", "mongodb": ["8"]}]}`,
		`{` + at + `"releases": [{"version": "8.9.1", "node": "\u001b"}]}`,
		`{"url": "\u001b[2J", "fetched": "2026-11-22T12:00:00Z", "releases": [{"version": "8.9.1"}]}`,
		strings.Repeat(" ", maxList) + "{}",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Load(file); err == nil {
			t.Errorf("%.60q: %+v", text, got)
		}
	}
	if err := (List{}).Save(filepath.Join(file, "releases.json")); err == nil {
		t.Error("saved below a file")
	}
}
