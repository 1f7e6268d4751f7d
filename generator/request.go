package generator

import (
	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
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
	Version     int        `yaml:"version"`               // RequestVersion
	Project     string     `yaml:"project"`               // name of the Compose project
	Users       int        `yaml:"users"`                 // accounts, 1 to MaxUsers
	Concurrency float64    `yaml:"concurrency,omitempty"` // share of Users online at the peak, up to 1; 0: the profile's
	Concurrent  int        `yaml:"concurrent,omitempty"`  // users online at the peak, 1 to Users; 0: by Concurrency
	Instances   int        `yaml:"instances,omitempty"`   // 1 to MaxInstances; 0: planned
	Profile     string     `yaml:"profile,omitempty"`     // shipped profile, or a file in the project; empty: by Users
	Edition     string     `yaml:"edition,omitempty"`     // Licensed or Community; empty: as Licensed
	Release     string     `yaml:"release"`               // version of Rocket.Chat, oldestRelease or later
	Domain      string     `yaml:"domain"`                // public host name in ASCII, or Localhost
	TLS         TLS        `yaml:"tls"`
	MongoDB     MongoDB    `yaml:"mongodb,omitempty"`
	Host        stack.Host `yaml:"host"`
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

// Check returns what a person must change before the request can be planned,
// or nil. It converts nothing: see NormalDomain for internationalised names.
func (r Request) Check() error {
	for _, check := range []func() error{
		r.checkSize, r.checkHost, r.checkNames, func() error { return catalog.CheckRelease(r.Release) },
		r.checkDomain, r.checkTLS, r.checkProxies, r.checkMongoVersion, r.checkOptions,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (r Request) checkSize() error {
	switch {
	case r.Users < 1 || r.Users > catalog.MaxUsers:
		return fault.New("users: %d is not between 1 and %d", r.Users, catalog.MaxUsers).
			Fix("count every account that will exist, online or not")
	case r.Concurrency != 0 && !(r.Concurrency > 0 && r.Concurrency <= 1):
		return fault.New("concurrency: %v is not above 0 and up to 1", r.Concurrency).
			Fix("0.2 means that one user in five is online at the busiest time")
	case r.Concurrent < 0 || r.Concurrent > r.Users:
		return fault.New("concurrent: %d is not between 1 and users, %d", r.Concurrent, r.Users).
			Fix("count the users online at the busiest time")
	case r.Instances < 0 || r.Instances > catalog.MaxInstances:
		return fault.New("instances: %d is not between 1 and %d", r.Instances, catalog.MaxInstances).
			Fix("leave it out to have it planned from the users")
	}
	return nil
}

func (r Request) checkHost() error {
	switch {
	case r.Host.Cores < 1 || r.Host.Cores > catalog.MaxCores:
		return fault.New("cores: %d is not between 1 and %d", r.Host.Cores, catalog.MaxCores).
			Fix("give the number of cores of the machine that will run it")
	case r.Host.Memory < catalog.MinMemory || r.Host.Memory > catalog.MaxMemory:
		return fault.New("memory: %s is not between %s and %s", r.Host.Memory, catalog.MinMemory, catalog.MaxMemory).
			Fix("give the memory of the machine that will run it, like 32GiB")
	}
	return nil
}

func (r Request) checkNames() error {
	switch {
	case !catalog.IsProjectName(r.Project):
		return fault.New("project: %q is not a Compose project name", r.Project).
			Fix("lower-case letters, digits, - and _, beginning with a letter or digit")
	case r.Edition != "" && r.Edition != Licensed && r.Edition != Community:
		return fault.New("edition: %q is not known", r.Edition).Fix("licensed or community")
	}
	return nil
}
