package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rcgen/internal/releases"
)

// on is a day for the clock.
func on(day string) func(*env) {
	return func(e *env) {
		e.now = func() time.Time { t, _ := time.Parse(time.DateOnly, day); return t }
	}
}

// ownCache gives the process an empty cache directory on any system.
func ownCache(t *testing.T) (file string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(cache, "rcgen", "releases.json")
}

func listed(t *testing.T, got outcome) releases.Table {
	t.Helper()
	var l releases.Table
	if err := json.Unmarshal([]byte(got.stdout), &l); err != nil || got.code != exitDone {
		t.Fatalf("exit code %d, %v\n%s%s", got.code, err, got.stdout, got.stderr)
	}
	return l
}

func row(t *testing.T, l releases.Table, release string) releases.Row {
	t.Helper()
	for _, r := range l.Releases {
		if r.Release == release {
			return r
		}
	}
	t.Fatalf("%s is not listed", release)
	return releases.Row{}
}

func TestReleasesTable(t *testing.T) {
	ownCache(t)
	dir := filepath.Join(t.TempDir(), "p")
	if got := rcgen(nil, "init", "--dir", dir, "--users", "50", "--release", "8.5.1"); got.code != exitDone {
		t.Fatal(got.stderr)
	}
	got := rcgen(on("2027-01-31"), "releases", "--dir", dir)
	for _, want := range []string{
		`(?m)^8\.9\.1 +2026-10 +~2027-10-31 +273 +8\.0 +long-term, default +>=22`,
		`(?m)^8\.5\.3 +2026-06 +2027-06-30 +150 +8\.0 +long-term, 8\.5\.1 in use +22\.22\.3$`,
		`(?m)^8\.6\.2 .* ~2027-01-31 +0 `,
		`(?m)^8\.4\.4 .* ended +8\.0 +- +-$`,
		`(?m)^do not take 8\.9\.0, but 8\.9\.1: `,
		`--refresh asks the vendor`,
	} {
		if !regexp.MustCompile(want).MatchString(got.stdout) {
			t.Errorf("without %s:\n%s", want, got.stdout)
		}
	}
	// A line that nobody knows has a row, for the project is on it.
	text, err := os.ReadFile(filepath.Join(dir, "rcgen.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "rcgen.yaml"), []byte(strings.Replace(string(text), "8.5.1", "9.7.2", 1)),
		0o644); err != nil {
		t.Fatal(err)
	}
	got = rcgen(on("2027-01-31"), "releases", "--dir", dir)
	if !regexp.MustCompile(`(?m)^9\.7\.2 +- +- +- +8\.0 +in use +-$`).MatchString(got.stdout) {
		t.Errorf("9.7.2:\n%s", got.stdout)
	}
}

// TestReleasesRefresh asks a service on loopback, and then does without it.
func TestReleasesRefresh(t *testing.T) {
	file := ownCache(t)
	answer := `{"versions": [{"version": "9.1.2", "releaseType": "stable", "expiration": "2027-07-15T00:00:00Z"},
		{"version": "8.9.4", "releaseType": "stable", "expiration": "2027-11-30T00:00:00Z"}, {"version": "8.5.1", "releaseType": "stable"}]}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/v2/server/supportedVersions":
			_, _ = w.Write([]byte(answer))
		case "/9.1.2/info":
			_, _ = w.Write([]byte(`{"nodeVersion": "24.22.1", "compatibleMongoVersions": ["8.0", "9.0"]}`))
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	t.Setenv("RCGEN_RELEASES_URL", s.URL)
	got := rcgen(on("2026-12-24"), "releases", "--refresh", "--dir", t.TempDir(), "--format", "json")
	l := listed(t, got)
	if strings.Count(got.stderr, "rcgen: note: ") != 2 { // no description of the two others
		t.Errorf("notes: %s", got.stderr)
	}
	s.Close()
	kept := rcgen(on("2026-12-24"), "releases", "--dir", t.TempDir(), "--format", "json")
	if kept.stdout != got.stdout || kept.stderr != "" {
		t.Errorf("kept:\n%s%s", kept.stdout, kept.stderr)
	}
	if r := row(t, l, "9.1.2"); r.SupportedUntil != "2027-07-15" || r.Computed ||
		strings.Join(r.MongoDB, " ") != "8.0 9.0" || r.Node != "24.22.1" || r.Source != s.URL {
		t.Errorf("9.1.2: %+v", r)
	}
	if r := row(t, l, "8.9.4"); r.SupportedUntil != "2027-11-30" || !r.LTS || r.Default {
		t.Errorf("8.9.4: %+v", r)
	}
	row(t, l, "8.5.3") // the service knows no newer one
	if l.Releases[0].Release != "9.1.2" || l.Service == nil || l.Service.URL != s.URL {
		t.Errorf("got %+v", l.Service)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "refused", rcgen(on("2026-12-24"), "releases", "--refresh", "--dir", t.TempDir()))
	refused(t, "not the address", rcgen(on("2026-12-24"), "releases", "--refresh", "--url", "ftp://x",
		"--dir", t.TempDir()))
	refused(t, "--url", rcgen(on("2026-12-24"), "releases", "--url", s.URL, "--dir", t.TempDir()))
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("a failed refresh changed the cache: %v", err)
	}
	if err := os.WriteFile(file, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	got = rcgen(on("2026-12-24"), "releases", "--dir", t.TempDir())
	if got.code != exitDone || !strings.Contains(got.stderr, "not used") || strings.Contains(got.stdout, "9.1.2") {
		t.Errorf("broken cache: exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}
