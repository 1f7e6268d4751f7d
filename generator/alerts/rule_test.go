package alerts

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "write testdata/rules-*.yaml")

// limit are the values of profiles/medium.yaml. They are repeated so that a
// change there leaves the cases for promtool alone.
var limit = Thresholds{
	EventLoopLag: 0.07, EventLoopLagCritical: 0.2, EventLoopUtilization: 0.9, HeapShare: 0.85, CPUShare: 0.9,
	MemoryShare: 0.9, RoundTrip: 1, PushQueue: 1000, CapacityShare: 0.9, RateLimited: 1, Restarts: 3, Connections: 0.8,
	CacheDirty: 0.15, CacheUsed: 0.9, LockQueue: 20, ReplicationLag: 30, ErrorShare: 0.05, Latency: 1,
	CertificateDays: 14, CertificateCritical: 3, HostMemory: 0.05, HostCPU: 0.9, DiskFree: 0.1, DiskFillHours: 24,
	ClockOffset: 0.5,
}

// deployments are those whose rules promtool tests. Together they have every rule.
var deployments = map[string]Deployment{
	"medium": {Instances: 5, Concurrent: 600, MemoryLimit: 2 << 30, HeapLimit: 3 << 29, CPULimit: 1.5,
		ProxyMemory: 267 << 20, Members: 1,
		HTTPS: true, Licensed: true, PresenceCap: 200, Logs: true, Thresholds: limit},
	"members": {Instances: 3, Concurrent: 300, MemoryLimit: 2 << 30, HeapLimit: 3 << 29, CPULimit: 1.5,
		ProxyMemory: 230 << 20, Members: 3,
		PresenceCap: 200, Thresholds: limit},
	"small": {Instances: 1, Concurrent: 100, MemoryLimit: 2 << 30, HeapLimit: 3 << 29, CPULimit: 1.5,
		ProxyMemory: 205 << 20,
		PresenceCap: 200, Thresholds: limit},
}

func names(d Deployment) []string {
	var all []string
	for _, r := range Rules(d) {
		all = append(all, r.Name)
	}
	return all
}

// allRules are the rules of every deployment, each name once.
func allRules() []Rule {
	var all []Rule
	for _, name := range []string{"medium", "members", "small"} {
		for _, r := range Rules(deployments[name]) {
			if !slices.ContainsFunc(all, func(o Rule) bool { return o.Name == r.Name }) {
				all = append(all, r)
			}
		}
	}
	return all
}

var (
	isName     = regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`)
	isDuration = regexp.MustCompile(`^(0s|[1-9][0-9]*[mh])$`)
	hole       = regexp.MustCompile(`(^|[^{])\{[a-z]+\}([^}]|$)`) // of expr, left open
)

func TestRules(t *testing.T) {
	for name, d := range deployments {
		seen, groups := map[string]bool{}, []string{}
		for _, r := range Rules(d) {
			if seen[r.Name] {
				t.Errorf("%s: %s is there twice", name, r.Name)
			}
			seen[r.Name] = true
			if n := len(groups); n == 0 || groups[n-1] != r.Group {
				if slices.Contains(groups, r.Group) {
					t.Errorf("%s: %s: group %s is in two pieces", name, r.Name, r.Group)
				}
				groups = append(groups, r.Group)
			}
			checkRule(t, r)
		}
	}
	if n := len(allRules()); n < 25 {
		t.Errorf("only %d rules", n)
	}
}

func checkRule(t *testing.T, r Rule) {
	t.Helper()
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		if v.Field(i).String() == "" {
			t.Errorf("%s: no %s", r.Name, v.Type().Field(i).Name)
		}
	}
	if !isName.MatchString(r.Name) || !isDuration.MatchString(r.For) || r.Severity != Warning && r.Severity != Critical {
		t.Errorf("%s: name, for %q or severity %q", r.Name, r.For, r.Severity)
	}
	if strings.Contains(r.Summary, "\n") || len(r.Summary) > 100 || strings.HasSuffix(r.Summary, ".") {
		t.Errorf("%s: %q is no headline", r.Name, r.Summary)
	}
	if sentences := strings.Count(r.Runbook, ". ") + 1; sentences < 2 || !strings.Contains(r.Runbook, "`") ||
		!strings.HasSuffix(r.Runbook, ".") {
		t.Errorf("%s: a runbook has a command and a few sentences: %q", r.Name, r.Runbook)
	}
	for _, text := range []string{r.Expr, r.Summary, r.Description, r.Runbook} {
		if hole.MatchString(text) {
			t.Errorf("%s: a number is missing in %q", r.Name, text)
		}
	}
	plain := regexp.MustCompile("`[^`]*`").ReplaceAllString(r.Runbook, "")
	if strings.ContainsAny(plain, "<>*`|[]{}") {
		t.Errorf("%s: %q is not plain Markdown", r.Name, r.Runbook)
	}
}

// TestReferences: what a runbook sends to is there. A name that is not an alert of
// the same deployment is a dead end.
func TestReferences(t *testing.T) {
	all := allRules()
	word := regexp.MustCompile(`\b(RocketChat|MongoDB|NATS|Traefik|Host|Alertmanager|Logs)[A-Z][A-Za-z]+`)
	for _, r := range all {
		for _, name := range word.FindAllString(r.Runbook, -1) {
			if !slices.ContainsFunc(all, func(o Rule) bool { return o.Name == name }) {
				t.Errorf("%s: sends to %s, which does not exist", r.Name, name)
			}
		}
	}
}

// TestThresholds: each is used. One at a time is changed; a rule has to follow.
func TestThresholds(t *testing.T) {
	before := Encode(allRules())
	for i := range reflect.TypeFor[Thresholds]().NumField() {
		changed := false
		for _, d := range deployments {
			old := Encode(Rules(d))
			f := reflect.ValueOf(&d.Thresholds).Elem().Field(i)
			f.SetFloat(f.Float() * 1.5)
			changed = changed || !bytes.Equal(old, Encode(Rules(d)))
		}
		if !changed {
			t.Errorf("%s changes no rule", reflect.TypeFor[Thresholds]().Field(i).Name)
		}
	}
	if !bytes.Equal(before, Encode(allRules())) {
		t.Error("the same rules give other bytes")
	}
}

// TestDeployments: what a deployment does not have is not watched.
func TestDeployments(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*Deployment)
		rules  []string // that go, or come, with the change
	}{
		{"without https", func(d *Deployment) { d.HTTPS = false }, []string{"CertificateExpires", "CertificateExpiresSoon"}},
		{"without logs", func(d *Deployment) { d.Logs = false }, []string{"LogsDown", "LogsRefused", "LogsNotDelivered"}},
		{"one replica", func(d *Deployment) { d.Instances = 1 },
			[]string{"RocketChatReplicasDown", "RocketChatVersionsDiffer", "NATSReplicasNotConnected"}},
		{"unlicensed", func(d *Deployment) { d.Licensed = false },
			[]string{"RocketChatPresenceCap", "NATSReplicasNotConnected"}},
		{"three members", func(d *Deployment) { d.Members = 3 }, []string{"MongoDBMemberUnhealthy", "MongoDBReplicationLag"}},
		{"MongoDB elsewhere", func(d *Deployment) { d.Members = 0 },
			[]string{"MongoDBMemberUnhealthy", "MongoDBReplicationLag"}},
	} {
		before, d := deployments["medium"], deployments["medium"]
		c.change(&d)
		var moved []string
		for _, r := range allRules() {
			if slices.Contains(names(before), r.Name) != slices.Contains(names(d), r.Name) {
				moved = append(moved, r.Name)
			}
		}
		slices.Sort(moved)
		want := slices.Sorted(slices.Values(c.rules))
		if !slices.Equal(moved, want) {
			t.Errorf("%s: got %v, want %v", c.what, moved, want)
		}
	}
}

// TestEncode compares with the files that promtool tests, and reads them back.
func TestEncode(t *testing.T) {
	for name, d := range deployments {
		file := filepath.Join("testdata", "rules-"+name+".yaml")
		got := Encode(Rules(d))
		if *update {
			if err := os.WriteFile(file, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: differs; run go test -update and look at the difference", file)
		}
		var f ruleFile
		if err := yaml.Load(got, &f, yaml.WithKnownFields()); err != nil {
			t.Fatal(err)
		}
		var read []string
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				read = append(read, r.Alert)
				if r.Annotations.Runbook != "README.md#"+strings.ToLower(r.Alert) {
					t.Errorf("%s: runbook %s", r.Alert, r.Annotations.Runbook)
				}
			}
		}
		if !slices.Equal(read, names(d)) {
			t.Errorf("%s: holds %v", name, read)
		}
	}
}
