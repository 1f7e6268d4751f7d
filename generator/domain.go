package generator

import (
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"rcgen/generator/fault"
)

// NormalDomain returns a host name in the ASCII form that certificates and
// proxies use. An internationalised name is converted; anything that is not a
// bare host name or IPv4 address is an error.
func NormalDomain(s string) (string, error) {
	const hint = "give the host name alone, like chat.yourcompany.com"
	if addr, err := netip.ParseAddr(s); err == nil && addr.Is4() {
		return s, nil
	}
	profile := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))
	ascii, err := profile.ToASCII(s)
	if err != nil || strings.HasSuffix(ascii, ".") || numeric(ascii) {
		return "", fault.New("domain: %q is not a host name", s).Fix(hint)
	}
	return ascii, nil
}

// numeric reports whether the last label is a number: such a name is taken for
// an IPv4 address by browsers (url.spec.whatwg.org, "ends in a number checker").
func numeric(domain string) bool {
	last := domain[strings.LastIndex(domain, ".")+1:]
	hex, isHex := strings.CutPrefix(last, "0x")
	return strings.Trim(last, "0123456789") == "" || isHex && strings.Trim(hex, "0123456789abcdef") == ""
}

func (r Request) checkDomain() error {
	normal, err := NormalDomain(r.Domain)
	if err != nil {
		return err
	}
	if normal != r.Domain {
		return fault.New("domain: %q is not in its ASCII form", r.Domain).Fix("write it as " + normal)
	}
	return nil
}

func (r Request) checkTLS() error {
	if r.TLS.Staging && (r.TLS.Mode != TLSACME || r.TLS.Server != "") {
		return fault.New("tls: staging is Let's Encrypt's").Fix("it stands with mode acme and no server")
	}
	switch r.TLS.Mode {
	case TLSOff:
		return nil
	case TLSFiles:
		return r.checkNotLocalhost()
	case TLSACME:
		if err := r.checkNotLocalhost(); err != nil {
			return err
		}
		if _, err := netip.ParseAddr(r.Domain); err == nil || !strings.Contains(r.Domain, ".") || isReserved(r.Domain) {
			return fault.New("domain: %s is not a public name, so no ACME server certifies it", r.Domain).
				Fix("use tls files with a certificate of your own, or tls off")
		}
		if err := checkServer(r.TLS.Server); err != nil {
			return err
		}
		return checkEmail(r.TLS.Email)
	default:
		return fault.New("tls: mode %q is not known", r.TLS.Mode).Fix("acme, files or off")
	}
}

// checkServer wants what RFC 8555, 6.1 does: ACME runs over https only.
func checkServer(server string) error {
	u, err := url.Parse(server)
	if server == "" || err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil {
		return nil
	}
	return fault.New("tls: server %q is not an ACME server", server).
		Fix("give its directory URL, like " + LetsEncrypt)
}

func (r Request) checkNotLocalhost() error {
	if r.Domain == Localhost {
		return fault.New("tls: mode %s needs a domain", r.TLS.Mode).
			Fix("name the domain too, or turn tls off")
	}
	return nil
}

// reserved domains have no mailbox, and ACME servers refuse an account there
// (RFC 2606, RFC 6761).
var reserved = []string{"example.com", "example.net", "example.org", "example", "test", "invalid", "localhost"}

func checkEmail(email string) error {
	addr, err := mail.ParseAddress(email)
	if email == "" || err != nil || addr.Address != email || strings.ContainsFunc(email, notASCII) {
		return fault.New("tls: email %q is not an e-mail address", email).
			Fix("name a mailbox that somebody reads: warnings about the certificate go there")
	}
	if isReserved(strings.ToLower(email[strings.LastIndex(email, "@")+1:])) {
		return fault.New("tls: email %q is at a reserved domain, which ACME servers refuse", email).
			Fix("name a mailbox of your own")
	}
	return nil
}

// notASCII tells what ACME servers refuse in an address (RFC 8555, 7.3: a
// mailto URL without anything to encode).
func notASCII(r rune) bool { return r > unicode.MaxASCII }

func isReserved(domain string) bool {
	return slices.ContainsFunc(reserved, func(d string) bool { return domain == d || strings.HasSuffix(domain, "."+d) })
}
