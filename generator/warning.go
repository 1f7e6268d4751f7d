package generator

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

// Warning is something a person should know before running the plan.
type Warning struct {
	Code    string `json:"code"` // one of the constants below; stable
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// The codes of warnings.
const (
	WarnLicence       = "licence-needed"       // replicas without a licence do not exchange live events
	WarnHostShort     = "host-short"           // the host has less than the users need
	WarnKubernetes    = "kubernetes-advised"   // the vendor advises Kubernetes for so many
	WarnPresence      = "presence-cap"         // presence stops without a licence
	WarnRelease       = "unsupported-release"  // outside the vendor's support window
	WarnTooFew        = "instances-short"      // fewer stated than the users need
	WarnOverCores     = "instances-over-cores" // more stated than the host has cores for
	WarnMemoryLowered = "memory-lowered"       // limits below what the profile wants
	WarnPlainHTTP     = "plain-http"           // a domain without https
	WarnStaging       = "acme-staging"         // certificates that no browser trusts
	WarnUnknownEnv    = "unknown-env"          // a variable that Rocket.Chat is not known to read
	WarnSecrets       = "secrets-made"         // a project's secrets were missing
	WarnProfileRange  = "profile-range"        // users outside the stated profile's range
	WarnMongoDB       = "mongodb-undeclared"   // a MongoDB that the release is not declared for
	WarnAdopted       = "compose-adopted"      // the number of replicas changes, and compose.yaml is a person's
	WarnSkipped       = "upgrade-skipped"      // versions change by more than one step of an upgrade
)

// warnings returns what the plan's readers should know, most weighty first.
func (s sizing) warnings(p Plan, releases catalog.Releases) []Warning {
	all := []Warning{}
	for _, warn := range []func(Plan) *Warning{
		s.warnLicence, s.warnCommunity, s.warnPresence, s.warnHostShort, s.warnTooFew, s.warnOverCores, s.warnMemory,
		s.warnKubernetes, s.warnProfile,
		func(p Plan) *Warning { return warnUnsupported(releases, p) },
		func(p Plan) *Warning { return warnMongoDB(releases, p) },
		warnPlainHTTP, warnStaging, warnUnknownEnv,
	} {
		if w := warn(p); w != nil {
			all = append(all, *w)
		}
	}
	return all
}

func (s sizing) warnLicence(p Plan) *Warning {
	if p.Instances == 1 || s.request.Edition == Licensed {
		return nil
	}
	return &Warning{WarnLicence,
		fmt.Sprintf("%d instances exchange live messages, typing and settings only with a Rocket.Chat licence "+
			"that has the module scalability (since 6.0: RocketChat/Rocket.Chat#28447); "+
			"without it users on different instances do not see each other's messages until they reload", p.Instances),
		"put the licence into ROCKETCHAT_LICENSE in .env and plan with --edition licensed, " +
			"or plan one instance with --edition community"}
}

func (s sizing) warnCommunity(p Plan) *Warning {
	if s.request.Edition != Community || s.instances >= s.needed {
		return nil
	}
	c := p.Carries
	return &Warning{WarnLicence,
		fmt.Sprintf("without a licence one instance serves everybody: "+
			"it carries about %d concurrent users (%d users), and %d are expected",
			c.Concurrent, c.Users, p.Concurrent),
		"a licence with the module scalability allows more instances: --edition licensed"}
}

func (s sizing) warnPresence(p Plan) *Warning {
	limit := s.profile.PresenceCap.Value
	if s.request.Edition != Community || p.Concurrent <= limit {
		return nil
	}
	return &Warning{WarnPresence,
		fmt.Sprintf("without a licence presence (online, away, busy) is switched off above %d simultaneous connections; "+
			"%d users are expected at once", limit, p.Concurrent),
		"messaging goes on; a licence lifts the limit"}
}

func (s sizing) warnHostShort(p Plan) *Warning {
	n := p.Needs
	if !s.hostShort(n) {
		return nil
	}
	return &Warning{WarnHostShort,
		fmt.Sprintf("%d users (%d concurrent) need %s; this host has %s and %s", p.Users, p.Concurrent,
			units.Count(n.Instances, "instance"), units.Count(p.Host.Cores, "core"), p.Host.Memory.Human()),
		fmt.Sprintf("a host with %s and %s would do%s; this one carries about %d concurrent users",
			units.Count(n.Cores, "core"), n.Memory, s.orKubernetes(p), p.Carries.Concurrent)}
}

// hostShort reports whether the host, not the number of instances that a person
// stated or a missing licence, keeps the plan below what the users need.
func (s sizing) hostShort(n Needs) bool {
	planned := s.request.Instances == 0 && s.request.Edition != Community
	cores := planned && s.needed > max(1, s.request.Host.Cores-1)
	return cores || s.request.Host.Memory < n.Memory && (s.lowered || planned && s.instances < s.needed)
}

func (s sizing) warnTooFew(p Plan) *Warning {
	if s.request.Instances == 0 || p.Instances >= s.needed {
		return nil
	}
	return &Warning{WarnTooFew,
		fmt.Sprintf("%s stated, and %d concurrent users need %d", units.Count(p.Instances, "instance"), p.Concurrent,
			s.needed),
		"rcgen scale --users plans them anew"}
}

// orKubernetes names the other way out where the vendor itself does.
func (s sizing) orKubernetes(p Plan) string {
	if p.Concurrent < s.profile.KubernetesFrom.Value {
		return ""
	}
	return ", or Kubernetes with the vendor's Helm chart"
}

func (s sizing) warnOverCores(p Plan) *Warning {
	most := max(1, p.Host.Cores-1)
	if s.request.Instances == 0 || p.Instances <= most {
		return nil
	}
	return &Warning{WarnOverCores,
		fmt.Sprintf("%d instances share %s: each is a process that wants one core, and MongoDB needs its own, "+
			"so they wait for each other under load",
			p.Instances, units.Count(p.Host.Cores, "core")),
		fmt.Sprintf("the vendor recommends at most cores - 1, here %d (docs.rocket.chat, running multiple instances)", most)}
}

func (s sizing) warnMemory(p Plan) *Warning {
	if !s.lowered {
		return nil
	}
	svc, err := p.Service(stack.RocketChat)
	if err != nil { // every plan has one
		return nil
	}
	return &Warning{WarnMemoryLowered,
		fmt.Sprintf("memory limits are lowered to fit %s: a Rocket.Chat replica gets %s (heap %s) where the profile wants %s",
			p.Host.Memory.Human(), svc.Memory.Value.Human(), svc.Heap.Value.Human(), s.profile.Services.RocketChat.Memory.Value),
		"give the host more memory, or plan fewer instances"}
}

func (s sizing) warnKubernetes(p Plan) *Warning {
	if p.Concurrent < s.profile.KubernetesFrom.Value {
		return nil
	}
	return &Warning{WarnKubernetes,
		fmt.Sprintf("for %d concurrent users the vendor advises microservices on Kubernetes (%s)",
			p.Concurrent, s.profile.KubernetesFrom.Origin()),
		"this project runs instances of the monolith on one host: keep an eye on event loop lag, and plan the move"}
}

func (s sizing) warnProfile(p Plan) *Warning {
	u := s.profile.Users.Value
	if p.Users >= u.Min && p.Users <= u.Max {
		return nil
	}
	return &Warning{WarnProfileRange,
		fmt.Sprintf("profile %s is made for %d to %d users, not %d", p.Profile, u.Min, u.Max, p.Users),
		"leave profile out to have it chosen by the users"}
}

func warnPlainHTTP(p Plan) *Warning {
	if p.Request.TLS.Mode != TLSOff || p.Request.Domain == Localhost || p.BehindProxy() {
		return nil
	}
	return &Warning{WarnPlainHTTP,
		fmt.Sprintf("tls is off: Rocket.Chat takes %s for its address, and passwords cross the network as they are",
			p.RootURL()),
		"where a proxy of yours does https, name it: --trusted-proxy ADDRESS, or tls.proxies in " + tree.RequestFile}
}

func warnStaging(p Plan) *Warning {
	if !p.Request.TLS.Staging {
		return nil
	}
	return &Warning{WarnStaging,
		"certificates come from Let's Encrypt's staging server: no browser and no app trusts them",
		"once one has come, take staging out of " + tree.RequestFile + " and run rcgen generate"}
}

func warnUnknownEnv(p Plan) *Warning {
	names, err := p.Request.RocketChat.unknown()
	if err != nil || len(names) == 0 { // Check has read the list
		return nil
	}
	return &Warning{WarnUnknownEnv,
		fmt.Sprintf("rocketchat.env: %s: not known to be read by Rocket.Chat", strings.Join(names, ", ")),
		"look for a slip of the pen; settings are written like OVERWRITE_SETTING_Site_Name"}
}

func warnUnsupported(r catalog.Releases, p Plan) *Warning {
	v, err := semver.StrictNewVersion(p.Release)
	if err != nil { // Request.Check has parsed it
		return nil
	}
	ok, why := r.Supported(v)
	if ok {
		return nil
	}
	return &Warning{WarnRelease,
		fmt.Sprintf("Rocket.Chat %s is not a supported release: %s; apps and mobile clients may refuse to work with it (%s)",
			p.Release, why, r.Support.Source),
		"for a new project --release " + r.Default + ", for one that runs rcgen upgrade --release " + r.Default + " --plan"}
}
