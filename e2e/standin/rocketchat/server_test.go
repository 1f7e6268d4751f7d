package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestPages(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	for path, want := range map[string]string{
		"/":                         `<b id="instance">rocketchat-1</b>`,
		"/channel/general":          `<b id="instance">rocketchat-1</b>`,
		"/api/info":                 `"version":"8.9"`,
		"/sockjs/info":              `"websocket":true`,
		"/_standin/state":           `"instance":"rocketchat-1"`,
		"/meteor_runtime_config.js": "__meteor_runtime_config__",
	} {
		resp, err := http.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s %v", path, resp.StatusCode, body, err)
		}
		if id := resp.Header.Get("X-Instance-ID"); id != "rocketchat-1" {
			t.Errorf("%s: X-Instance-ID %q", path, id)
		}
	}
}

func TestSlow(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	start := time.Now()
	if status, _ := get(t, srv.URL+"/_standin/slow?ms=150"); status != 200 || time.Since(start) < 150*time.Millisecond {
		t.Errorf("status %d after %s", status, time.Since(start))
	}
	for _, bad := range []string{"", "?ms=-1", "?ms=x"} {
		if status, _ := get(t, srv.URL+"/_standin/slow"+bad); status != 400 {
			t.Errorf("%q: status %d", bad, status)
		}
	}
}

func TestRuntimeConfigHasTheSite(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	_, body := get(t, srv.URL+"/meteor_runtime_config.js")
	_, encoded, ok := strings.Cut(body, `decodeURIComponent("`)
	encoded, _, ok2 := strings.Cut(encoded, `")`)
	decoded, err := url.PathUnescape(encoded)
	if !ok || !ok2 || err != nil || !strings.Contains(decoded, `"ROOT_URL":"https://chat.example.org/"`) {
		t.Errorf("got %s: %v", body, err)
	}
}

func TestUnknownAPI(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	if status, body := get(t, srv.URL+"/api/v1/nothing"); status != 404 || !strings.Contains(body, `"success":false`) {
		t.Errorf("%d %s", status, body)
	}
}

func TestClientAddress(t *testing.T) {
	for _, c := range []struct {
		forwarded []string
		proxies   int
		want      string
	}{
		{nil, 0, "192.0.2.1"},
		{[]string{"203.0.113.7"}, 0, "192.0.2.1"},
		{[]string{"203.0.113.7"}, 1, "203.0.113.7"},
		{[]string{"6.6.6.6, 203.0.113.7"}, 1, "203.0.113.7"}, // the first is forged
		{[]string{"203.0.113.7, 10.0.0.1"}, 2, "203.0.113.7"},
		{[]string{"203.0.113.7", "10.0.0.1"}, 2, "203.0.113.7"},
		{[]string{"203.0.113.7"}, 2, ""},
		{nil, 1, ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		for _, v := range c.forwarded {
			r.Header.Add("X-Forwarded-For", v)
		}
		if got, err := clientAddress(r, c.proxies); got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%q behind %d: %q, %v", c.forwarded, c.proxies, got, err)
		}
	}
}

func TestPanicEndsTheProcess(t *testing.T) {
	cfg, err := parseConfig(project())
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	s := newServer(cfg, quiet(), deadDatabase(t), &relay{}, func(err error) { failed <- err })
	srv := httptest.NewServer(s.handler())
	defer srv.Close()
	if resp, err := http.Post(srv.URL+"/_standin/panic", "", nil); err == nil {
		_ = resp.Body.Close()
		t.Errorf("an answer: %d", resp.StatusCode)
	}
	select {
	case err := <-failed:
		if !strings.Contains(err.Error(), "asked for") {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the process goes on")
	}
}

func TestRateLimit(t *testing.T) {
	l := limiter{since: time.Now()}
	for range requestsAllowed {
		if l.exceeded(l.since) {
			t.Fatalf("refused at %d", l.n)
		}
	}
	if !l.exceeded(l.since) {
		t.Error("one too many was allowed")
	}
	if l.exceeded(l.since.Add(requestsInterval)) {
		t.Error("refused in the next interval")
	}
}
