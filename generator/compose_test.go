package generator

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"rcgen/generator/dotenv"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

// composeModel loads the Compose file of a project with the variables of its
// .env, as Compose does.
func composeModel(tb testing.TB, p tree.Project) (*types.Project, error) {
	tb.Helper()
	env := must(dotenv.Parse([]byte(content(tb, p, tree.EnvFile))))(tb)
	details := types.ConfigDetails{WorkingDir: ".", Environment: env,
		ConfigFiles: []types.ConfigFile{{Filename: tree.ComposeFile, Content: []byte(content(tb, p, tree.ComposeFile))}}}
	return loader.LoadWithContext(context.Background(), details, func(o *loader.Options) { o.ResolvePaths = false })
}

// composeFaults are what is wrong with one loaded project.
type composeFaults []string

func (f *composeFaults) want(good bool, format string, args ...any) {
	if !good {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

func TestComposeModel(t *testing.T) {
	for _, e := range examples(t) {
		m := must(composeModel(t, e.project))(t)
		var faults composeFaults
		for _, name := range slices.Sorted(maps.Keys(m.Services)) {
			faults.mounts(e.project, m.Services[name])
		}
		faults.ports(e, m)
		faults.replicas(e, m)
		faults.networks(m)
		faults.limits(e, m)
		for _, fault := range faults {
			t.Errorf("%s: %s", e.name, fault)
		}
	}
}

// mounts: what is mounted from the project is in it, and no container writes to it.
func (f *composeFaults) mounts(p tree.Project, s types.ServiceConfig) {
	for _, v := range s.Volumes {
		f.want(!strings.Contains(v.Source, "docker.sock"), "%s: mounts the socket of the engine", s.Name)
		if v.Type != types.VolumeTypeBind {
			continue
		}
		f.want(v.ReadOnly, "%s: may write to %s", s.Name, v.Source)
		dir := path.Clean(v.Source)
		if s.Name == stack.OTelCollector && dir == "/var/lib/docker/containers" {
			continue // the engine's
		}
		if dir == "secrets" || dir == "/" && s.Name == stack.NodeExporter { // a person's own; the host that is measured
			continue
		}
		inside := slices.ContainsFunc(p.Files, func(file tree.File) bool {
			return file.Path == dir ||
				strings.HasPrefix(file.Path, dir+"/")
		})
		f.want(inside, "%s: mounts %s, which is not in the project", s.Name, v.Source)
	}
}

func (f *composeFaults) ports(e example, m *types.Project) {
	want := []string{"80"}
	if e.plan.Deployment.HTTPS {
		want = append(want, "443")
	}
	var got []string
	for _, name := range slices.Sorted(maps.Keys(m.Services)) {
		for _, p := range m.Services[name].Ports {
			f.want(name == stack.Traefik, "%s: publishes %s", name, p.Published)
			f.want(fmt.Sprint(p.Target) == p.Published, "%s: publishes %d as %s", name, p.Target, p.Published)
			local := e.plan.Request.Domain == Localhost
			f.want((p.HostIP == "127.0.0.1") == local, "%s: is published at %q", p.Published, p.HostIP)
			got = append(got, p.Published)
		}
	}
	f.want(slices.Equal(got, want), "published: %v, want %v", got, want)
}

// replicas: rocketchat-1 to N and no other, the first alone at first, and each
// known to Traefik and Prometheus.
func (f *composeFaults) replicas(e example, m *types.Project) {
	var want, servers, targets []string
	for i := range e.plan.Instances {
		name := fmt.Sprintf("rocketchat-%d", i+1)
		want = append(want, name)
		s := m.Services[name]
		f.want(s.Hostname == name && s.Image == "registry.rocket.chat/rocketchat/rocket.chat:"+e.plan.Release,
			"%s: host name %q, image %s", name, s.Hostname, s.Image)
		first, waits := s.DependsOn["rocketchat-1"]
		f.want(waits == (i > 0) && (!waits || first.Condition == types.ServiceConditionHealthy), "%s: depends on %v", name,
			s.DependsOn)
		if i == 0 {
			_, database := s.DependsOn[stack.MongoDBService]
			f.want(database != e.plan.Request.MongoDB.External &&
				s.DependsOn[stack.NATS].Condition == types.ServiceConditionHealthy, "%s: depends on %v", name, s.DependsOn)
		}
	}
	var got []string
	for _, name := range slices.Sorted(maps.Keys(m.Services)) {
		if strings.HasPrefix(name, "rocketchat") {
			got = append(got, name)
		}
	}
	servers, targets = replicasKnown(f, e.project)
	slices.Sort(want)
	for what, names := range map[string][]string{"services": got, "servers of Traefik": servers,
		"targets of Prometheus": targets} {
		slices.Sort(names)
		f.want(slices.Equal(names, want), "%s: %v, want %v", what, names, want)
	}
}

// replicasKnown returns the replicas that Traefik and Prometheus know.
func replicasKnown(f *composeFaults, p tree.Project) (servers, targets []string) {
	var routes struct {
		HTTP struct {
			Services map[string]struct {
				LoadBalancer struct{ Servers []struct{ URL string } } `yaml:"loadBalancer"`
			}
		}
	}
	file, _ := p.File("traefik/dynamic/rocketchat.yaml")
	f.want(yaml.Unmarshal(file.Content, &routes) == nil, "%s: is not YAML", file.Path)
	for _, s := range routes.HTTP.Services[stack.RocketChat].LoadBalancer.Servers {
		u, err := url.Parse(s.URL)
		f.want(err == nil && u.Port() == "3000", "server %s", s.URL)
		servers = append(servers, u.Hostname())
	}
	var scraped []struct {
		Targets []string
		Labels  map[string]string
	}
	file, _ = p.File("prometheus/targets/rocketchat.yaml")
	f.want(yaml.Unmarshal(file.Content, &scraped) == nil, "%s: is not YAML", file.Path)
	for _, s := range scraped {
		name := strings.TrimSuffix(strings.Join(s.Targets, " "), ":9458")
		f.want(s.Labels["instance"] == name, "target %v has the labels %v", s.Targets, s.Labels)
		targets = append(targets, name)
	}
	return servers, targets
}

func (f *composeFaults) networks(m *types.Project) {
	_, traefik := m.Services[stack.Traefik].Networks["backend"]
	f.want(!traefik, "traefik: reaches the database")
	for _, name := range []string{stack.MongoDBService, stack.NATS} {
		for network := range m.Services[name].Networks {
			f.want(network == "backend", "%s: is in %s", name, network)
		}
	}
}

// limits: what the plan says is what Compose is told.
func (f *composeFaults) limits(e example, m *types.Project) {
	var sum units.Bytes
	processes := 0
	for _, s := range e.plan.Services {
		processes += s.Replicas
		for i := range s.Replicas {
			name := s.Name
			if name == stack.RocketChat || i > 0 {
				name = fmt.Sprintf("%s-%d", name, i+1)
			}
			c := m.Services[name]
			sum += units.Bytes(c.MemLimit)
			f.want(units.Bytes(c.MemLimit) == s.Memory.Value && c.CPUS == float32(s.CPUs.Value),
				"%s: gets %d bytes and %v CPUs, planned %s and %v", name, c.MemLimit, c.CPUS, s.Memory.Value, s.CPUs.Value)
		}
	}
	f.want(sum+e.plan.Memory.Reserve <= e.plan.Host.Memory, "all limits are %s of %s", sum, e.plan.Host.Memory)
	f.want(processes == len(m.Services), "services: %v", slices.Sorted(maps.Keys(m.Services)))
}
