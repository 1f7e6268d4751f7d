package generator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// traefikStatic and traefikDynamic are what the tests read of Traefik's two files.
type traefikStatic struct {
	EntryPoints map[string]struct {
		Address          string
		ForwardedHeaders struct {
			Insecure   bool
			TrustedIPs []string `yaml:"trustedIPs"`
		} `yaml:"forwardedHeaders"`
		Transport struct {
			RespondingTimeouts struct {
				ReadTimeout string `yaml:"readTimeout"`
			} `yaml:"respondingTimeouts"`
		}
		HTTP struct {
			Redirections struct {
				EntryPoint struct{ To, Scheme string } `yaml:"entryPoint"`
			}
		}
	} `yaml:"entryPoints"`
	Providers             map[string]any
	CertificatesResolvers map[string]struct {
		ACME struct {
			Email         string
			CAServer      string `yaml:"caServer"`
			Storage       string
			HTTPChallenge struct {
				EntryPoint string `yaml:"entryPoint"`
			} `yaml:"httpChallenge"`
		}
	} `yaml:"certificatesResolvers"`
	Log struct{ Level string }
	API map[string]any
}

type traefikRouter struct {
	Rule        string
	EntryPoints []string `yaml:"entryPoints"`
	Middlewares []string
	Service     string
	TLS         *struct {
		CertResolver string `yaml:"certResolver"`
	}
}

type traefikDynamic struct {
	HTTP struct {
		Routers     map[string]traefikRouter
		Middlewares map[string]struct {
			RateLimit struct {
				Average, Burst  int
				SourceCriterion struct {
					IPStrategy struct{ Depth int } `yaml:"ipStrategy"`
				} `yaml:"sourceCriterion"`
			} `yaml:"rateLimit"`
			Headers map[string]any
			Retry   map[string]any
		}
		Services map[string]struct {
			LoadBalancer struct {
				Sticky struct {
					Cookie struct {
						Name             string
						HTTPOnly, Secure bool
						SameSite         string `yaml:"sameSite"`
					}
				}
			} `yaml:"loadBalancer"`
		}
	}
	TLS struct {
		Stores map[string]struct {
			DefaultCertificate struct {
				CertFile string `yaml:"certFile"`
				KeyFile  string `yaml:"keyFile"`
			} `yaml:"defaultCertificate"`
		}
	}
}

// decode reads a YAML file of a project.
func decode[T any](t *testing.T, p tree.Project, path string) (v T) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(content(t, p, path)), &v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

// edges are ways in, with what must come of them.
var edges = []struct {
	name                    string
	change                  func(*Request)
	root, entry             string
	resolver, server, store string // of certificates
	secureCookie, hsts      bool
	trusted                 []string
	depth                   int
	forwarded               string
}{
	{name: "localhost", change: func(r *Request) { *r = aRequest() }, root: "http://localhost", entry: "web",
		forwarded: "1"},
	{name: "off", change: func(r *Request) { r.TLS = TLS{Mode: TLSOff} }, root: "http://chat.yourcompany.com",
		entry: "web", forwarded: "1"},
	{name: "acme", change: func(*Request) {}, root: "https://chat.yourcompany.com", entry: "websecure",
		resolver: "letsencrypt", server: LetsEncrypt, store: "/acme/acme.json", secureCookie: true, hsts: true,
		forwarded: "1"},
	{name: "acme of one's own", change: func(r *Request) { r.TLS.Server = "https://ca.yourcompany.com/acme/directory" },
		root: "https://chat.yourcompany.com", entry: "websecure",
		resolver: "letsencrypt", server: "https://ca.yourcompany.com/acme/directory", store: "/acme/acme.json",
		secureCookie: true, hsts: true, forwarded: "1"},
	{name: "staging", change: func(r *Request) { r.TLS.Staging = true }, root: "https://chat.yourcompany.com",
		entry:    "websecure",
		resolver: "letsencrypt", server: LetsEncryptStaging, store: "/acme/staging.json", secureCookie: true, forwarded: "1"},
	{name: "files", change: func(r *Request) { r.TLS = TLS{Mode: TLSFiles} }, root: "https://chat.yourcompany.com",
		entry: "websecure", secureCookie: true, hsts: true, forwarded: "1"},
	{name: "behind one", change: func(r *Request) { behind(r, 0, "192.0.2.10") }, root: "https://chat.yourcompany.com",
		entry:        "web",
		secureCookie: true, trusted: []string{"192.0.2.10"}, depth: 1, forwarded: "2"},
	{name: "behind three", change: func(r *Request) { behind(r, 3, "10.0.0.0/8", "2001:db8::/32", "::1") },
		root: "https://chat.yourcompany.com", entry: "web",
		secureCookie: true, trusted: []string{"10.0.0.0/8", "2001:db8::/32", "::1"}, depth: 3, forwarded: "4"},
}

func TestTraefikStatic(t *testing.T) {
	for _, c := range edges {
		p := renderEdge(t, c.change)
		s := decode[traefikStatic](t, p, "traefik/traefik.yaml")
		var faults composeFaults
		_, secure := s.EntryPoints["websecure"]
		faults.want(secure == (c.entry == "websecure"), "websecure is there: %v", secure)
		redirect := s.EntryPoints["web"].HTTP.Redirections.EntryPoint
		faults.want((redirect.To == "websecure" && redirect.Scheme == "https") == secure, "web is sent to %+v", redirect)
		for name, e := range s.EntryPoints {
			faults.want(!e.ForwardedHeaders.Insecure, "%s: believes everybody", name)
			faults.want(name == "metrics" || e.Transport.RespondingTimeouts.ReadTimeout == "1h", "%s: %+v", name, e.Transport)
			faults.want(slices.Equal(e.ForwardedHeaders.TrustedIPs, c.trusted) || name != "web" &&
				e.ForwardedHeaders.TrustedIPs == nil, "%s: trusts %v", name, e.ForwardedHeaders.TrustedIPs)
		}
		acme := s.CertificatesResolvers["letsencrypt"].ACME
		faults.want((c.resolver != "") == (len(s.CertificatesResolvers) == 1), "resolvers: %v", s.CertificatesResolvers)
		faults.want(acme.CAServer == c.server && acme.Storage == c.store, "certificates are from %s in %s", acme.CAServer,
			acme.Storage)
		faults.want(c.resolver == "" || acme.Email == "ops@yourcompany.com" && acme.HTTPChallenge.EntryPoint == "web",
			"acme: %+v", acme)
		faults.want(len(s.Providers) == 2 && s.Providers["file"] != nil && s.API == nil, "providers %v, api %v", s.Providers,
			s.API)
		for _, f := range faults {
			t.Errorf("%s: %s", c.name, f)
		}
	}
}

func renderEdge(t *testing.T, change func(*Request)) tree.Project {
	t.Helper()
	r := aPublicRequest()
	change(&r)
	return renderPlan(t, must(NewPlan(r, nil))(t), nil)
}

func TestTraefikDynamic(t *testing.T) {
	for _, c := range edges {
		p := renderEdge(t, c.change)
		d := decode[traefikDynamic](t, p, "traefik/dynamic/rocketchat.yaml")
		var faults composeFaults
		faults.want(slices.Equal(slices.Sorted(maps.Keys(d.HTTP.Routers)), []string{"grafana", stack.RocketChat}),
			"routers: %v", slices.Sorted(maps.Keys(d.HTTP.Routers)))
		for name, r := range d.HTTP.Routers {
			_, served := d.HTTP.Services[r.Service]
			faults.want(served, "%s: service %s is not there", name, r.Service)
			for _, m := range r.Middlewares {
				_, there := d.HTTP.Middlewares[m]
				faults.want(there, "%s: middleware %s is not there", name, m)
			}
			faults.want(slices.Contains(r.Middlewares, "limit") && slices.Contains(r.Middlewares, "headers"),
				"%s: middlewares %v", name, r.Middlewares)
			faults.want(slices.Equal(r.EntryPoints, []string{c.entry}), "%s: entry points %v, want %s", name, r.EntryPoints,
				c.entry)
			faults.want((r.TLS != nil) == (c.entry == "websecure") && (r.TLS == nil || r.TLS.CertResolver == c.resolver),
				"%s: tls %+v", name, r.TLS)
		}
		for _, m := range slices.Sorted(maps.Keys(d.HTTP.Middlewares)) {
			used := slices.ContainsFunc(slices.Sorted(maps.Keys(d.HTTP.Routers)),
				func(r string) bool { return slices.Contains(d.HTTP.Routers[r].Middlewares, m) })
			faults.want(used, "middleware %s: nobody uses it", m)
		}
		headers := d.HTTP.Middlewares["headers"].Headers
		sts, hsts := headers["stsSeconds"]
		faults.want(hsts == c.hsts && (!hsts || fmt.Sprint(sts) == "31536000"), "stsSeconds: %v", sts)
		faults.want(headers["contentTypeNosniff"] == true && headers["stsPreload"] == nil &&
			headers["stsIncludeSubdomains"] == nil, "headers: %v", headers)
		depth := d.HTTP.Middlewares["limit"].RateLimit.SourceCriterion.IPStrategy.Depth
		faults.want(depth == c.depth, "depth %d, want %d", depth, c.depth)
		cookie := d.HTTP.Services[stack.RocketChat].LoadBalancer.Sticky.Cookie
		faults.want(cookie.Secure == c.secureCookie && cookie.Name != "" && cookie.SameSite == "lax", "cookie: %+v", cookie)
		store, own := d.TLS.Stores["default"]
		faults.want(own == (c.name == "files") && (!own || store.DefaultCertificate.KeyFile == "/run/secrets/tls.key"),
			"stores: %+v", d.TLS.Stores)
		env := containerEnv(t, p, "rocketchat-1")
		faults.want(env["ROOT_URL"] == c.root && env["HTTP_FORWARDED_COUNT"] == c.forwarded,
			"ROOT_URL %s, HTTP_FORWARDED_COUNT %s", env["ROOT_URL"], env["HTTP_FORWARDED_COUNT"])
		for _, f := range faults {
			t.Errorf("%s: %s", c.name, f)
		}
	}
}

// TestTraefikLimits: the figures of the plan's profile, in its file.
func TestTraefikLimits(t *testing.T) {
	for _, c := range []struct{ users, concurrent, average, burst int }{
		{20, 4, 500, 2000},           // the least
		{3000, 600, 3000, 60000},     // 5 and 100 for each of 600
		{3000, 99, 500, 9900},        // one of the two
		{20000, 4001, 20005, 400100}, // beyond the largest sizing table
	} {
		r := aPublicRequest()
		r.Users, r.Concurrent, r.Profile = c.users, c.concurrent, "medium"
		d := decode[traefikDynamic](t, renderPlan(t, must(NewPlan(r, nil))(t), nil), "traefik/dynamic/rocketchat.yaml")
		if got := d.HTTP.Middlewares["limit"].RateLimit; got.Average != c.average || got.Burst != c.burst {
			t.Errorf("%d at once: %d a second and %d at once, want %d and %d", c.concurrent, got.Average, got.Burst, c.average,
				c.burst)
		}
	}
}

// TestLogLevel: both programs are told in their own words.
func TestLogLevel(t *testing.T) {
	for level, want := range map[string]string{"": "INFO", "error": "ERROR", "info": "INFO", "debug": "DEBUG"} {
		p := renderEdge(t, func(r *Request) { r.LogLevel = level })
		if got := decode[traefikStatic](t, p, "traefik/traefik.yaml").Log.Level; got != want {
			t.Errorf("log_level %q: Traefik gets %q, want %q", level, got, want)
		}
		if _, set := containerEnv(t, p, "rocketchat-1")[overwrite+"Log_Level"]; set != (level != "") {
			t.Errorf("log_level %q: Rocket.Chat is told: %v", level, set)
		}
	}
}

// TestDatabasePage: where MongoDB is, with one member, with three and outside.
func TestDatabasePage(t *testing.T) {
	const app, exporter = "${MONGODB_APP_PASSWORD:?is missing from .env}",
		"${MONGODB_EXPORTER_PASSWORD:?is missing from .env}"
	for _, c := range []struct {
		mongo            MongoDB
		url, exporterURL string
		names            string
		members          int
	}{
		{MongoDB{}, "mongodb://rocketchat:" + app + "@mongodb:27017/rocketchat?authSource=admin&replicaSet=rs0",
			"mongodb://exporter:" + exporter + "@mongodb:27017/admin?directConnection=true", "mongodb", 1},
		{MongoDB{Members: 1}, "mongodb://rocketchat:" + app + "@mongodb:27017/rocketchat?authSource=admin&replicaSet=rs0",
			"mongodb://exporter:" + exporter + "@mongodb:27017/admin?directConnection=true", "mongodb", 1},
		{MongoDB{Members: 3}, "mongodb://rocketchat:" + app +
			"@mongodb:27017,mongodb-2:27017,mongodb-3:27017/rocketchat?authSource=admin&replicaSet=rs0",
			"mongodb://exporter:" + exporter + "@mongodb:27017/admin?directConnection=true,mongodb://exporter:" + exporter +
				"@mongodb-2:27017/admin?directConnection=true,mongodb://exporter:" + exporter +
				"@mongodb-3:27017/admin?directConnection=true",
			"mongodb,mongodb-2,mongodb-3", 3},
		{MongoDB{External: true}, "${MONGO_URL:?is missing from .env}",
			"${MONGODB_EXPORTER_URL:-${MONGO_URL:?is missing from .env}}", "", 0},
	} {
		r := aRequest()
		r.MongoDB = c.mongo
		d := newDatabase(Plan{Request: r})
		if d.MongoURL != c.url || d.ExporterURL != c.exporterURL || d.MemberNames != c.names || len(d.Members) != c.members ||
			d.Several != (c.members > 1) {
			t.Errorf("%+v: got %+v", c.mongo, d)
		}
		for i, m := range d.Members {
			if m.First != (i == 0) {
				t.Errorf("%+v: %+v is number %d", c.mongo, m, i)
			}
		}
	}
}

// prometheusFile is what the tests read of Prometheus' configuration.
type prometheusFile struct {
	RuleFiles []string `yaml:"rule_files"`
	Alerting  struct {
		Alertmanagers []struct {
			Static []prometheusTargets `yaml:"static_configs"`
		}
	}
	ScrapeConfigs []struct {
		Job         string              `yaml:"job_name"`
		Static      []prometheusTargets `yaml:"static_configs"`
		MetricsPath string              `yaml:"metrics_path"`
		Relabel     []struct {
			TargetLabel string `yaml:"target_label"`
			Replacement string
		} `yaml:"relabel_configs"`
	} `yaml:"scrape_configs"`
}

type prometheusTargets struct{ Targets []string }

// TestPrometheusTargets: Prometheus asks what the project runs, all of it that has
// metrics, and over a network that the two share.
func TestPrometheusTargets(t *testing.T) {
	on, off := true, false
	for _, c := range []struct {
		name   string
		change func(*Request)
		jobs   []string
		mongo  []string
	}{
		{"one member", func(r *Request) { r.Monitoring.Logs = &off }, nil, []string{"mongodb:27017"}},
		{"three members", func(r *Request) { r.Monitoring.Logs, r.MongoDB.Members = &off, 3 }, nil,
			[]string{"mongodb:27017", "mongodb-2:27017", "mongodb-3:27017"}},
		{"outside", func(r *Request) { r.Monitoring.Logs, r.MongoDB.External = &off, true }, nil,
			[]string{"mongodb-exporter:9216"}},
		{"logs", func(r *Request) { r.Monitoring.Logs = &on }, []string{"loki", "otel-collector"}, []string{"mongodb:27017"}},
	} {
		p := renderEdge(t, c.change)
		m := must(composeModel(t, p))(t)
		f := decode[prometheusFile](t, p, "prometheus/prometheus.yaml")
		reaches := func(target string) {
			host, _, _ := strings.Cut(target, ":")
			shared := func(network string) bool { _, ok := m.Services[host].Networks[network]; return ok }
			if host != "localhost" && !slices.ContainsFunc(slices.Sorted(maps.Keys(m.Services[stack.Prometheus].Networks)),
				shared) {
				t.Errorf("%s: Prometheus does not reach %s", c.name, target)
			}
		}
		reaches(f.Alerting.Alertmanagers[0].Static[0].Targets[0])
		var jobs []string
		for _, job := range f.ScrapeConfigs {
			jobs = append(jobs, job.Job)
			for _, s := range job.Static {
				if job.Job == "mongodb" && !slices.Equal(s.Targets, c.mongo) {
					t.Errorf("%s: the members are %v, want %v", c.name, s.Targets, c.mongo)
				}
				targets := s.Targets
				for _, l := range job.Relabel {
					if l.TargetLabel == "__address__" { // the exporter is asked instead
						targets = []string{l.Replacement}
					}
				}
				for _, target := range targets {
					reaches(target)
				}
			}
		}
		want := append([]string{stack.RocketChat, "traefik", "mongodb", "nats", "node", "prometheus", "alertmanager",
			"grafana"}, c.jobs...)
		if !slices.Equal(jobs, want) {
			t.Errorf("%s: jobs %v, want %v", c.name, jobs, want)
		}
		if len(f.RuleFiles) != 1 || !strings.Contains(content(t, p, "prometheus/rules/rocketchat.yaml"), "groups:") {
			t.Errorf("%s: rule files %v", c.name, f.RuleFiles)
		}
	}
}
