package keys

import (
	"rcgen/generator"
	"rcgen/generator/catalog"
)

// Patterns that several keys share. A pattern may be wider than the check of
// generator; it must not be narrower.
const (
	mailboxPattern = `^[^@\s<>]+@[^@\s<>]+$`
	urlRest        = `://[^/@\s]+(/\S*)?$`
	sizePattern    = `^[0-9]+(\.[0-9]+)? ?([bB]|[kKmMgGtTpP]([iI]?[bB])?)?$`
	zonePattern    = `[A-Za-z][A-Za-z0-9_+-]*`
)

// anys returns words as values.
func anys(words []string) []any {
	var all []any
	for _, w := range words {
		all = append(all, w)
	}
	return all
}

var deploymentKeys = []key{
	{
		name: "version", kind: typeWhole, missing: "1",
		doc:    "version of this file's format",
		values: []any{generator.RequestVersion},
	},
	{
		name: "project", kind: typeText, required: true,
		doc: "name of the Compose project: its containers and volumes carry it, so another name begins with " +
			"empty volumes",
		pattern:  `^[a-z0-9][a-z0-9_-]*$`,
		examples: []any{"rocketchat"},
		option:   option{name: "project", arg: "NAME", missing: "rocketchat"},
	},
	{
		name: "users", kind: typeWhole, required: true,
		doc: "accounts that will exist, online or not",
		min: 1, max: catalog.MaxUsers,
		examples: []any{3000},
		option:   option{name: "users", arg: "N"},
	},
	{
		name: "concurrency", kind: typeNumber, missing: "the profile's",
		doc:   "share of the users that are online at the busiest time, above 0 and up to 1",
		above: 0, max: 1,
		examples: []any{0.2},
		option:   option{name: "concurrency", arg: "RATIO"},
	},
	{
		name: "concurrent", kind: typeWhole, missing: "by concurrency",
		doc: "users online at the busiest time, as a number: it stands above concurrency",
		min: 1, max: catalog.MaxUsers,
		examples: []any{600},
		option:   option{name: "concurrent", arg: "N"},
	},
	{
		name: "instances", kind: typeWhole, missing: "planned",
		doc: "Rocket.Chat instances, where you state them: your number is obeyed, with a warning where the host is short",
		min: 1, max: catalog.MaxInstances,
		option: option{name: "instances", arg: "N"},
	},
	{
		name: "profile", kind: typeText, missing: "by users",
		doc:    "size profile: small, medium, large or a file in the project",
		values: anys(catalog.ProfileNames()), pattern: `\.`,
		examples: []any{"my-profile.yaml"},
		option:   option{name: "profile", arg: "FILE", help: "size profile, or a file that holds one"},
	},
	{
		name: "edition", kind: typeText, missing: "planned as licensed, with a warning",
		doc: "licence of Rocket.Chat: licensed (with the module scalability, which several instances need) or " +
			"community (one instance)",
		values: []any{generator.Licensed, generator.Community},
		option: option{name: "edition", arg: "EDITION"},
	},
	{
		name: "release", kind: typeText, required: true,
		doc:      "Rocket.Chat version: all three numbers, 7.0.0 or later",
		pattern:  `^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`,
		examples: []any{catalog.DefaultRelease},
		option:   option{name: "release", arg: "VERSION", missing: catalog.DefaultRelease},
	},
	{
		name: "domain", kind: typeText, required: true,
		doc:      "public host name in its ASCII form: localhost is published on 127.0.0.1 only",
		pattern:  `^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`,
		examples: []any{"chat.yourcompany.com"},
		option:   option{name: "domain", arg: "NAME", help: "public host name", missing: "localhost, over http"},
	},
}

var tlsKeys = []key{
	{name: "tls", kind: typeSection, required: true, doc: "how https is done, and with which certificate"},
	{
		name: "tls.mode", kind: typeText, required: true,
		doc: "who terminates https: acme (Traefik, certificates from Let's Encrypt), files (Traefik, with " +
			"secrets/tls.crt and secrets/tls.key) or off (nobody on localhost, else a proxy of your own in front)",
		values: []any{generator.TLSACME, generator.TLSFiles, generator.TLSOff},
		option: option{name: "tls", arg: "MODE", missing: "acme with a domain, off without"},
	},
	{
		name: "tls.email", kind: typeText,
		doc:      "e-mail address of the ACME account: mode acme needs it",
		pattern:  mailboxPattern,
		examples: []any{"ops@yourcompany.com"},
		option:   option{name: "acme-email", arg: "ADDRESS"},
	},
	{
		name: "tls.staging", kind: typeBool, missing: "false",
		doc: "take certificates from Let's Encrypt's staging server: no browser trusts them, and no rate limit " +
			"hurts a first try",
		option: option{name: "acme-staging",
			help: "certificates for a trial: no browser trusts them, and no rate limit counts them"},
	},
	{
		name: "tls.server", kind: typeText, missing: "Let's Encrypt",
		doc:      "directory URL of another ACME server",
		pattern:  "^https" + urlRest,
		examples: []any{"https://acme.yourcompany.com/directory"},
		option:   option{name: "acme-server", arg: "URL"},
	},
	{
		name: "tls.proxies", kind: typeSection,
		doc: "proxies of your own in front of Traefik that terminate https, with mode off",
	},
	{
		name: "tls.proxies.trusted", kind: typeList,
		doc:      "addresses of these proxies, or networks in CIDR notation: what they say of a client is believed",
		pattern:  `^[0-9A-Fa-f.:]+(/[0-9]+)?$`,
		examples: []any{[]any{"192.0.2.10", "10.0.0.0/24"}},
		option: option{name: "trusted-proxy", arg: "ADDRESS",
			help: "address or network of your reverse proxy that terminates https before Traefik, with --tls off"},
	},
	{
		name: "tls.proxies.hops", kind: typeWhole, missing: "1",
		doc: "how many of these proxies a request passes before Traefik",
		min: 1, max: generator.MaxHops,
		option: option{name: "proxy-hops", arg: "N"},
	},
}

var machineKeys = []key{
	{name: "mongodb", kind: typeSection, doc: "where the database is"},
	{
		name: "mongodb.external", kind: typeBool, missing: "false",
		doc: "the database is a replica set of your own: MONGO_URL in .env names it",
		option: option{name: "mongo-url-file", arg: "FILE",
			help: "file with the connection string of a MongoDB replica set of your own"},
	},
	{
		name: "mongodb.members", kind: typeWhole, missing: "1",
		doc:    "members of the replica set on this host: 1, or 3, which outlive the loss of one",
		values: []any{1, 3},
		option: option{name: "mongodb-members", arg: "N"},
	},
	{
		name: "mongodb.version", kind: typeText, missing: "the release's",
		doc: "version of MongoDB on this host, in quotes: one that the release supports. rcgen upgrade writes it " +
			"while an upgrade goes on",
		values: anys(catalog.MongoDBVersions()),
	},
	{name: "host", kind: typeSection, required: true, doc: "machine that the project is planned for"},
	{
		name: "host.cores", kind: typeWhole, required: true,
		doc: "cores of that machine, as a whole number",
		min: 1, max: catalog.MaxCores,
		examples: []any{16},
		option:   option{name: "cores", arg: "N", help: "cores of the machine to plan for", missing: "this one's"},
	},
	{
		name: "host.memory", kind: typeSize, required: true,
		doc: "memory of that machine: a number with a unit, or bytes",
		min: int(catalog.MinMemory), max: int(catalog.MaxMemory), pattern: sizePattern,
		examples: []any{"64GiB"},
		option: option{name: "memory", arg: "SIZE", help: "memory of the machine to plan for, like 32GiB",
			missing: "this one's"},
	},
}
