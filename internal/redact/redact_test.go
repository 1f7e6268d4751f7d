package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// secrets are of the kinds that people and rcgen make.
var secrets = []string{
	"kR4vT9xQ2mZ7pL1wN8bY3cH6jF5dG0sA",
	"8f14e45fceea167a5a36dedd4bea2543",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"hunter2-hunter2",
	"abcdefgh",
	"12345678",
	`with "quotes" inside`,
	"p@ss:w0rd/100%41",
	`back\slash'n"quote$1$$2`,
	"Größe-Überall-42",
	"correct horse battery staple",
	"mongodb://rc:in%40side-url@db1:27017,db2/x?replicaSet=rs0",
	"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\nDBj0a1b2c3d4e5f6g7h8i9==\n-----END PRIVATE KEY-----",
	strings.Repeat("QmFzZTY0IG9mIGEgbGljZW5zZSBpcyBsb25n", 12) + "xZ9",
}

// leak is how a program wrote a secret, and what of that stays: the mask at least.
type leak struct{ text, left string }

// forms are the ways in which programs write a secret.
var forms = map[string]func(s string) leak{
	"as it is":       func(s string) leak { return leak{s, Mask} },
	"upper case":     func(s string) leak { return leak{strings.ToUpper(s), Mask} },
	"lower case":     func(s string) leak { return leak{strings.ToLower(s), Mask} },
	"query":          func(s string) leak { return leak{url.QueryEscape(s), Mask} },
	"path":           func(s string) leak { return leak{url.PathEscape(s), Mask} },
	"percent":        func(s string) leak { return leak{percented(s, "%%%02X"), Mask} },
	"percent, small": func(s string) leak { return leak{percented(s, "%%%02x"), Mask} },
	"JSON":           func(s string) leak { return leak{asJSON(s), Mask} },
	"JSON in JSON":   func(s string) leak { return leak{asJSON(asJSON(s)), Mask} },
	"JSON in a URL":  func(s string) leak { return leak{url.QueryEscape(asJSON(s)), Mask} },
	"a URL in JSON":  func(s string) leak { return leak{asJSON(url.PathEscape(s)), Mask} },
	"Go":             func(s string) leak { return leak{strings.Trim(strconv.Quote(s), `"`), Mask} },
	"Go, ASCII":      func(s string) leak { return leak{strings.Trim(strconv.QuoteToASCII(s), `"`), Mask} },
	"numbers":        func(s string) leak { return leak{percented(s, `\x%02x`), Mask} },
	"YAML":           func(s string) leak { return leak{strings.ReplaceAll(s, "'", "''"), Mask} },
	"Compose":        func(s string) leak { return leak{strings.ReplaceAll(s, "$", "$$"), Mask} },
	"shell":          func(s string) leak { return leak{strings.ReplaceAll(s, "'", `'\''`), Mask} },
	"HTML":           func(s string) leak { return leak{html.EscapeString(s), Mask} },
	"hex":            func(s string) leak { return leak{hex.EncodeToString([]byte(s)), Mask} },
	"hex, capitals":  func(s string) leak { return leak{strings.ToUpper(hex.EncodeToString([]byte(s))), Mask} },
	"hex, spaced":    func(s string) leak { return leak{strings.TrimSpace(percented(s, "%02x ")), Mask} },
	"base64":         func(s string) leak { return leak{base64.StdEncoding.EncodeToString([]byte(s)), Mask} },
	"base64, raw":    func(s string) leak { return leak{base64.RawStdEncoding.EncodeToString([]byte(s)), Mask} },
	"base64, URL":    func(s string) leak { return leak{base64.URLEncoding.EncodeToString([]byte(s)), Mask} },
	"base64 of :":    func(s string) leak { return among(":", s, "") },
	"base64 of u:":   func(s string) leak { return among("u:", s, "@h") },
	"base64 of me:":  func(s string) leak { return among("me:", s, "") },
	"base64 of JSON": func(s string) leak { return among(`{"p":"`, s, `"}`) },
	"base64 over lines": func(s string) leak {
		return leak{lines(base64.StdEncoding.EncodeToString([]byte(s)), 20),
			Mask}
	},
	"over lines":           func(s string) leak { return leak{lines(s, len(s)/2), Mask} },
	"over many lines":      func(s string) leak { return leak{lines(s, 5), Mask} },
	"over lines, no space": func(s string) leak { return leak{s[:3] + "\r\n" + s[3:], Mask} },
	"in colors":            func(s string) leak { return leak{s[:3] + "\x1b[1;31m" + s[3:6] + "\x1b[0m" + s[6:], Mask} },
	"with a zero width":    func(s string) leak { return leak{s[:4] + "\u200b" + s[4:], Mask} },
	"cut": func(s string) leak {
		return leak{strings.ToValidUTF8(s[:max(8, len(s)*3/4)], "") + "...", Mask}
	},
	"cut, one character": func(s string) leak { return leak{s[:max(8, len(s)-1)] + "…", Mask} },
}

func asJSON(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings can always be written
	}
	return string(text[1 : len(text)-1])
}

func percented(s, format string) string {
	var out strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&out, format, s[i])
	}
	return out.String()
}

// lines breaks a text after so many bytes, with an indent.
func lines(s string, n int) string {
	var out []string
	for ; len(s) > n; s = s[n:] {
		out = append(out, s[:n])
	}
	return strings.Join(append(out, s), "\n    ")
}

// among is base64 of a secret with neighbors, of which those characters stay that hold no
// bit of the secret.
func among(before, s, after string) leak {
	text := base64.StdEncoding.EncodeToString([]byte(before + s + after))
	from, to := len(before)*8/6, (len(before+s)*8+5)/6
	rest := text[to:]
	if after == "" {
		rest = ""
	}
	return leak{text, text[:from] + Mask + rest}
}

// places are where a secret stands in what is printed.
var places = []string{
	"%s",
	"mongosh: Authentication failed: A_PASSWORD=%s\n",
	"export A_PASSWORD='%s' # made once",
	"line 3: A_PASSWORD: %s (see .env)",
	`{"user":"rc","password":"%s","port":27017}`,
	"rocketchat-1 | started\nrocketchat-1 | with %s\nrocketchat-1 | and ended",
}

// TestLeaks: no secret, in no form, in no place survives.
func TestLeaks(t *testing.T) {
	r := New(secrets...)
	n := 0
	for name, form := range forms {
		for _, secret := range secrets {
			l := form(secret)
			for _, place := range places {
				n++
				text, want := fmt.Sprintf(place, l.text), fmt.Sprintf(place, l.left)
				if got := r.Text(text); got != want {
					t.Errorf("%s: of %q\ngot  %q\nwant %q", name, text, got, want)
				}
			}
		}
	}
	if n < 200 {
		t.Errorf("%d forms of leaks, want at least 200", n)
	}
}

// TestHalves: a half of a secret that was drawn by chance is found, and of one of words
// sixteen bytes.
func TestHalves(t *testing.T) {
	r := New(secrets...)
	for _, secret := range secrets[:3] {
		for _, part := range []string{secret[:len(secret)/2], secret[len(secret)/2:], secret[5:17]} {
			for _, text := range []string{part, hex.EncodeToString([]byte(part)),
				base64.RawStdEncoding.EncodeToString([]byte(secret))[6:30]} {
				if got := r.Text("< " + text + " >"); got != "< "+Mask+" >" {
					t.Errorf("%s: got %s", text, got)
				}
			}
		}
	}
	for _, part := range []string{"correct horse batt", "rect horse battery sta", "horse battery staple", "p@ss:w0r",
		"ss:w0rd/100%"} {
		if got := r.Text("< " + part + " >"); got != "< "+Mask+" >" {
			t.Errorf("%s: got %s", part, got)
		}
	}
}

// TestOrdinary has what must stay readable, beside secrets that have words of it.
func TestOrdinary(t *testing.T) {
	r := ForEnv([]byte("COMPOSE_PROJECT_NAME=rocketchat\nTZ=Europe/Berlin\nDOCKER_ROOT=/var/lib/docker\nDOMAIN=chat.example.com\nPORT=8443\n"+
		"GRAFANA_ADMIN_PASSWORD=password\nSHORT_PASSWORD=hunter2\nTLS_PRIVATE_KEY=/run/secrets/tls.key\n"+
		"MONGO_URL='mongodb://rc:Zx9Qw3Er7Ty1@db1.example.com:27017/rocketchat?replicaSet=rs0'\n"),
		append(secrets, "rocketchat-production-2026")...)
	for _, text := range []string{
		"rocketchat-1 is recreated, rocketchat-2 is healthy",
		"rocketchat rocketchat-prod chat.example.com Europe/Berlin /var/lib/docker 8443",
		"mongo:8.0.26 registry.rocket.chat/rocketchat/rocket.chat:8.9.1 prom/prometheus:v3.13.5-rc.1",
		"sha256:8d5d3a9e0b4c7f6a1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899",
		"pull rocketchat/rocket.chat@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0: not found",
		"unix:///var/run/docker.sock: permission denied", "/run/secrets/tls.key: no such file",
		"password authentication failed for user rc, hunter2", "wrong password", "-----BEGIN CERTIFICATE-----",
		"dial tcp 10.0.0.12:27017: connect: connection refused at 2026-11-28T10:00:00.123456789Z",
		"see https://docs.docker.com/engine/install/#server or https://github.com/docker/compose/issues/12069",
		"https://registry.example.com:5000/v2/team/chat@sha256:0f1e: 404",
		`{"url":"http://grafana:3000/api","mail":"me@example.com"}`,
		"mongodb://db1.example.com:27017/rocketchat?replicaSet=rs0",
		"HOME=/tmp mongosh mongodb://mongodb,mongodb-2/?replicaSet=rs0", "mongodb://...",
		`C:\Users\jane\rocketchat`, `"a \"quoted\" name" \u00e4 100%25 &amp; $$HOME it''s`,
		"unexpected character at offset 3", "compose.yaml: invalid template: \"${X\"",
		"the horse is correct, the battery is not",
		"550e8400-e29b-41d4-a716-446655440000", "", " \n\t", "äöü…", "\xff\xfe",
	} {
		if got := r.Text(text); got != text {
			t.Errorf("got  %s\nwant %s", got, text)
		}
	}
}

// TestUnknown: what is a secret by its place needs no .env.
func TestUnknown(t *testing.T) {
	for text, want := range map[string]string{
		"cannot clone https://me:hunter2@git.example/x":                     "cannot clone https://***@git.example/x",
		"mongodb://rc:a@b/c?d@db1,db2/x and amqp://u:p@h":                   "mongodb://***@db1,db2/x and amqp://***@h",
		"https://ghp_0123456789@github.com/x/y":                             "https://***@github.com/x/y",
		"http://bob:1234secret@proxy:3128":                                  "http://***@proxy:3128",
		"mongodb://rc:2024-Summer@db:27017":                                 "mongodb://***@db:27017",
		"mongodb://rc:2024,Summer@db:27017/x":                               "mongodb://***@db:27017/x",
		"mongodb://rc:12;secret@db, http://u:80]x@h":                        "mongodb://***@db, http://***@h",
		"https://[2a01:4f8:c0c::1]:443/@user and http://[::1]:80/x@y":       "https://[2a01:4f8:c0c::1]:443/@user and http://[::1]:80/x@y",
		"redis://u:pass@[::1]:6379/0":                                       "redis://***@[::1]:6379/0",
		"<http://grafana:3000>,<me@example.com> `http://p:3128`,me@x":       "<http://grafana:3000>,<me@example.com> `http://p:3128`,me@x",
		"http://p:3128&mail=a@b and 'http://p:3128','me@x.com'":             "http://p:3128&mail=a@b and 'http://p:3128','me@x.com'",
		"mongodb://rc:7pw@db":                                               "mongodb://***@db",
		"http://p:3128,mongodb://u:topsecret@h":                             "http://p:3128,mongodb://***@h",
		"http://p:3128/a@b and mongodb://db1:27017,db2:27017/x?y=a@b":       "http://p:3128/a@b and mongodb://db1:27017,db2:27017/x?y=a@b",
		"redis://:12345@redis:6379/0":                                       "redis://***@redis:6379/0",
		`.env: line 3: unterminated quoted value "hunter2`:                  ".env: line 3: unterminated quoted value (not shown, it may be a secret)",
		`line 1: unexpected character "+" in variable name "hunter2+x=f"`:   "line 1: unexpected character (not shown, it may be a secret)",
		`line 1: unexpected character "\"" in variable name near "hunter2"`: "line 1: unexpected character (not shown, it may be a secret)",
		`failed to read /p/.env: Invalid template: "${hunter2 and so on"`:   "failed to read /p/.env: Invalid template: (not shown, it may be a secret)",
	} {
		if got := (Redactor{}).Text(text); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// TestBroken: one broken line of .env hides no secret of another.
func TestBroken(t *testing.T) {
	r := ForEnv([]byte("A_PASSWORD=first-secret\nB_PASSWORD='second-secret\n"), "third-secret")
	if got := r.Text("first-secret, second-secret, third-secret"); got != "(secret), (secret), (secret)" {
		t.Errorf("got %s", got)
	}
}

// TestNeighbors: secrets that touch, overlap or begin each other.
func TestNeighbors(t *testing.T) {
	r := New("longsecret", "longsecret-and-more", "more-of-it")
	for text, want := range map[string]string{
		"longsecret-and-more, longsecret": "(secret), (secret)",
		"longsecretlongsecret":            "(secret)",
		"longsecret-and-more-of-it":       "(secret)",
		"longsecre":                       "longsecre",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestBounded counts comparisons: of 64 KiB with 30 secrets each byte is compared a few
// times, whatever the text, and a secret that repeats itself does no harm.
func TestBounded(t *testing.T) {
	const size = 64 << 10
	var all []string
	for i := range 26 {
		all = append(all, fmt.Sprintf("common-beginning-%x-%032d", i*i*7919, i))
	}
	all = append(all, strings.Repeat("a", 40), strings.Repeat("ab", 20), strings.Repeat("x", 4000),
		strings.Repeat("12345678", 4))
	r := New(all...)
	for name, unit := range map[string]string{
		"words": "rocketchat-1 is healthy\n", "beginnings": "common-beginning-0", "almost": strings.Repeat("a", 39) + "-",
		"one letter": "a", "long": "x",
		"found": all[3] + " ", "hex": "61616161", "base64": "YWFhYWFh", "escaped": `\"a\"%41&amp;`,
	} {
		text := strings.Repeat(unit, size/len(unit)+1)[:size]
		_, compared := r.find(text)
		if most := 60 * size; compared > most {
			t.Errorf("%s: compared %d bytes, want at most %d", name, compared, most)
		}
	}
}

func BenchmarkText(b *testing.B) {
	var env strings.Builder
	for i := range 30 {
		fmt.Fprintf(&env, "N%d_PASSWORD=%s%d\n", i, secrets[0][i:]+secrets[0][:i], i)
	}
	r := ForEnv([]byte(env.String()))
	text := strings.Repeat(`{"level":"info","msg":"listening on \"[::]:3000\"","took":"1.25ms"}`+"\n", 1000)[:64<<10]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if r.Text(text) != text {
			b.Fatal("an ordinary text is changed")
		}
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain\n\tindented ü 漢字 – “ok”\r\n": "plain\n\tindented ü 漢字 – “ok”\n",
		"\x1b[31mred\x1b[0m\a":              `\x1b[31mred\x1b[0m\a`,
		"\x1b]0;title\x07":                  `\x1b]0;title\a`,
		"over\rwritten":                     `over\rwritten`,
		"\u202egnp.exe\u200b":               `\u202egnp.exe\u200b`,
		"a\x00b\x7f\u009bc":                 `a\x00b\x7f\u009bc`,
		"bad \xff\xc3":                      `bad \xff\xc3`,
	} {
		if got := Printable(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
