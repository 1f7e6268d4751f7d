package generator

import "math"

// fact is what a key of rcgen.yaml takes beyond its type and its comment.
// TestSchemaFacts holds each of them to DecodeRequest.
type fact struct {
	required bool     // in its section, where that is there
	values   []any    // that have a name; the first goes into the test of the others
	min, max any      // both ends included
	above    any      // lower end, not included
	pattern  string   // of text; with values: of what else it may be
	names    string   // pattern of the names in a map
	examples []any    // shown to people
	bad      []any    // what neither the schema nor rcgen takes
	option   string   // of `rcgen init` that sets it
	with     []change // to the example, where the key or some of its values cannot stand there
}

// change sets a dotted key of the example, or removes it where the value is nil.
type change struct {
	key   string
	value any
}

// Patterns that several keys share. A pattern may be wider than the check of
// rcgen; it must not be narrower.
const (
	mailboxPattern = `^[^@\s<>]+@[^@\s<>]+$`
	urlRest        = `://[^/@\s]+(/\S*)?$`
	sizePattern    = `^[0-9]+(\.[0-9]+)? ?([bB]|[kKmMgGtTpP]([iI]?[bB])?)?$`
	zonePattern    = `[A-Za-z][A-Za-z0-9_+-]*`
)

var (
	badMailboxes = []any{"nobody", "Ops <ops@yourcompany.com>", "a@b@c", 5}
	withProxy    = []change{{"tls.mode", TLSOff}, {"tls.proxies.trusted", []any{"10.0.0.0/24"}}}
	withoutS3    = []change{{"uploads.bucket", nil}, {"uploads.region", nil}, {"uploads.storage", UploadsGridFS}}
)

func anys(words []string) []any {
	var all []any
	for _, w := range words {
		all = append(all, w)
	}
	return all
}

// facts are by dotted key. What a limit is comes from the constant that
// Request.Check compares with.
var facts = map[string]fact{
	"version":             {values: []any{RequestVersion}, bad: []any{RequestVersion + 1, "one"}},
	"project":             {required: true, pattern: `^[a-z0-9][a-z0-9_-]*$`, examples: []any{"rocketchat"}, bad: []any{"My Chat", "-chat", ""}, option: "project"},
	"users":               {required: true, min: 1, max: MaxUsers, examples: []any{3000}, bad: []any{0, "many", 2.5}, option: "users", with: []change{{"users", MaxUsers}}},
	"concurrency":         {above: 0, max: 1, examples: []any{0.2}, bad: []any{-0.1, 1.1}, option: "concurrency"},
	"concurrent":          {min: 1, max: MaxUsers, examples: []any{600}, option: "concurrent", with: []change{{"users", MaxUsers}}},
	"instances":           {min: 1, max: MaxInstances, option: "instances"},
	"profile":             {values: anys(shippedProfiles), pattern: `\.`, examples: []any{"my-profile.yaml"}, option: "profile"},
	"edition":             {values: []any{Licensed, Community}, option: "edition"},
	"release":             {required: true, pattern: `^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`, examples: []any{DefaultRelease}, bad: []any{"latest", "8.9", "v8.9.1", 8.9}, option: "release"},
	"domain":              {required: true, pattern: `^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`, examples: []any{"chat.yourcompany.com"}, bad: []any{"Chat.yourcompany.com", "https://chat.yourcompany.com", "chat.yourcompany.com:8080", ""}, option: "domain"},
	"tls":                 {required: true},
	"tls.mode":            {required: true, values: []any{TLSACME, TLSFiles, TLSOff}, option: "tls"},
	"tls.email":           {pattern: mailboxPattern, examples: []any{"ops@yourcompany.com"}, bad: badMailboxes, option: "acme-email", with: []change{{"tls.mode", TLSFiles}}},
	"tls.staging":         {option: "acme-staging"},
	"tls.server":          {pattern: "^https" + urlRest, examples: []any{"https://acme.yourcompany.com/directory"}, bad: []any{"http://acme.yourcompany.com", "acme", "https://a@b"}, option: "acme-server"},
	"tls.proxies.trusted": {pattern: `^[0-9A-Fa-f.:]+(/[0-9]+)?$`, examples: []any{[]any{"192.0.2.10", "10.0.0.0/24"}}, bad: []any{[]any{"proxy"}, "10.0.0.1"}, option: "trusted-proxy", with: withProxy},
	"tls.proxies.hops":    {min: 1, max: maxHops, option: "proxy-hops", with: withProxy},
	"mongodb.external":    {option: "mongo-url-file", with: []change{{"mongodb.members", nil}}},
	"mongodb.members":     {values: []any{1, 3}, bad: []any{2, 4, 5}, option: "mongodb-members"},
	"mongodb.version":     {values: anys(bundledMongoDB), bad: []any{"8", "6.0", "8.0.26"}},
	"host":                {required: true},
	"host.cores":          {required: true, min: 1, max: MaxCores, examples: []any{16}, bad: []any{0, 2.5}, option: "cores"},
	"host.memory":         {required: true, min: int(MinMemory), max: int(MaxMemory), pattern: sizePattern, examples: []any{"64GiB"}, bad: []any{"lots", "-4GiB", "4 gigs"}, option: "memory"},
	"timezone":            {pattern: "^" + zonePattern + "(/" + zonePattern + ")*$", examples: []any{"Europe/Berlin"}, bad: []any{"Europe/", "/etc/localtime", "Central European Time"}},
	"log_level":           {values: anys(sortedKeys(logLevels))},
	"uploads.storage":     {values: []any{UploadsGridFS, UploadsS3, UploadsFileSystem}, with: withoutS3},
	"uploads.bucket":      {pattern: `^[a-z0-9.-]+$`, examples: []any{"chat-uploads"}, bad: []any{"Chat", "a/b"}, with: withoutS3},
	"uploads.region":      {examples: []any{"eu-central-1"}, with: withoutS3},
	"uploads.endpoint":    {pattern: "^https?" + urlRest, examples: []any{"https://minio.yourcompany.com"}, bad: []any{"minio", "ftp://minio", "https://user@minio"}},
	"smtp":                {with: []change{{"alerts.receiver", nil}, {"alerts.to", nil}}},
	"smtp.host":           {required: true, pattern: `^[^/:@\s]+$`, examples: []any{"mail.yourcompany.com"}, bad: []any{"mail:25", "smtp://mail"}},
	"smtp.port":           {min: 1, max: math.MaxUint16, examples: []any{587}}, // a port has 16 bits (RFC 9293, 3.1)
	"smtp.tls":            {values: []any{SMTPStartTLS, SMTPTLS, SMTPPlain}},
	"smtp.username":       {examples: []any{"chat"}},
	"smtp.from":           {required: true, pattern: mailboxPattern, examples: []any{"chat@yourcompany.com"}, bad: badMailboxes},
	"admin.username":      {required: true, pattern: `^[A-Za-z0-9_.-]+$`, examples: []any{"admin"}, bad: []any{"the admin", "ädmin"}},
	"admin.email":         {required: true, pattern: mailboxPattern, examples: []any{"ops@yourcompany.com"}, bad: badMailboxes},
	"alerts.receiver":     {values: []any{AlertRocketChat, AlertWebhook, AlertEmail}, with: []change{{"alerts.to", nil}}},
	"alerts.to":           {pattern: mailboxPattern, examples: []any{"ops@yourcompany.com"}, bad: badMailboxes, with: []change{{"alerts.receiver", AlertWebhook}}},
	"rocketchat.env":      {names: `^[A-Za-z_][A-Za-z0-9_]*$`, bad: []any{map[string]any{"A-B": "x"}, map[string]any{"1A": "x"}, map[string]any{"": "x"}, []any{"A=1"}}},
}

// completeExample is the file that the reference begins with: every section has
// a place, and what it holds can stand together.
const completeExample = `# yaml-language-server: $schema=rcgen.schema.json
version: 1
project: rocketchat
users: 3000
concurrency: 0.2
edition: licensed
release: ` + DefaultRelease + `
domain: chat.yourcompany.com
tls:
  mode: acme
  email: ops@yourcompany.com
mongodb:
  members: 3
host:
  cores: 16
  memory: 64GiB
timezone: Europe/Berlin
log_level: info
uploads:
  storage: s3
  bucket: chat-uploads
  region: eu-central-1
smtp:
  host: mail.yourcompany.com
  username: chat
  from: chat@yourcompany.com
admin:
  username: admin
  email: ops@yourcompany.com
alerts:
  receiver: email
  to: ops@yourcompany.com
monitoring:
  logs: true
rocketchat:
  env:
    OVERWRITE_SETTING_Site_Name: Chat
`
