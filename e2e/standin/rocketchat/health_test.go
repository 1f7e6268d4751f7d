package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestExamine(t *testing.T) {
	const lag = 70 * time.Millisecond
	down := errors.New("no reachable servers")
	for _, c := range []struct {
		name   string
		lag    time.Duration
		heap   float64
		mongo  error
		status string
	}{
		{"idle", idleLag, .2, nil, "ok"},
		{"at both limits", lag, .85, nil, "ok"},
		{"lag", lag + time.Microsecond, .2, nil, "unavailable"},
		{"heap", idleLag, .851, nil, "unavailable"},
		{"MongoDB", idleLag, .2, down, "unavailable"},
		{"everything", time.Second, .99, down, "unavailable"},
	} {
		got := examine(c.lag, lag, c.heap, .85, c.mongo)
		if got.Status != c.status {
			t.Errorf("%s: %s", c.name, got.Status)
		}
		if (got.Checks.Mongo.Error != "") != (c.mongo != nil) {
			t.Errorf("%s: MongoDB says %q", c.name, got.Checks.Mongo.Error)
		}
	}
}

func TestHealthWithoutMongoDB(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	if status, body := get(t, srv.URL+"/health"); status != 200 || body != `{"status":"ok"}`+"\n" {
		t.Errorf("/health: %d %s", status, body)
	}
	for _, path := range []string{"/livez", "/readyz"} {
		status, body := get(t, srv.URL+path)
		var c checks
		if err := json.Unmarshal([]byte(body), &c); err != nil {
			t.Fatal(err)
		}
		if status != 503 || c.Checks.Mongo.Status != statusDegraded || c.Checks.Memory.Status != statusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestSimulatedLoad(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	post := func(path string) {
		t.Helper()
		resp, err := http.Post(srv.URL+path, "", nil)
		if err != nil || resp.StatusCode != http.StatusNoContent {
			t.Fatalf("%s: %v, %v", path, resp, err)
		}
		_ = resp.Body.Close()
	}
	for path, want := range map[string]string{
		"/_standin/lag?ms=200":     `"eventLoop":{"status":"degraded","lagMs":200}`,
		"/_standin/lag?ms=0":       `"eventLoop":{"status":"ok","lagMs":10}`,
		"/_standin/heap?ratio=0.9": `"memory":{"status":"degraded","percentile":90}`,
		"/_standin/heap?ratio=0":   `"memory":{"status":"ok"`,
	} {
		post(path)
		if _, body := get(t, srv.URL+"/readyz"); !strings.Contains(body, want) {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestUnhealthyForEver(t *testing.T) {
	srv := serve(t, deadDatabase(t), project("STANDIN_UNHEALTHY", "1"))
	for _, path := range []string{"/health", "/livez", "/readyz"} {
		if status, _ := get(t, srv.URL+path); status != 503 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := get(t, srv.URL+"/api/info"); status != 200 {
		t.Errorf("/api/info: %d", status)
	}
}
