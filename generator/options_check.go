package generator

import (
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"rcgen/generator/fault"
)

// checkOptions returns what is wrong with the choices that change no sizes.
func (r Request) checkOptions() error {
	for _, check := range []func() error{
		r.checkTimezone, r.checkLogLevel, r.Uploads.check, r.SMTP.check, r.Admin.check,
		r.checkAlerts, r.checkMembers, r.RocketChat.check, r.checkEnvOnce,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkTimezone looks at the form alone: the list of names changes several times
// a year, and Node reads its own copy.
func (r Request) checkTimezone() error {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	parts := strings.Split(r.Timezone, "/")
	bad := func(part string) bool {
		return part == "" || !strings.Contains(letters, part[:1]) || strings.Trim(part, letters+"0123456789_+-") != ""
	}
	if r.Timezone == "" || !slices.ContainsFunc(parts, bad) {
		return nil
	}
	return fault.New("timezone: %q is not the name of a time zone", r.Timezone).
		Fix("a name like Europe/Berlin or UTC")
}

func (r Request) checkLogLevel() error {
	if _, known := logLevels[r.logLevel()]; known {
		return nil
	}
	return fault.New("log_level: %q is not known", r.LogLevel).Fix("error, info or debug")
}

func (u Uploads) check() error {
	s3 := u
	s3.Storage = ""
	switch u.Storage {
	case "", UploadsGridFS, UploadsFileSystem:
		if s3 != (Uploads{}) {
			return fault.New("uploads: bucket, region, endpoint, path_style and direct belong to s3").
				Fix("set uploads.storage to s3, or leave them out")
		}
		return nil
	case UploadsS3:
		return u.checkS3()
	default:
		return fault.New("uploads: storage %q is not known", u.Storage).Fix("gridfs, s3 or filesystem")
	}
}

func (u Uploads) checkS3() error {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := u.Bucket
	if len(b) < 3 || len(b) > 63 || strings.Trim(b, letters+".-") != "" ||
		strings.Trim(b[:1]+b[len(b)-1:], letters) != "" {
		return fault.New("uploads: bucket %q is not the name of a bucket", u.Bucket).
			Fix("3 to 63 lower-case letters, digits, dots and dashes (docs.aws.amazon.com/AmazonS3, bucket naming rules)")
	}
	if u.Endpoint == "" && u.Region == "" {
		return fault.New("uploads: s3 needs a region or an endpoint").
			Fix("uploads.region for AWS, uploads.endpoint for another service")
	}
	e, err := url.Parse(u.Endpoint)
	if u.Endpoint != "" && (err != nil || e.Host == "" || e.User != nil || e.Scheme != "https" && e.Scheme != "http") {
		return fault.New("uploads: endpoint %q is not a URL", u.Endpoint).
			Fix("a URL without a login, like https://minio.yourcompany.com")
	}
	return nil
}

func (s SMTP) check() error {
	switch {
	case s == SMTP{}:
		return nil
	case !isHostName(s.Host):
		return fault.New("smtp: host %q is not a host name", s.Host).
			Fix("a host name alone; smtp.port is a key of its own")
	case s.Port < 0 || s.Port > 65535:
		return fault.New("smtp: port %d is none", s.Port).Fix("587 and 465 are the usual ones")
	case s.TLS != "" && s.TLS != SMTPStartTLS && s.TLS != SMTPTLS && s.TLS != SMTPPlain:
		return fault.New("smtp: tls %q is not known", s.TLS).Fix("starttls, tls or off")
	case !isMailbox(s.From):
		return fault.New("smtp: from %q is not an e-mail address", s.From).
			Fix("the sender's address, like chat@yourcompany.com")
	}
	return nil
}

// port returns the port that mail goes to (RFC 8314, 3.3: submission is on 587
// with STARTTLS, on 465 with TLS from the start).
func (s SMTP) port() int {
	switch {
	case s.Port != 0:
		return s.Port
	case s.TLS == SMTPTLS:
		return 465
	default:
		return 587
	}
}

func isHostName(s string) bool {
	normal, err := NormalDomain(s)
	return err == nil && normal == s
}

func isMailbox(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func (a Admin) check() error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	switch {
	case a == Admin{}:
		return nil
	case a.Username == "" || strings.Trim(a.Username, letters+"0123456789-_.") != "":
		return fault.New("admin: username %q is not one", a.Username).
			Fix("letters, digits, dots, dashes and underscores (Rocket.Chat's UTF8_User_Names_Validation)")
	case !isMailbox(a.Email):
		return fault.New("admin: email %q is not an e-mail address", a.Email).
			Fix("Rocket.Chat wants the address with the account (docs.rocket.chat, environment variables)")
	}
	return nil
}

func (r Request) checkAlerts() error {
	a := r.Alerts
	if a.To != "" && a.Receiver != AlertEmail {
		return fault.New("alerts: to belongs to the receiver email").
			Fix("set alerts.receiver to email, or leave it out")
	}
	switch a.Receiver {
	case "", AlertRocketChat, AlertWebhook:
		return nil
	case AlertEmail:
	default:
		return fault.New("alerts: receiver %q is not known", a.Receiver).Fix("rocketchat, webhook or email")
	}
	switch {
	case !isMailbox(a.To):
		return fault.New("alerts: to %q is not an e-mail address", a.To).Fix("the address that is told")
	case r.SMTP.Host == "":
		return fault.New("alerts: email needs smtp").Fix("name the mail server under smtp")
	case (r.SMTP.TLS == SMTPTLS) != (r.SMTP.port() == 465):
		return fault.New("alerts: Alertmanager begins with TLS on port 465 alone, and not on %d", r.SMTP.port()).
			Fix("port 465 with tls: tls, any other with starttls or off")
	}
	return nil
}

func (r Request) checkMembers() error {
	switch {
	case r.MongoDB.Members != 0 && r.MongoDB.Members != 1 && r.MongoDB.Members != 3:
		return fault.New("mongodb: members %d is not 1 or 3", r.MongoDB.Members).
			Fix("1, or 3, which outlive the loss of one")
	case r.MongoDB.External && r.MongoDB.Members != 0:
		return fault.New("mongodb: members are those on this host, and external is elsewhere").
			Fix("leave one of them out")
	}
	return nil
}

// checkProxies wants the two keys together: a count without trust is ignored by
// Traefik, and trust without https in front would be the mode files or acme.
func (r Request) checkProxies() error {
	p := r.TLS.Proxies
	switch {
	case len(p.Trusted) == 0 && p.Hops == 0:
		return nil
	case len(p.Trusted) == 0:
		return fault.New("tls: proxies: hops alone: no proxy is trusted").
			Fix("name the proxies' addresses under tls.proxies.trusted")
	case r.TLS.Mode != TLSOff:
		return fault.New("tls: proxies stand with mode off, not %s", r.TLS.Mode).
			Fix("turn tls off where a proxy of yours does https")
	case r.Domain == Localhost:
		return fault.New("tls: proxies need a domain").Fix("name the domain that the proxy serves")
	case p.Hops < 0 || p.Hops > MaxHops:
		return fault.New("tls: proxies: hops %d is not between 1 and %d", p.Hops, MaxHops).
			Fix("count the proxies that a request passes before Traefik")
	}
	for _, a := range p.Trusted {
		if err := checkTrusted(a); err != nil {
			return err
		}
	}
	return nil
}

// MaxHops bounds tls.proxies.hops: more is taken for a typo (assumption: no one chains more).
const MaxHops = 10

func checkTrusted(address string) error {
	prefix, err := netip.ParsePrefix(address)
	if err == nil && prefix.Bits() == 0 {
		return fault.New("tls: proxies: %s trusts everybody", address).
			Fix("name the proxies alone: whoever is trusted can claim any address for a client")
	}
	addr, err2 := netip.ParseAddr(address)
	if err != nil && (err2 != nil || addr.Zone() != "") { // a zone is this machine's own name for a network
		return fault.New("tls: proxies: %q is neither an address nor a network", address).
			Fix("like 192.0.2.10 or 10.0.0.0/24")
	}
	return nil
}
