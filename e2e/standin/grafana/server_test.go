package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// start serves a generated project whose Prometheus is prom.
func start(t *testing.T, prom string) *httptest.Server {
	t.Helper()
	cfg, err := parseConfig(env("GF_SERVER_ROOT_URL", "https://chat.example.org/grafana/",
		"GF_SERVER_SERVE_FROM_SUB_PATH", "true", "GF_SECURITY_ADMIN_PASSWORD", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	dir := project(t, replacement{sources, "http://prometheus:9090", prom})
	p, err := readProvisioning(filepath.Join(dir, "provisioning"))
	if err != nil {
		t.Fatal(err)
	}
	secret, err := adminSecret(t.TempDir(), cfg.Password)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(newServer(cfg, p, secret).handler())
	t.Cleanup(srv.Close)
	return srv
}

// get asks as the admin with that password and does not follow redirects.
func get(t *testing.T, url, password string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if password != "" {
		req.SetBasicAuth("admin", password)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestEndpoints(t *testing.T) {
	srv := start(t, "http://127.0.0.1:1")
	for _, c := range []struct {
		path, password string
		status         int
		body, location string
	}{
		{"/grafana/api/health", "", 200, `"database":"ok"`, ""},
		{"/api/health", "", 200, `"database":"ok"`, ""},
		{"/grafana/login", "", 200, `<base href="/grafana/">`, ""},
		{"/grafana/", "", 302, "", "/grafana/login"},
		{"/grafana", "", 302, "", "/grafana/"},
		{"/", "", 301, "", "https://chat.example.org/grafana/"},
		{"/d/x?orgId=1", "", 301, "", "https://chat.example.org/grafana/d/x?orgId=1"},
		{"/grafanaX", "", 301, "", "https://chat.example.org/grafana/grafanaX"},
		{"/grafana/api/datasources", "", 401, "Unauthorized", ""},
		{"/grafana/api/datasources", "wrong", 401, "Invalid username or password", ""},
		{"/grafana/api/datasources", "secret", 200, `"uid":"prometheus"`, ""},
		{"/grafana/api/datasources/uid/prometheus", "secret", 200, `"isDefault":true`, ""},
		{"/grafana/api/datasources/uid/other", "secret", 404, "", ""},
		{"/grafana/api/search?type=dash-db", "secret", 200, `"uid":"rocketchat-overview"`, ""},
		{"/grafana/api/search?type=dash-folder", "secret", 200, "[]", ""},
		{"/grafana/api/search?query=overview", "secret", 200, `"folderTitle":"Rocket.Chat"`, ""},
		{"/grafana/api/dashboards/uid/rocketchat-overview", "secret", 200, `"provisioned":true`, ""},
		{"/grafana/api/dashboards/uid/other", "secret", 404, "Dashboard not found", ""},
		{"/grafana/api/nothing", "secret", 404, "Not found", ""},
		{"/grafana/api/datasources/proxy/uid/other/api/v1/query", "secret", 404, "Unable to find", ""},
		{"/grafana/api/datasources/proxy/uid/prometheus/api/v1/query", "", 401, "", ""},
		{"/grafana/api/datasources/proxy/uid/prometheus/api/v1/query", "secret", 502, "refused", ""},
	} {
		resp, body := get(t, srv.URL+c.path, c.password)
		if resp.StatusCode != c.status || !strings.Contains(body, c.body) || resp.Header.Get("Location") != c.location {
			t.Errorf("%s: %d to %q: %s", c.path, resp.StatusCode, resp.Header.Get("Location"), body)
		}
	}
}

func TestQueryReachesTheDatasource(t *testing.T) {
	prom := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the admin's password went to the datasource")
		}
		_, _ = io.WriteString(w, r.URL.Path+" "+r.URL.Query().Get("query"))
	}))
	defer prom.Close()
	srv := start(t, prom.URL)
	_, body := get(t, srv.URL+"/grafana/api/datasources/proxy/uid/prometheus/api/v1/query?query=sum(up)", "secret")
	if body != "/api/v1/query sum(up)" {
		t.Errorf("got %q", body)
	}
}

func TestDashboardIsTheFile(t *testing.T) {
	srv := start(t, "http://127.0.0.1:1")
	_, body := get(t, srv.URL+"/grafana/api/dashboards/uid/rocketchat-overview", "secret")
	var answer struct {
		Meta      struct{ URL, ProvisionedExternalID string }
		Dashboard struct{ Panels []any }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Dashboard.Panels) == 0 || answer.Meta.ProvisionedExternalID != overview ||
		answer.Meta.URL != "/grafana/d/rocketchat-overview/rocket-chat-overview" {
		t.Errorf("got %+v", answer)
	}
}

func TestOnlyTheAdmin(t *testing.T) {
	srv := start(t, "http://127.0.0.1:1")
	req, err := http.NewRequest(http.MethodGet, srv.URL+"/grafana/api/search", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("somebody", "secret")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %d", resp.StatusCode)
	}
}
