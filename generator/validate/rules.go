package validate

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"
	"go.yaml.in/yaml/v4"

	"rcgen/generator/dotenv"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

// ports reports host ports that more than one container would want; Compose
// notices only when the second one starts.
func (m *model) ports() []Finding {
	var findings []Finding
	taken := map[string][]binding{} // by port and protocol
	for _, svc := range m.sortedServices() {
		for _, p := range svc.Ports {
			if p.Published == "" || strings.Contains(p.Published, "-") || len(svc.Profiles) > 0 || svc.GetScale() == 0 {
				continue // ranges and services that are off may never meet
			}
			port := p.Published + "/" + p.Protocol
			mine := binding{svc.Name, p.HostIP}
			f := m.at(FindPort, svc.Name, "ports")
			if n := svc.GetScale(); n > 1 {
				f.Message = fmt.Sprintf("host port %s is wanted by all %d replicas", port, n)
				f.Hint = "publish no port on it: Traefik reaches replicas inside"
				findings = append(findings, f)
			} else if i := slices.IndexFunc(taken[port], mine.overlaps); i >= 0 {
				f.Message = fmt.Sprintf("host port %s is taken by %s already", port, taken[port][i].service)
				f.Hint = "publish another port, or replace the list with ports: !override"
				findings = append(findings, f)
			}
			taken[port] = append(taken[port], mine)
		}
	}
	return findings
}

// binding is a service's claim on a host port.
type binding struct{ service, ip string }

// overlaps reports whether both claims include one address.
func (b binding) overlaps(other binding) bool {
	return b.ip == other.ip || everywhere(b.ip) || everywhere(other.ip)
}

func everywhere(ip string) bool { return ip == "" || ip == "0.0.0.0" || ip == "::" }

// images reports images that may be another one tomorrow.
func (m *model) images() []Finding {
	var findings []Finding
	for _, svc := range m.sortedServices() {
		if svc.Image == "" {
			continue
		}
		f := m.at(FindImage, svc.Name, "image")
		named, err := reference.ParseNormalizedNamed(svc.Image)
		if err != nil {
			f.Message, f.Hint = fmt.Sprintf("%q is not an image name", svc.Image), "write it like traefik:v3.6.12"
			findings = append(findings, f)
			continue
		}
		if _, ok := named.(reference.Digested); ok {
			continue
		}
		if tagged, ok := named.(reference.Tagged); !ok || tagged.Tag() == "latest" {
			f.Message = svc.Image + " has no tag, or the tag latest: it changes without a commit"
			f.Hint = "name a version, like " + reference.FamiliarName(named) + ":1.2.3"
			findings = append(findings, f)
		}
	}
	return findings
}

// limits reports limits that the host of rcgen.yaml cannot give: the engine
// refuses more CPUs than it has, and memory beyond the host's ends in the OOM killer.
func (m *model) limits(host stack.Host) []Finding {
	var findings []Finding
	var sum units.Bytes
	for _, svc := range m.sortedServices() {
		cpus, memory := limitsOf(svc)
		if len(svc.Profiles) == 0 { // else it may never run beside the others
			sum += memory * units.Bytes(svc.GetScale())
		}
		if cpus > float64(host.Cores) {
			f := m.at(FindLimit, svc.Name, "cpus", "deploy.resources.limits.cpus")
			f.Message = fmt.Sprintf("%v CPUs are more than the host's %d", cpus, host.Cores)
			f.Hint = "lower it, or correct host.cores in " + tree.RequestFile
			findings = append(findings, f)
		}
		if memory > host.Memory {
			f := m.at(FindLimit, svc.Name, "mem_limit", "deploy.resources.limits.memory")
			f.Message = fmt.Sprintf("%s are more than the host's %s", memory.Human(), host.Memory.Human())
			f.Hint = "lower it, or correct host.memory in " + tree.RequestFile
			findings = append(findings, f)
		}
	}
	if sum > host.Memory {
		findings = append(findings, Finding{Code: FindLimit, File: m.last(), Key: "services.*.mem_limit",
			Message: fmt.Sprintf("all limits together are %s, the host has %s", sum.Human(), host.Memory.Human()),
			Hint:    "lower some of them, or plan fewer instances"})
	}
	return findings
}

// last returns the Compose file that is read last.
func (m *model) last() string { return m.files[len(m.files)-1].name }

func limitsOf(svc types.ServiceConfig) (cpus float64, memory units.Bytes) {
	cpus, memory = float64(svc.CPUS), units.Bytes(svc.MemLimit)
	if svc.Deploy != nil && svc.Deploy.Resources.Limits != nil {
		l := svc.Deploy.Resources.Limits
		cpus, memory = max(cpus, float64(l.NanoCPUs.Value())), max(memory, units.Bytes(l.MemoryBytes))
	}
	return cpus, memory
}

// paths reports what Compose would look for on the disk and not find.
func (m *model) paths(exists func(string) bool) []Finding {
	var findings []Finding
	missing := func(f Finding, p, hint string) {
		if p != "" && !exists(p) {
			f.Message, f.Hint = p+" does not exist", hint
			findings = append(findings, f)
		}
	}
	for _, svc := range m.sortedServices() {
		for _, v := range svc.Volumes {
			if v.Type == types.VolumeTypeBind {
				missing(m.at(FindPath, svc.Name, "volumes"), v.Source,
					"put it there; Docker would make an empty directory of root's")
			}
		}
		for _, e := range svc.EnvFiles {
			if e.Required {
				missing(m.at(FindPath, svc.Name, "env_file"), e.Path, "put it there, or mark it required: false")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.project.Secrets)) {
		missing(Finding{Code: FindPath, File: m.last(), Key: "secrets." + name + ".file"},
			m.project.Secrets[name].File, "put it there")
	}
	for _, name := range slices.Sorted(maps.Keys(m.project.Configs)) {
		missing(Finding{Code: FindPath, File: m.last(), Key: "configs." + name + ".file"},
			m.project.Configs[name].File, "put it there")
	}
	if m.mountsSecrets() {
		for _, p := range []string{certificateFile, keyFile} {
			missing(Finding{Code: FindPath, File: "traefik/dynamic/rocketchat.yaml", Key: "tls"}, p,
				"put your certificate (with its chain) and its key there")
		}
	}
	return findings
}

func (m *model) mountsSecrets() bool {
	for _, v := range m.project.Services[stack.Traefik].Volumes {
		if path.Clean(v.Source) == "secrets" {
			return true
		}
	}
	return false
}

// secrets reports secrets in files that are committed: values of .env anywhere,
// and passwords written into the Compose files.
func (m *model) secrets(p tree.Project, env map[string]string) []Finding {
	findings := exposedEnv(p)
	names, parts := slices.Sorted(maps.Keys(env)), map[string][]string{}
	for _, name := range names {
		parts[name] = dotenv.Parts(name, env[name])
	}
	for _, f := range p.Files {
		if f.Path == tree.EnvFile || strings.HasPrefix(f.Path, "secrets/") {
			continue
		}
		for _, name := range names {
			if slices.ContainsFunc(parts[name], func(part string) bool { return bytes.Contains(f.Content, []byte(part)) }) {
				findings = append(findings, Finding{Code: FindSecret, File: f.Path, Key: name,
					Message: "holds the value of " + name + " from " + tree.EnvFile,
					Hint:    "write ${" + name + "} there; if it was committed, change the secret"})
			}
		}
	}
	for _, f := range m.files {
		exposed := func(key string, n *yaml.Node) {
			findings = append(findings, Finding{Code: FindSecret, File: f.name, Line: n.Line, Key: key,
				Message: "a secret is written into a file that is committed",
				Hint:    "move the value into " + tree.EnvFile + " and write ${NAME} here; if it was committed, change the secret"})
		}
		seen := map[*yaml.Node]bool{} // an anchor shows in every service that uses it
		walkScalars(f.root, "", func(key string, n *yaml.Node) {
			if dotenv.Credentials(n.Value) {
				seen[n] = true
				exposed(key, n)
			}
		})
		for _, svc := range m.sortedServices() {
			key := "services." + svc.Name + ".environment"
			environment(lookup(f.root, strings.Split(key, ".")), func(name string, n *yaml.Node) {
				if !seen[n] && literalSecret(name, n) {
					seen[n] = true
					exposed(key+"."+name, n)
				}
			})
		}
	}
	return findings
}

// environment calls visit for each variable of a service's environment, written
// as a mapping or as a list of NAME=value.
func environment(n *yaml.Node, visit func(name string, n *yaml.Node)) {
	switch {
	case n == nil:
	case n.Kind == yaml.AliasNode:
		environment(n.Alias, visit)
	case n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			name, _, _ := strings.Cut(item.Value, "=")
			visit(name, item)
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value != "<<" {
				visit(n.Content[i].Value, n.Content[i+1])
				continue
			}
			for _, m := range mergeSources(n.Content[i+1]) {
				environment(m, visit)
			}
		}
	}
}

// literalSecret reports whether a variable that is a secret by its name has its value
// written out, however short. true and false are switches that only sound like secrets.
func literalSecret(name string, n *yaml.Node) bool {
	value := strings.TrimPrefix(n.Value, name+"=")
	return dotenv.Named(name) && value != name && value != "" && value != "true" && value != "false" &&
		!strings.Contains(strings.ReplaceAll(value, "$$", ""), "$")
}

// exposedEnv reports a file of secrets that others on the machine may read.
func exposedEnv(p tree.Project) []Finding {
	f, ok := p.File(tree.EnvFile)
	if !ok || f.Mode.Perm()&0o077 == 0 {
		return nil
	}
	return []Finding{{Code: FindSecret, File: tree.EnvFile,
		Message: fmt.Sprintf("has mode %04o: others may read it", f.Mode.Perm()), Hint: "chmod 600 " + tree.EnvFile}}
}
