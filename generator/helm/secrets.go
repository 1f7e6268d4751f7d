package helm

import (
	"slices"
	"strings"

	"rcgen/generator"
	"rcgen/generator/tree"
)

// wantedSecret is a Secret that must be there before the chart is installed.
type wantedSecret struct {
	name      string
	namespace string
	kind      string // its type
	keys      []wantedKey
}

// wantedKey is one value of it.
type wantedKey struct {
	name  string
	what  string // what belongs there, for a person
	from  string // variable of the Compose project's .env that has it, or nothing
	value string // placeholder
}

const (
	opaque = "Opaque"
	tlsKey = "kubernetes.io/tls"
)

// secrets returns the Secrets that the values refer to.
func (p Plan) secrets(o Options) []wantedSecret {
	const uri = "mongodb://rocketchat:REPLACE-WITH-PASSWORD@" +
		"mongo-0.example:27017,mongo-1.example:27017,mongo-2.example:27017/rocketchat" +
		"?replicaSet=rs0&authSource=admin&retryWrites=true&w=majority&tls=true"
	all := []wantedSecret{{secretMongoDB, Namespace, opaque,
		[]wantedKey{{keyMongoURI, "the connection string of the replica set", "", uri}}}}
	if p.usesNATS() {
		s := wantedSecret{secretNATS, Namespace, opaque, nil}
		if o.NATS != NATSExternal {
			s.keys = []wantedKey{{keyNATSPassword, "the password that NATS asks for", "", "REPLACE-WITH-PASSWORD"}}
		}
		s.keys = append(s.keys, wantedKey{keyTransporter, "the address of NATS with that password", "",
			p.transporter("REPLACE-WITH-PASSWORD", o)})
		all = append(all, s)
	}
	all = append(all, p.envSecret())
	if p.request.TLS.Mode == generator.TLSFiles {
		all = append(all, wantedSecret{secretTLS, Namespace, tlsKey, []wantedKey{
			{"tls.crt", "the certificate with its chain: secrets/tls.crt of the Compose project", "",
				"REPLACE-WITH-CERTIFICATE"},
			{"tls.key", "its key: secrets/tls.key of the Compose project", "", "REPLACE-WITH-KEY"},
		}})
	}
	if o.Target != TargetOpenShift {
		all = append(all, wantedSecret{secretGrafana, MonitoringNamespace, opaque, []wantedKey{
			{"admin-user", "the login name of Grafana's administrator", "", "admin"},
			{"admin-password", "the password", "", "REPLACE-WITH-PASSWORD"},
		}})
	}
	return all
}

func (p Plan) usesNATS() bool {
	main, _ := p.Workload(Main)
	return main.Replicas.Value > 1 || p.Microservices.Value
}

// watchesNATS reports whether NATS is part of the export: of another one no metrics
// are known.
func (p Plan) watchesNATS() bool {
	_, ok := p.Workload(NATS)
	return ok
}

// transporter is the address that Rocket.Chat takes: a monolith wants to be told
// that it is one (RocketChat/Rocket.Chat#29373).
func (p Plan) transporter(password string, o Options) string {
	host := NATSRelease
	if o.NATS == NATSExternal {
		host = "nats.example"
	}
	prefix := "monolith+"
	if p.Microservices.Value {
		prefix = ""
	}
	return prefix + "nats://" + natsUser + ":" + password + "@" + host + ":4222"
}

// envSecret holds the variables of the main pod that are secret: the licence, and
// each that refers to .env.
func (p Plan) envSecret() wantedSecret {
	s := wantedSecret{secretEnv, Namespace, opaque, nil}
	if p.Edition != generator.Community {
		s.keys = append(s.keys, wantedKey{"ROCKETCHAT_LICENSE", "the licence with the module scalability",
			"ROCKETCHAT_LICENSE", "REPLACE-WITH-LICENCE"})
	}
	for _, v := range p.compose.Request.Environment() {
		if _, literal := literalOf(v.Value); literal {
			continue
		}
		names, rest := references(v.Value)
		what := "the value of " + strings.Join(names, " and ")
		if rest != "" {
			what = "as in " + tree.RequestFile + ": a text with " + strings.Join(names, " and ")
		}
		placeholder := "REPLACE-WITH-" + strings.ReplaceAll(strings.Join(names, "-AND-"), "_", "-")
		s.keys = append(s.keys, wantedKey{v.Name, what, strings.Join(names, ", "), placeholder})
	}
	slices.SortFunc(s.keys, func(a, b wantedKey) int { return strings.Compare(a.name, b.name) })
	return s
}

// references returns the variables that a value of Compose refers to, and what is
// beside them.
func references(value string) (names []string, rest string) {
	value = strings.ReplaceAll(value, "$$", "")
	for {
		before, after, found := strings.Cut(value, "$")
		rest += before
		if !found {
			return names, rest
		}
		inner := after
		if braced, ok := strings.CutPrefix(after, "{"); ok {
			inner, value, _ = strings.Cut(braced, "}")
		}
		name := inner
		if i := strings.IndexFunc(inner, func(r rune) bool {
			return !(r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
		}); i >= 0 {
			name = inner[:i]
		}
		if !strings.HasPrefix(after, "{") {
			value = after[len(name):]
		}
		names = append(names, name)
	}
}

// secretsFile prints templates of the Secrets. It never has a value.
func secretsFile(all []wantedSecret) []byte {
	var documents []any
	for _, s := range all {
		data := map[string]string{}
		for _, k := range s.keys {
			data[k.name] = k.value
		}
		documents = append(documents, secret{"v1", "Secret", meta{Name: s.name, Namespace: s.namespace}, s.kind, data})
	}
	return encode(comments{
		"": "Templates. Do not fill them in here: README.md makes the Secrets from files that are not committed.\n" +
			"For a tool that encrypts (SOPS, Sealed Secrets) or fetches (External Secrets) these are the names and keys.",
	}, documents...)
}
