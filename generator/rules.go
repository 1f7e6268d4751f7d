package generator

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"
	"go.yaml.in/yaml/v4"
)

// ports reports host ports that more than one container would want; Compose
// notices only when the second one starts.
func (m *model) ports() []Finding {
	var findings []Finding
	taken := map[string]string{}
	for _, svc := range m.sortedServices() {
		for _, p := range svc.Ports {
			if p.Published == "" || strings.Contains(p.Published, "-") {
				continue
			}
			file, line := m.at(svc.Name, "ports")
			f := Finding{Code: FindPort, File: file, Line: line, Key: "services." + svc.Name + ".ports"}
			port := p.Published + "/" + p.Protocol
			if n := svc.GetScale(); n > 1 {
				f.Message = fmt.Sprintf("host port %s is wanted by all %d replicas", port, n)
				f.Hint = "publish no port on it: Traefik reaches replicas inside"
				findings = append(findings, f)
			} else if other := taken[p.HostIP+port]; other != "" {
				f.Message = fmt.Sprintf("host port %s is taken by %s", port, other)
				f.Hint = "publish another port"
				findings = append(findings, f)
			}
			taken[p.HostIP+port] = svc.Name
		}
	}
	return findings
}

// images reports images that may be another one tomorrow.
func (m *model) images() []Finding {
	var findings []Finding
	for _, svc := range m.sortedServices() {
		if svc.Image == "" {
			continue
		}
		file, line := m.at(svc.Name, "image")
		f := Finding{Code: FindImage, File: file, Line: line, Key: "services." + svc.Name + ".image",
			Hint: "name a version, like " + strings.SplitN(svc.Image, ":", 2)[0] + ":1.2.3"}
		named, err := reference.ParseNormalizedNamed(svc.Image)
		if err != nil {
			f.Message = fmt.Sprintf("%q is not an image name", svc.Image)
			findings = append(findings, f)
			continue
		}
		if _, ok := named.(reference.Digested); ok {
			continue
		}
		tagged, ok := reference.TagNameOnly(named).(reference.Tagged)
		if reference.IsNameOnly(named) || !ok || tagged.Tag() == "latest" {
			f.Message = svc.Image + " has no tag, or the tag latest: it changes without a commit"
			findings = append(findings, f)
		}
	}
	return findings
}

// limits reports limits that the host of rcgen.yaml cannot give: the engine
// refuses more CPUs than it has, and memory beyond the host's ends in the OOM killer.
func (m *model) limits(host Host) []Finding {
	var findings []Finding
	var sum Bytes
	for _, svc := range m.sortedServices() {
		cpus, memory := limitsOf(svc)
		sum += memory * Bytes(svc.GetScale())
		if cpus > float64(host.Cores) {
			file, line := m.at(svc.Name, "cpus")
			findings = append(findings, Finding{Code: FindLimit, File: file, Line: line, Key: "services." + svc.Name + ".cpus",
				Message: fmt.Sprintf("%v CPUs are more than the host's %d", cpus, host.Cores),
				Hint:    "lower it, or correct host.cores in " + RequestFile})
		}
		if memory > host.Memory {
			file, line := m.at(svc.Name, "mem_limit")
			findings = append(findings, Finding{Code: FindLimit, File: file, Line: line, Key: "services." + svc.Name + ".mem_limit",
				Message: fmt.Sprintf("%s are more than the host's %s", memory.Human(), host.Memory.Human()),
				Hint:    "lower it, or correct host.memory in " + RequestFile})
		}
	}
	if sum > host.Memory {
		findings = append(findings, Finding{Code: FindLimit, File: m.files[len(m.files)-1].name, Key: "services.*.mem_limit",
			Message: fmt.Sprintf("all limits together are %s, the host has %s", sum.Human(), host.Memory.Human()),
			Hint:    "lower some of them, or plan fewer instances"})
	}
	return findings
}

func limitsOf(svc types.ServiceConfig) (cpus float64, memory Bytes) {
	cpus, memory = float64(svc.CPUS), Bytes(svc.MemLimit)
	if svc.Deploy != nil && svc.Deploy.Resources.Limits != nil {
		l := svc.Deploy.Resources.Limits
		cpus, memory = max(cpus, float64(l.NanoCPUs.Value())), max(memory, Bytes(l.MemoryBytes))
	}
	return cpus, memory
}

// paths reports what Compose would look for on the disk and not find.
func (m *model) paths(exists func(string) bool) []Finding {
	var findings []Finding
	missing := func(file string, line int, key, p, hint string) {
		if p != "" && !exists(p) {
			findings = append(findings, Finding{Code: FindPath, File: file, Line: line, Key: key, Message: p + " does not exist", Hint: hint})
		}
	}
	for _, svc := range m.sortedServices() {
		for _, v := range svc.Volumes {
			if v.Type == types.VolumeTypeBind {
				file, line := m.at(svc.Name, "volumes")
				missing(file, line, "services."+svc.Name+".volumes", v.Source, "put it there; Docker would make an empty directory of root's")
			}
		}
		for _, e := range svc.EnvFiles {
			if e.Required {
				file, line := m.at(svc.Name, "env_file")
				missing(file, line, "services."+svc.Name+".env_file", e.Path, "put it there, or mark it required: false")
			}
		}
	}
	for _, name := range sortedKeys(m.project.Secrets) {
		missing(m.files[len(m.files)-1].name, 0, "secrets."+name+".file", m.project.Secrets[name].File, "put it there")
	}
	for _, name := range sortedKeys(m.project.Configs) {
		missing(m.files[len(m.files)-1].name, 0, "configs."+name+".file", m.project.Configs[name].File, "put it there")
	}
	if m.mountsSecrets() {
		for _, f := range []string{"secrets/tls.crt", "secrets/tls.key"} {
			missing("traefik/dynamic/rocketchat.yaml", 0, "tls", f, "put your certificate (with its chain) and its key there")
		}
	}
	return findings
}

func (m *model) mountsSecrets() bool {
	for _, v := range m.project.Services[Traefik].Volumes {
		if path.Clean(v.Source) == "secrets" {
			return true
		}
	}
	return false
}

var (
	// secretKey matches names whose values are secrets.
	secretKey = regexp.MustCompile(`(?i)(passw(or)?d|secret|token|api_?key|private_?key|keyfile|licen[cs]e)$`)
	// credentials matches a URL with a literal password in it.
	credentials = regexp.MustCompile(`[a-z0-9+]+://[^/:@\s]*:([^@/\s$]+)@`)
)

// shortSecret is the length below which a value of .env is too short to be told
// from ordinary words in other files (assumption).
const shortSecret = 8

// secrets reports secrets in files that are committed: values of .env anywhere,
// and passwords written into the Compose files.
func (m *model) secrets(p Project, env map[string]string) []Finding {
	var findings []Finding
	for _, f := range p.Files {
		if f.Path == EnvFile || strings.HasPrefix(f.Path, "secrets/") {
			continue
		}
		for _, name := range sortedKeys(env) {
			if v := env[name]; len(v) >= shortSecret && secretName(name) && contains(f.Content, v) {
				findings = append(findings, Finding{Code: FindSecret, File: f.Path, Key: name,
					Message: "holds the value of " + name + " from " + EnvFile,
					Hint:    "write ${" + name + "} there; if it was committed, change the secret"})
			}
		}
	}
	for _, f := range m.files {
		walkScalars(f.root, "", func(key string, n *yaml.Node) {
			if strings.Contains(n.Value, "://") && credentials.MatchString(n.Value) || literal(key, n.Value) {
				findings = append(findings, Finding{Code: FindSecret, File: f.name, Line: n.Line, Key: key,
					Message: "a secret is written into a file that is committed",
					Hint:    "move the value into " + EnvFile + " and write ${NAME} here; if it was committed, change the secret"})
			}
		})
	}
	return findings
}

func secretName(name string) bool { return secretKey.MatchString(name) || name == secretMongoURL }

// literal reports whether an environment value that should be secret is written
// out, as a mapping (key ends in the name) or as NAME=value in a list.
func literal(key, value string) bool {
	if !strings.Contains(key, ".environment") || value == "" || strings.Contains(value, "$") || value == "true" || value == "false" {
		return false
	}
	if strings.HasSuffix(key, ".environment") {
		name, v, _ := strings.Cut(value, "=")
		return v != "" && secretKey.MatchString(name)
	}
	return secretKey.MatchString(key)
}
