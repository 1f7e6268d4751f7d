package helm

import (
	"strings"
	"testing"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// TestRefused: each bad input is refused by its key, with the reason and a way out.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*generator.Request, *Options)
		want   string // beginning of the error; empty: none
	}{
		{"good", func(*generator.Request, *Options) {}, ""},
		{"filesystem", func(r *generator.Request, _ *Options) {
			r.Uploads = generator.Uploads{Storage: generator.UploadsFileSystem}
		}, "uploads: storage filesystem"},
		{"gridfs", func(r *generator.Request, _ *Options) {
			r.Uploads = generator.Uploads{Storage: generator.UploadsGridFS}
		}, "uploads: storage gridfs"},
		{"gridfs by default", func(r *generator.Request, _ *Options) { r.Uploads = generator.Uploads{} },
			"uploads: storage gridfs"},
		{"bundled MongoDB", func(r *generator.Request, _ *Options) { r.MongoDB.External = false },
			"mongodb: no external MongoDB"},
		{"three bundled members", func(r *generator.Request, _ *Options) { r.MongoDB = generator.MongoDB{Members: 3} },
			"mongodb: no external MongoDB"},
		{"external said by option", func(r *generator.Request, o *Options) {
			r.MongoDB = generator.MongoDB{Members: 3}
			o.ExternalMongoDB = true
		}, ""},
		{"bundled NATS", func(_ *generator.Request, o *Options) { o.NATS = "bundled" },
			"nats: bundled: NATS without credentials"},
		{"no NATS", func(_ *generator.Request, o *Options) { o.NATS = "none" }, "nats: none: NATS without credentials"},
		{"other NATS", func(_ *generator.Request, o *Options) { o.NATS = "redis" }, `nats: "redis"`},
		{"external NATS", func(_ *generator.Request, o *Options) { o.NATS = NATSExternal }, ""},
		{"community, stated", func(r *generator.Request, _ *Options) {
			r.Edition, r.Instances, r.Concurrent = generator.Community, 2, 50
		}, "edition: community with 2 instances"},
		{"community, needed", func(r *generator.Request, _ *Options) { r.Edition, r.Concurrent = generator.Community, 126 },
			"edition: community: 126 users at once need 2 replicas"},
		{"community, one", func(r *generator.Request, _ *Options) { r.Edition, r.Concurrent = generator.Community, 125 }, ""},
		{"localhost", func(r *generator.Request, _ *Options) {
			r.Domain, r.TLS = generator.Localhost, generator.TLS{Mode: generator.TLSOff}
		}, "domain: localhost"},
		{"plain http", func(r *generator.Request, _ *Options) { r.TLS = generator.TLS{Mode: generator.TLSOff} }, "tls: off"},
		{"behind a proxy", func(r *generator.Request, _ *Options) {
			r.TLS = generator.TLS{Mode: generator.TLSOff, Proxies: generator.Proxies{Trusted: []string{"10.0.0.0/24"}}}
		}, ""},
		{"target", func(_ *generator.Request, o *Options) { o.Target = "nomad" }, `export: target "nomad"`},
		{"template", func(r *generator.Request, _ *Options) {
			r.RocketChat.Env = map[string]string{"OVERWRITE_SETTING_Site_Name": "{{ x }}"}
		}, "rocketchat: env: OVERWRITE_SETTING_Site_Name holds {{"},
	} {
		r, o := exampleRequest(t), Options{Target: TargetHelm}
		c.change(&r, &o)
		files, err := Export(plan(t, r), o)
		if (err == nil) != (c.want == "") || err != nil &&
			(!strings.HasPrefix(err.Error(), c.want) || hint(err) == "" || files != nil) {
			t.Errorf("%s: %v (hint %q), want %q", c.name, err, hint(err), c.want)
		}
		if _, moving := FromCompose(plan(t, r), o); (moving == nil) != (err == nil) && c.name != "template" {
			t.Errorf("%s: from Compose: %v", c.name, moving)
		}
	}
}

// TestWarnings: a licence that nobody has spoken of, an old release, and nothing of hosts.
func TestWarnings(t *testing.T) {
	codes := func(r generator.Request) string {
		var all []string
		for _, w := range plan(t, r).Warnings {
			all = append(all, w.Code)
		}
		return strings.Join(all, " ")
	}
	r := exampleRequest(t)
	if got := codes(r); got != "" {
		t.Errorf("licensed: %q", got)
	}
	r.Edition = ""
	if got := codes(r); got != generator.WarnLicence {
		t.Errorf("no edition: %q", got)
	}
	r = exampleRequest(t)
	r.Release = "7.13.9"
	if got := codes(r); !strings.Contains(got, WarnOldRelease) {
		t.Errorf("7.13.9: %q", got)
	}
	r = exampleRequest(t)
	r.Host = stack.Host{Cores: 1, Memory: units.GiB}
	if got := codes(r); got != "" {
		t.Errorf("small host: %q", got)
	}
}
