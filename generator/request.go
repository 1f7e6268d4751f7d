package generator

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// RequestVersion is the version of rcgen.yaml that this rcgen reads and writes.
const RequestVersion = 1

// Localhost is the domain of a project that was given none: a first try, over
// http, on the machine it runs on.
const Localhost = "localhost"

// TLS modes.
const (
	TLSACME  = "acme"  // certificates from Let's Encrypt
	TLSFiles = "files" // certificates in secrets/
	TLSOff   = "off"   // plain http: localhost, or behind another proxy
)

// Editions of Rocket.Chat. A request that names none is planned as licensed,
// with a warning where that matters.
const (
	Licensed  = "licensed"  // a licence with the module "scalability" will be there
	Community = "community" // no licence: one instance
)

// Request is rcgen.yaml: every choice a person made, and the host planned for,
// so that the same file gives the same project on any machine. The texts on its keys,
// for people, are in package keys.
type Request struct {
	Version     int     `yaml:"version"`               // RequestVersion
	Project     string  `yaml:"project"`               // name of the Compose project
	Users       int     `yaml:"users"`                 // accounts, 1 to MaxUsers
	Concurrency float64 `yaml:"concurrency,omitempty"` // share of Users online at the peak, up to 1; 0: the profile's
	Concurrent  int     `yaml:"concurrent,omitempty"`  // users online at the peak, 1 to Users; 0: by Concurrency
	Instances   int     `yaml:"instances,omitempty"`   // 1 to MaxInstances; 0: planned
	Profile     string  `yaml:"profile,omitempty"`     // shipped profile, or a file in the project; empty: by Users
	Edition     string  `yaml:"edition,omitempty"`     // Licensed or Community; empty: as Licensed
	Release     string  `yaml:"release"`               // version of Rocket.Chat, oldestRelease or later
	Domain      string  `yaml:"domain"`                // public host name in ASCII, or Localhost
	TLS         TLS     `yaml:"tls"`
	MongoDB     MongoDB `yaml:"mongodb,omitempty"`
	Host        Host    `yaml:"host"`
	Options     `yaml:",inline"`
}

// TLS says who terminates https and with which certificate.
type TLS struct {
	Mode    string  `yaml:"mode"`              // TLSACME, TLSFiles or TLSOff
	Email   string  `yaml:"email,omitempty"`   // of the ACME account; required with TLSACME
	Staging bool    `yaml:"staging,omitempty"` // use LetsEncryptStaging
	Server  string  `yaml:"server,omitempty"`  // directory URL; empty: LetsEncrypt
	Proxies Proxies `yaml:"proxies,omitempty"` // in front of Traefik, with TLSOff
}

// Proxies are a person's own in front of Traefik. Both keys stand together: what
// a proxy says of the client is believed only where the proxy is trusted.
type Proxies struct {
	Trusted []string `yaml:"trusted,omitempty"` // addresses, or networks in CIDR notation
	Hops    int      `yaml:"hops,omitempty"`    // proxies that a request passes, 1 to MaxHops; 0: 1
}

// Directory URLs of Let's Encrypt (letsencrypt.org/docs/acme-protocol-updates,
// letsencrypt.org/docs/staging-environment).
const (
	LetsEncrypt        = "https://acme-v02.api.letsencrypt.org/directory"
	LetsEncryptStaging = "https://acme-staging-v02.api.letsencrypt.org/directory"
)

// MongoDB says where the database is.
type MongoDB struct {
	External bool   `yaml:"external,omitempty"` // outside of the project, at MONGO_URL in .env
	Members  int    `yaml:"members,omitempty"`  // of the replica set on this host, 1 or 3; 0: 1
	Version  string `yaml:"version,omitempty"`  // major.minor, of MongoDBVersions; empty: the release's
}

// Host is the machine the project is planned for.
type Host struct {
	Cores  int        `yaml:"cores" json:"cores"`   // 1 to MaxCores
	Memory Bytes      `yaml:"memory" json:"memory"` // bytes, MinMemory to MaxMemory
	Source HostSource `yaml:"-" json:"source"`      // where the two figures come from
}

// HostSource says where the figures of a Host come from.
type HostSource string

// The sources of a Host.
const (
	HostDetected  HostSource = "detected"   // measured on this machine
	HostFlag      HostSource = "flag"       // --cores and --memory
	HostRequested HostSource = "rcgen.yaml" // recorded there by an earlier run
)

// Bounds of a request: beyond them a value is taken for a slip of the finger.
// They are assumptions, far outside the vendor's sizing tables, which end at
// 80,000 users (RocketChat/docs b693db8, 2023-08-09).
const (
	MaxUsers     = 1_000_000
	MaxInstances = 1_000
	MaxCores     = 4_096
	MinMemory    = 512 * MiB
	MaxMemory    = 64 * TiB
)

// isProjectName reports whether Compose accepts s as a project name
// (github.com/compose-spec/compose-spec, 04-version-and-name.md).
func isProjectName(s string) bool {
	const first = "abcdefghijklmnopqrstuvwxyz0123456789"
	return s != "" && strings.Contains(first, s[:1]) && strings.Trim(s, first+"_-") == ""
}

// Check returns what a person must change before the request can be planned,
// or nil. It converts nothing: see NormalDomain for internationalised names.
func (r Request) Check() error {
	for _, check := range []func() error{
		r.checkSize, r.checkHost, r.checkNames, r.checkRelease, r.checkDomain, r.checkTLS, r.checkProxies, r.checkMongoVersion, r.checkOptions,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (r Request) checkSize() error {
	switch {
	case r.Users < 1 || r.Users > MaxUsers:
		return hinted("count every account that will exist, online or not", "users: %d is not between 1 and %d", r.Users, MaxUsers)
	case r.Concurrency != 0 && !(r.Concurrency > 0 && r.Concurrency <= 1):
		return hinted("0.2 means that one user in five is online at the busiest time", "concurrency: %v is not above 0 and up to 1", r.Concurrency)
	case r.Concurrent < 0 || r.Concurrent > r.Users:
		return hinted("count the users online at the busiest time", "concurrent: %d is not between 1 and users, %d", r.Concurrent, r.Users)
	case r.Instances < 0 || r.Instances > MaxInstances:
		return hinted("leave it out to have it planned from the users", "instances: %d is not between 1 and %d", r.Instances, MaxInstances)
	}
	return nil
}

func (r Request) checkHost() error {
	switch {
	case r.Host.Cores < 1 || r.Host.Cores > MaxCores:
		return hinted("give the number of cores of the machine that will run it", "cores: %d is not between 1 and %d", r.Host.Cores, MaxCores)
	case r.Host.Memory < MinMemory || r.Host.Memory > MaxMemory:
		return hinted("give the memory of the machine that will run it, like 32GiB", "memory: %s is not between %s and %s", r.Host.Memory, MinMemory, MaxMemory)
	}
	return nil
}

func (r Request) checkNames() error {
	switch {
	case !isProjectName(r.Project):
		return hinted("lower-case letters, digits, - and _, beginning with a letter or digit", "project: %q is not a Compose project name", r.Project)
	case r.Edition != "" && r.Edition != Licensed && r.Edition != Community:
		return hinted("licensed or community", "edition: %q is not known", r.Edition)
	}
	return nil
}

func (r Request) checkRelease() error {
	v, err := semver.StrictNewVersion(r.Release)
	if err != nil || v.Metadata() != "" {
		return hinted("give all three numbers, like "+DefaultRelease, "release: %q is not a Rocket.Chat version", r.Release)
	}
	if v.LessThan(semver.MustParse(oldestRelease)) {
		return hinted("the Alpine image that the health checks rely on exists since 7.0.0 (RocketChat/Rocket.Chat#28042)",
			"release: %s is older than %s", r.Release, oldestRelease)
	}
	return nil
}
