package generator

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"rcgen/generator/dotenv"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// violation is one thing that a service does against the policy.
type violation struct{ service, point, fault string }

func (v violation) String() string { return v.service + ": " + v.point + ": " + v.fault }

func violations(p *types.Project) []violation {
	var all []violation
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		for _, r := range policy {
			for _, fault := range r.faults(p, p.Services[name]) {
				all = append(all, violation{name, r.point, fault})
			}
		}
	}
	return all
}

// exemption is one violation that has a reason.
type exemption struct {
	services []string // patterns
	point    string
	faults   []string
	when     func(Plan) bool
	says     string // in a comment of compose.yaml that says "exception", where the point is the benchmark's
	reason   string
}

func always(Plan) bool { return true }

var exemptions = []exemption{
	{[]string{"*"}, "5.15", []string{"restart unless-stopped"}, always, "five attempts",
		"a host that was away for a night must come back by itself"},
	{[]string{"rocketchat-*"}, "5.13", []string{"writable"}, always, "no read_only",
		"the apps engine writes beside its code (RocketChat/Rocket.Chat#41006)"},
	{[]string{"rocketchat-*"}, "4.1", []string{"user "}, always, "no\nuser",
		"the image's own user is not root, and has another number in other releases"},
	{[]string{stack.Traefik}, "4.1", []string{"user 0:0"}, always, "root, without the power of root",
		"ports below 1024 on every engine, and the volume of the certificates"},
	{[]string{stack.Traefik}, "5.4", []string{"NET_BIND_SERVICE"}, always, "ports 80 and 443", "ports below 1024"},
	{[]string{stack.Traefik}, "5.4", []string{"DAC_READ_SEARCH"},
		func(p Plan) bool { return p.Request.TLS.Mode == TLSFiles }, "mode 0600",
		"the key of the certificate is another user's"},
	{[]string{stack.Traefik}, "5.8", []string{"80"}, always, "the only ones published", "where browsers ask"},
	{[]string{stack.Traefik}, "5.9", []string{"80"}, always, "the only ones published", "where browsers ask"},
	{[]string{stack.Traefik}, "5.8", []string{"443"}, func(p Plan) bool { return p.Deployment.HTTPS },
		"the only ones published", "where browsers ask"},
	{[]string{stack.Traefik}, "5.9", []string{"443"}, func(p Plan) bool { return p.Deployment.HTTPS },
		"the only ones published", "where browsers ask"},
	{[]string{stack.Traefik}, "5.14", []string{"80", "443"}, func(p Plan) bool { return p.Request.Domain != Localhost },
		"on every address",
		"users come from everywhere"},
	{[]string{stack.NodeExporter}, "5.6", []string{"/"}, always, "the host's root", "the host is what it measures"},
	{[]string{stack.MongoDBExporter, stack.NATSExporter}, "5.27", []string{"no healthcheck"}, always, "health check",
		"the images hold the program alone"},
	{[]string{"otel-collector"}, "4.1", []string{"user 0:0"}, func(p Plan) bool { return p.Deployment.Logs },
		"root, without any capability",
		"the logs are root's"},
	{[]string{"otel-collector"}, "5.6", []string{"/var/lib/docker/containers"},
		func(p Plan) bool { return p.Deployment.Logs }, "The mount also holds",
		"the logs are there"},
	{[]string{"otel-collector"}, "5.27", []string{"no healthcheck"}, func(p Plan) bool { return p.Deployment.Logs },
		"no health check",
		"the image holds the program alone"},
	{[]string{stack.Traefik, "rocketchat-*"}, "internal", []string{"edge"}, always, "",
		"browsers, push, mail, marketplace"},
	{[]string{"alertmanager"}, "internal", []string{"alerts"},
		func(p Plan) bool { return p.Request.Alerts.Receiver != "" }, "", "it tells somebody outside"},
	{[]string{stack.MongoDBExporter}, "internal", []string{"edge"},
		func(p Plan) bool { return p.Request.MongoDB.External }, "", "the database is outside"},
	{[]string{"rocketchat-*"}, "inlets", []string{"edge and backend"}, always, "", "it is what stands between"},
}

func (e exemption) allows(p Plan, v violation) bool {
	match := func(pattern string) bool { ok, err := path.Match(pattern, v.service); return ok && err == nil }
	return e.point == v.point && slices.Contains(e.faults, v.fault) && slices.ContainsFunc(e.services, match) && e.when(p)
}

// unexcused returns the violations that no exemption allows, and the numbers of
// the exemptions that were needed with the services that needed them.
func unexcused(p Plan, all []violation) (rest []violation, used map[int][]string) {
	used = map[int][]string{}
	for _, v := range all {
		i := slices.IndexFunc(exemptions, func(e exemption) bool { return e.allows(p, v) })
		if i < 0 {
			rest = append(rest, v)
			continue
		}
		used[i] = append(used[i], v.service)
	}
	return rest, used
}

// policyModel loads a project as Validate does.
func policyModel(tb testing.TB, p tree.Project) policyProject {
	tb.Helper()
	env := must(dotenv.Parse([]byte(content(tb, p, tree.EnvFile))))(tb)
	details := types.ConfigDetails{Environment: env}
	var m policyProject
	for _, f := range p.Files {
		if f.Path == tree.ComposeFile || f.Path == tree.OverrideFile {
			details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: f.Path, Content: f.Content})
			m.files = append(m.files, rootOf(f.Content))
		}
	}
	slices.Reverse(details.ConfigFiles) // by path the override is first
	var err error
	m.project, err = loader.LoadWithContext(tb.Context(), details, func(o *loader.Options) {
		o.SetProjectName("project", false)
		o.SkipResolveEnvironment, o.ResolvePaths, o.Profiles = true, false, []string{"*"}
	})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// policyProject is a project as Compose loads it, with its Compose files as they are written.
type policyProject struct {
	project *types.Project
	files   []*yaml.Node
}

func TestPolicy(t *testing.T) {
	needed := map[int]bool{}
	for _, e := range append(examples(t), optionProjects(t)...) {
		m := policyModel(t, e.project)
		rest, used := unexcused(e.plan, violations(m.project))
		for _, v := range rest {
			t.Errorf("%s: %s (%s)", e.name, v, titleOf(v.point))
		}
		for i, services := range used {
			needed[i] = true
			if x := exemptions[i]; x.says != "" && !slices.ContainsFunc(services,
				func(s string) bool { return explained(m, s, x.says) }) {
				t.Errorf("%s: compose.yaml has no comment with exception and %q near one of %v", e.name, x.says, services)
			}
		}
	}
	for i, x := range exemptions {
		if !needed[i] {
			t.Errorf("nobody needs the exemption %v from %s any more", x.services, x.point)
		}
		if _, err := strconv.ParseFloat(x.point, 64); (err == nil) != (x.says != "") || x.reason == "" ||
			titleOf(x.point) == "" {
			t.Errorf("the exemption %v from %s: is from no point, or without a reason, or nothing must be said of it",
				x.services, x.point)
		}
	}
}

func titleOf(point string) string {
	for _, r := range policy {
		if r.point == point {
			return r.title
		}
	}
	return ""
}

// explained reports whether a comment in a service, or in what it merges, says
// that it is an exception and why.
func explained(m policyProject, service, why string) bool {
	for _, f := range m.files {
		_, services := pair(f, "services")
		for i := 0; services != nil && i+1 < len(services.Content); i += 2 {
			if services.Content[i].Value != service {
				continue
			}
			for _, c := range append(commentsOf(services.Content[i]), commentsOf(services.Content[i+1])...) {
				if strings.Contains(c, "exception") && strings.Contains(c, why) {
					return true
				}
			}
		}
	}
	return false
}

// commentsOf returns every comment of a node and below, aliases followed, each
// without its signs.
func commentsOf(n *yaml.Node) []string {
	var all []string
	for _, c := range []string{n.HeadComment, n.LineComment, n.FootComment} {
		lines := strings.Split(c, "\n")
		for i := range lines {
			lines[i] = strings.TrimPrefix(lines[i], "# ")
		}
		all = append(all, strings.Join(lines, "\n"))
	}
	if n.Alias != nil {
		all = append(all, commentsOf(n.Alias)...)
	}
	for _, c := range n.Content {
		all = append(all, commentsOf(c)...)
	}
	return all
}

// optionProjects are projects with every option that a Compose file can show.
func optionProjects(tb testing.TB) []example {
	tb.Helper()
	on, off := true, false
	var all []example
	for _, c := range []struct {
		name   string
		change func(*Request)
	}{
		{"localhost", func(r *Request) { *r = aRequest() }},
		{"acme", func(r *Request) {}},
		{"staging", func(r *Request) { r.TLS.Staging = true }},
		{"files", func(r *Request) { r.TLS = TLS{Mode: TLSFiles} }},
		{"off", func(r *Request) { r.TLS = TLS{Mode: TLSOff} }},
		{"behind", func(r *Request) { behind(r, 2, "192.0.2.10", "10.0.0.0/8") }},
		{"external", func(r *Request) { r.MongoDB.External = true }},
		{"members", func(r *Request) { r.MongoDB.Members = 3 }},
		{"community", func(r *Request) { r.Edition = Community }},
		{"s3", func(r *Request) { r.Uploads = anS3("https://minio.yourcompany.com") }},
		{"filesystem", func(r *Request) { r.Uploads.Storage, r.Instances = UploadsFileSystem, 1 }},
		{"logs", func(r *Request) { r.Monitoring.Logs = &on }},
		{"no logs", func(r *Request) { r.Monitoring.Logs = &off }},
		{"small with logs", func(r *Request) { r.Users, r.Monitoring.Logs = 20, &on }},
		{"alerts to Rocket.Chat", func(r *Request) { r.Alerts.Receiver = AlertRocketChat }},
		{"alerts to a webhook", func(r *Request) { r.Alerts.Receiver = AlertWebhook }},
		{"alerts by mail", func(r *Request) {
			r.SMTP, r.Alerts = anSMTP(), Alerts{AlertEmail, "ops@yourcompany.com"}
			r.SMTP.Username = "chat"
		}},
		{"everything", func(r *Request) { *r = everything() }},
		{"everything outside", func(r *Request) {
			*r = everything()
			r.MongoDB, r.TLS, r.Monitoring.Logs = MongoDB{External: true}, TLS{Mode: TLSFiles}, &off
		}},
	} {
		r := aPublicRequest()
		r.Edition = Licensed
		c.change(&r)
		plan := must(NewPlan(r, nil))(tb)
		all = append(all, example{name: c.name, plan: plan, project: renderPlan(tb, plan, nil)})
	}
	return all
}

// mutations are what a person could put into compose.override.yaml, by the point
// that must then be reported, with the fault.
var mutations = []struct{ point, fault, override string }{
	{"4.1", "user root", "grafana: {user: root}"},
	{"4.1", "user ", "nats: {user: !reset null}"},
	{"4.1", "user 0:0", "mongodb: {user: '0:0'}"},
	{"5.2", "apparmor=unconfined", "grafana: {security_opt: ['apparmor=unconfined']}"},
	{"5.3", "label:disable", "grafana: {security_opt: ['label:disable']}"},
	{"5.4", "keeps the default", "nats: {cap_drop: !reset []}"},
	{"5.4", "SYS_ADMIN", "traefik: {cap_add: [SYS_ADMIN]}"},
	{"5.4", "DAC_READ_SEARCH", "traefik: {cap_add: [DAC_READ_SEARCH]}"},
	{"5.4", "NET_BIND_SERVICE", "grafana: {cap_add: [NET_BIND_SERVICE]}"},
	{"5.5", "privileged", "node-exporter: {privileged: true}"},
	{"5.6", "/etc", "grafana: {volumes: ['/etc:/host:ro']}"},
	{"5.6", "/", "grafana: {volumes: ['/:/host:ro']}"},
	{"5.6", "../..", "grafana: {volumes: ['../..:/host:ro']}"},
	{"5.8", "22", "grafana: {ports: ['127.0.0.1:22:3000']}"},
	{"5.8", "81", "traefik: {ports: ['127.0.0.1:81:81']}"},
	{"5.9", "9090", "prometheus: {ports: ['127.0.0.1:9090:9090']}"},
	{"5.9", "", "mongodb: {ports: ['127.0.0.1::27017']}"},
	{"5.10", "network_mode host", "node-exporter: {networks: !reset null, network_mode: host}"},
	{"5.11", "no mem_limit", "mongodb: {mem_limit: !reset null}"},
	{"5.12", "no cpus", "mongodb: {cpus: !reset null}"},
	{"5.13", "writable", "traefik: {read_only: false}"},
	{"5.14", "9090", "prometheus: {ports: ['9090:9090']}"},
	{"5.14", "9091", "prometheus: {ports: ['0.0.0.0:9091:9090']}"},
	{"5.14", "9092", "prometheus: {ports: ['[::]:9092:9090']}"},
	{"5.15", "restart always", "nats: {restart: always}"},
	{"5.15", "restart ", "nats: {restart: !reset null}"},
	{"5.16", "pid host", "node-exporter: {pid: host}"},
	{"5.17", "ipc host", "nats: {ipc: host}"},
	{"5.18", "devices", "nats: {devices: ['/dev/sda:/dev/sda']}"},
	{"5.20", "./nats", "nats: {volumes: [{type: bind, source: ./nats, target: /etc/nats, read_only: true, bind: {propagation: rshared}}]}"},
	{"5.21", "uts host", "nats: {uts: host}"},
	{"5.22", "seccomp:unconfined", "rocketchat-1: {security_opt: ['seccomp:unconfined']}"},
	{"5.25", "another cgroup", "nats: {cgroup_parent: /}"},
	{"5.26", "may gain privileges", "rocketchat-2: {security_opt: !reset []}"},
	{"5.27", "no healthcheck", "traefik: {healthcheck: !reset null}"},
	{"5.27", "no healthcheck", "rocketchat-1: {healthcheck: {disable: true}}"},
	{"5.28", "image nats:latest", "nats: {image: 'nats:latest'}"},
	{"5.28", "image registry:5000/nats", "nats: {image: 'registry:5000/nats'}"},
	{"5.29", "no pids_limit", "nats: {pids_limit: !reset null}"},
	{"5.30", "a default network", "nats: {networks: !reset null}"},
	{"5.30", "a default network", "nats: {networks: !reset null, network_mode: bridge}"},
	{"5.31", "userns_mode host", "nats: {userns_mode: host}"},
	{"5.32", "/var/run/docker.sock", "traefik: {volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']}"},
	{"5.32", "use_api_socket", "traefik: {use_api_socket: true}"},
	{"logs", "unbounded", "nats: {logging: !reset null}"},
	{"logs", "unbounded", "nats: {logging: !override {driver: json-file, options: {max-size: 10m}}}"},
	{"mounts", "./nats", "nats: {volumes: ['./nats:/etc/nats']}"},
	{"mounts", "anonymous volume", "nats: {volumes: ['/data']}"},
	{"mounts", "anonymous volume", "mongodb: {tmpfs: !reset []}"},
	{"mounts", "tmpfs without size", "nats: {tmpfs: [/data]}"},
	{"internal", "edge", "prometheus: {networks: [edge]}"},
	{"internal", "edge", "mongodb: {networks: [edge]}"},
	{"internal", "edge", "mongodb-exporter: {networks: [edge]}"},
	{"inlets", "edge and backend", "traefik: {networks: [backend]}"},
}

// TestPolicyCanFail breaks the medium example at each point, and wants that point
// reported where nothing was before.
func TestPolicyCanFail(t *testing.T) {
	all := examples(t)
	medium := all[slices.IndexFunc(all, func(e example) bool { return e.name == "medium" })]
	covered := map[string]bool{}
	for _, c := range mutations {
		covered[c.point] = true
		service, _, _ := strings.Cut(c.override, ":")
		broken := tree.Project{Files: slices.Clone(medium.project.Files)}
		i := slices.IndexFunc(broken.Files, func(f tree.File) bool { return f.Path == tree.OverrideFile })
		broken.Files[i].Content = []byte("services: {" + c.override + "}\n")
		rest, _ := unexcused(medium.plan, violations(policyModel(t, broken).project))
		if want := (violation{service, c.point, c.fault}); !slices.Contains(rest, want) {
			t.Errorf("%s: reported %v, want %q", c.override, rest, want)
		}
	}
	for _, r := range policy {
		if !covered[r.point] {
			t.Errorf("%s: nothing shows that it can be reported", r.point)
		}
	}
	// the reason must stand there, for those points that the benchmark has
	silent := strings.ReplaceAll(content(t, medium.project, tree.ComposeFile), "exception", "note")
	mute := policyModel(t, files(tree.ComposeFile, silent, tree.EnvFile, content(t, medium.project, tree.EnvFile)))
	loud := policyModel(t, medium.project)
	for _, x := range exemptions {
		for _, service := range []string{stack.Traefik, "rocketchat-1", stack.NodeExporter, stack.MongoDBExporter} {
			if x.says != "" && explained(mute, service, x.says) {
				t.Errorf("%s: %q counts as an exception without the word", service, x.says)
			}
			if x.says == "mode 0600" && explained(loud, service, x.says) {
				t.Errorf("%s: has a comment for what it does not do", service)
			}
		}
	}
	open := strings.Replace(content(t, medium.project, tree.ComposeFile), "  monitoring:\n    internal: true\n",
		"  monitoring:\n", 1)
	broken := files(tree.ComposeFile, open, tree.EnvFile, content(t, medium.project, tree.EnvFile))
	rest, _ := unexcused(medium.plan, violations(policyModel(t, broken).project))
	for _, name := range []string{stack.Prometheus, "grafana", stack.NodeExporter, stack.NATSExporter} {
		if want := (violation{name, "internal", "monitoring"}); !slices.Contains(rest, want) {
			t.Errorf("a monitoring network with a way out: reported %v, want %q", rest, fmt.Sprint(want))
		}
	}
}
