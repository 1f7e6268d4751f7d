package keys

import (
	"rcgen/generator"
	"rcgen/generator/catalog"
)

// trial is what the tests try with a key beyond its row.
type trial struct {
	bad  []any    // what neither the schema nor rcgen takes
	with []change // to the example, where the key or some of its values cannot stand there
}

// change sets a dotted key of the example, or removes it where the value is nil.
type change struct {
	key   string
	value any
}

var (
	badMailboxes = []any{"nobody", "Ops <ops@yourcompany.com>", "a@b@c", 5}
	withProxy    = []change{{"tls.mode", generator.TLSOff}, {"tls.proxies.trusted", []any{"10.0.0.0/24"}}}
	withoutS3    = []change{{"uploads.bucket", nil}, {"uploads.region", nil}, {"uploads.storage", generator.UploadsGridFS}}
)

// trials are by dotted key.
var trials = map[string]trial{
	"version":     {bad: []any{generator.RequestVersion + 1, "one"}},
	"project":     {bad: []any{"My Chat", "-chat", ""}},
	"users":       {bad: []any{0, "many", 2.5}, with: []change{{"users", catalog.MaxUsers}}},
	"concurrency": {bad: []any{-0.1, 1.1}},
	"concurrent":  {with: []change{{"users", catalog.MaxUsers}}},
	"release":     {bad: []any{"latest", "8.9", "v8.9.1", 8.9}},
	"domain": {bad: []any{
		"Chat.yourcompany.com", "https://chat.yourcompany.com", "chat.yourcompany.com:8080", "",
	}},
	"tls.email":           {bad: badMailboxes, with: []change{{"tls.mode", generator.TLSFiles}}},
	"tls.server":          {bad: []any{"http://acme.yourcompany.com", "acme", "https://a@b"}},
	"tls.proxies.trusted": {bad: []any{[]any{"proxy"}, "10.0.0.1"}, with: withProxy},
	"tls.proxies.hops":    {with: withProxy},
	"mongodb.external":    {with: []change{{"mongodb.members", nil}}},
	"mongodb.members":     {bad: []any{2, 4, 5}},
	"mongodb.version":     {bad: []any{"8", "6.0", "8.0.26"}},
	"host.cores":          {bad: []any{0, 2.5}},
	"host.memory":         {bad: []any{"lots", "-4GiB", "4 gigs"}},
	"timezone":            {bad: []any{"Europe/", "/etc/localtime", "Central European Time"}},
	"uploads.storage":     {with: withoutS3},
	"uploads.bucket":      {bad: []any{"Chat", "a/b"}, with: withoutS3},
	"uploads.region":      {with: withoutS3},
	"uploads.endpoint":    {bad: []any{"minio", "ftp://minio", "https://user@minio"}},
	"smtp":                {with: []change{{"alerts.receiver", nil}, {"alerts.to", nil}}},
	"smtp.host":           {bad: []any{"mail:25", "smtp://mail"}},
	"smtp.from":           {bad: badMailboxes},
	"admin.username":      {bad: []any{"the admin", "ädmin"}},
	"admin.email":         {bad: badMailboxes},
	"alerts.receiver":     {with: []change{{"alerts.to", nil}}},
	"alerts.to":           {bad: badMailboxes, with: []change{{"alerts.receiver", generator.AlertWebhook}}},
	"rocketchat.env": {bad: []any{
		map[string]any{"A-B": "x"}, map[string]any{"1A": "x"}, map[string]any{"": "x"}, []any{"A=1"},
	}},
}
