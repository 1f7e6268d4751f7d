package generator

import (
	"strings"
	"testing"
)

// longLabel is as long as a label may be.
var longLabel = strings.Repeat("a", 63)

// domains are what people write, with the form that is used; empty where it is no domain.
var domains = map[string]string{
	"chat.yourcompany.com":                     "chat.yourcompany.com",
	"CHAT.YourCompany.com":                     "chat.yourcompany.com",
	"localhost":                                "localhost",
	"server":                                   "server",
	"chat.zürich.example.com":                  "chat.xn--zrich-kva.example.com",
	"чат.example.com":                          "xn--80a0bn.example.com",
	"chat。example.com":                         "chat.example.com", // the full stop of Chinese
	"192.0.2.10":                               "192.0.2.10",
	"1.chat.example.com":                       "1.chat.example.com",
	longLabel + ".com":                         longLabel + ".com",
	"":                                         "",
	"chat.example.com.":                        "",
	".example.com":                             "",
	"chat..example.com":                        "",
	"https://chat.example.com":                 "",
	"chat.example.com/x":                       "",
	"chat.example.com:443":                     "",
	"chat example.com":                         "",
	"chat.example.com\n":                       "",
	"chat_1.example.com":                       "",
	"-chat.example.com":                        "",
	"chat-.example.com":                        "",
	"*.example.com":                            "",
	"`)||Host(`evil.com":                       "",
	"${HOME}.example.com":                      "",
	"192.0.2.256":                              "",
	"192.0.2":                                  "",
	"2130706433":                               "",
	"chat.42":                                  "",
	"0x7f.1":                                   "",
	"chat.0x10":                                "", // browsers take a last label in hex for a number too
	"::1":                                      "",
	"[::1]":                                    "",
	longLabel + "a.com":                        "",
	strings.Repeat(longLabel+".", 4) + "com":   "",
	"xn--a.example.com":                        "",
	"chat.\u202eexample.com":                   "",
	"user@example.com":                         "",
	"chat.example.com chat.other.com":          "",
	"chat.example.com,chat.other.com":          "",
	"chat.example.com?x":                       "",
	"chat.example.com#x":                       "",
	"chat.example.com\x00":                     "",
	strings.Repeat("a.", 126) + "a":            strings.Repeat("a.", 126) + "a",
	strings.Repeat("a.", 126) + "aa":           "",
	"0177.0.0.1":                               "",
	"127.0.0.1":                                "127.0.0.1",
	"ｃｈａｔ.example.com":                         "chat.example.com", // full width
	"faß.example.com":                          "xn--fa-hia.example.com",
	"xn--zrich-kva.example.com":                "xn--zrich-kva.example.com",
	"XN--ZRICH-KVA.example.com":                "xn--zrich-kva.example.com",
	"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.chat.dev": "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.chat.dev",
}

func TestNormalDomain(t *testing.T) {
	for in, want := range domains {
		got, err := NormalDomain(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, error %v, want %q", in, got, err, want)
		}
		if err != nil && len(hintsOf(err)) == 0 {
			t.Errorf("%q: the error has no hint", in)
		}
		if want == "" {
			continue
		}
		if again, err := NormalDomain(got); again != got || err != nil {
			t.Errorf("%q: the second time %q becomes %q, error %v", in, got, again, err)
		}
	}
}

func acme(email string) TLS { return TLS{Mode: TLSACME, Email: email} }

// tlsCases are domains and TLS modes with the key that is wrong; none where all is right.
var tlsCases = []struct {
	name, domain string
	tls          TLS
	want         string
}{
	{"localhost", Localhost, TLS{Mode: TLSOff}, ""},
	{"public", "chat.yourcompany.com", acme("ops@yourcompany.com"), ""},
	{"own certificate", "chat.internal", TLS{Mode: TLSFiles}, ""},
	{"behind a proxy", "chat.yourcompany.com", TLS{Mode: TLSOff}, ""},
	{"address without certificate", "192.0.2.10", TLS{Mode: TLSOff}, ""},
	{"address with its own", "192.0.2.10", TLS{Mode: TLSFiles}, ""},
	{"not ASCII", "zürich.com", TLS{Mode: TLSOff}, "domain"},
	{"not a name", "a b", TLS{Mode: TLSOff}, "domain"},
	{"no mode", "chat.yourcompany.com", TLS{}, "tls"},
	{"unknown mode", "chat.yourcompany.com", TLS{Mode: "on"}, "tls"},
	{"localhost with files", Localhost, TLS{Mode: TLSFiles}, "tls"},
	{"localhost with ACME", Localhost, acme("ops@yourcompany.com"), "tls"},
	{"address with ACME", "192.0.2.10", acme("ops@yourcompany.com"), "domain"},
	{"one label with ACME", "server", acme("ops@yourcompany.com"), "domain"},
	{"no mailbox", "chat.yourcompany.com", acme(""), "tls"},
	{"no domain in it", "chat.yourcompany.com", acme("ops"), "tls"},
	{"with a name", "chat.yourcompany.com", acme("Ops <ops@yourcompany.com>"), "tls"},
	{"reserved", "chat.yourcompany.com", acme("ops@example.com"), "tls"},
	{"reserved below", "chat.yourcompany.com", acme("ops@mail.Example.ORG"), "tls"},
	{"reserved top", "chat.yourcompany.com", acme("ops@chat.test"), "tls"},
	{"own server", "chat.yourcompany.com", TLS{Mode: TLSACME, Email: "ops@yourcompany.com",
		Server: "https://ca.internal:9000/acme/directory"}, ""},
	{"server over http", "chat.yourcompany.com",
		TLS{Mode: TLSACME, Email: "ops@yourcompany.com", Server: "http://ca.internal/directory"}, "tls"},
	{"server with a password", "chat.yourcompany.com",
		TLS{Mode: TLSACME, Email: "ops@yourcompany.com", Server: "https://u:p@ca.internal/directory"}, "tls"},
	{"server without a scheme", "chat.yourcompany.com",
		TLS{Mode: TLSACME, Email: "ops@yourcompany.com", Server: "ca.internal"}, "tls"},
	{"server without a host", "chat.yourcompany.com",
		TLS{Mode: TLSACME, Email: "ops@yourcompany.com", Server: "https:///directory"}, "tls"},
	{"plus", "chat.yourcompany.com", acme("ops+chat@yourcompany.com"), ""},
}

func TestCheckDomainAndTLS(t *testing.T) {
	for _, c := range tlsCases {
		t.Run(c.name, func(t *testing.T) {
			r := aRequest()
			r.Domain, r.TLS = c.domain, c.tls
			checkRefusal(t, r.Check(), c.want)
		})
	}
}
