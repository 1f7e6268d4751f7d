package generator

import (
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// checkOptions returns what is wrong with the choices that change no sizes.
func (r Request) checkOptions() error {
	for _, check := range []func() error{
		r.checkTimezone, r.checkLogLevel, r.Uploads.check, r.SMTP.check, r.Admin.check, r.checkAlerts, r.checkMembers, r.RocketChat.check, r.checkEnvOnce,
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
	return hinted("a name like Europe/Berlin or UTC", "timezone: %q is not the name of a time zone", r.Timezone)
}

func (r Request) checkLogLevel() error {
	if _, known := logLevels[r.logLevel()]; known {
		return nil
	}
	return hinted("error, info or debug", "log_level: %q is not known", r.LogLevel)
}

func (u Uploads) check() error {
	s3 := u
	s3.Storage = ""
	switch u.Storage {
	case "", UploadsGridFS, UploadsFileSystem:
		if s3 != (Uploads{}) {
			return hinted("set uploads.storage to s3, or leave them out", "uploads: bucket, region, endpoint, path_style and direct belong to s3")
		}
		return nil
	case UploadsS3:
		return u.checkS3()
	default:
		return hinted("gridfs, s3 or filesystem", "uploads: storage %q is not known", u.Storage)
	}
}

func (u Uploads) checkS3() error {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := u.Bucket
	if len(b) < 3 || len(b) > 63 || strings.Trim(b, letters+".-") != "" || strings.Trim(b[:1]+b[len(b)-1:], letters) != "" {
		return hinted("3 to 63 lower-case letters, digits, dots and dashes (docs.aws.amazon.com/AmazonS3, bucket naming rules)", "uploads: bucket %q is not the name of a bucket", u.Bucket)
	}
	if u.Endpoint == "" && u.Region == "" {
		return hinted("uploads.region for AWS, uploads.endpoint for another service", "uploads: s3 needs a region or an endpoint")
	}
	if e, err := url.Parse(u.Endpoint); u.Endpoint != "" && (err != nil || e.Host == "" || e.User != nil || e.Scheme != "https" && e.Scheme != "http") {
		return hinted("a URL without a login, like https://minio.yourcompany.com", "uploads: endpoint %q is not a URL", u.Endpoint)
	}
	return nil
}

func (s SMTP) check() error {
	switch {
	case s == SMTP{}:
		return nil
	case !isHostName(s.Host):
		return hinted("a host name alone; smtp.port is a key of its own", "smtp: host %q is not a host name", s.Host)
	case s.Port < 0 || s.Port > 65535:
		return hinted("587 and 465 are the usual ones", "smtp: port %d is none", s.Port)
	case s.TLS != "" && s.TLS != SMTPStartTLS && s.TLS != SMTPTLS && s.TLS != SMTPPlain:
		return hinted("starttls, tls or off", "smtp: tls %q is not known", s.TLS)
	case !isMailbox(s.From):
		return hinted("the sender's address, like chat@yourcompany.com", "smtp: from %q is not an e-mail address", s.From)
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
	switch {
	case a == Admin{}:
		return nil
	case a.Username == "" || strings.Trim(a.Username, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "":
		return hinted("letters, digits, dots, dashes and underscores (Rocket.Chat's UTF8_User_Names_Validation)", "admin: username %q is not one", a.Username)
	case !isMailbox(a.Email):
		return hinted("Rocket.Chat wants the address with the account (docs.rocket.chat, environment variables)", "admin: email %q is not an e-mail address", a.Email)
	}
	return nil
}

func (r Request) checkAlerts() error {
	a := r.Alerts
	if a.To != "" && a.Receiver != AlertEmail {
		return hinted("set alerts.receiver to email, or leave it out", "alerts: to belongs to the receiver email")
	}
	switch a.Receiver {
	case "", AlertRocketChat, AlertWebhook:
		return nil
	case AlertEmail:
	default:
		return hinted("rocketchat, webhook or email", "alerts: receiver %q is not known", a.Receiver)
	}
	switch {
	case !isMailbox(a.To):
		return hinted("the address that is told", "alerts: to %q is not an e-mail address", a.To)
	case r.SMTP.Host == "":
		return hinted("name the mail server under smtp", "alerts: email needs smtp")
	case (r.SMTP.TLS == SMTPTLS) != (r.SMTP.port() == 465):
		return hinted("port 465 with tls: tls, any other with starttls or off", "alerts: Alertmanager begins with TLS on port 465 alone, and not on %d", r.SMTP.port())
	}
	return nil
}

func (r Request) checkMembers() error {
	switch {
	case r.MongoDB.Members != 0 && r.MongoDB.Members != 1 && r.MongoDB.Members != 3:
		return hinted("1, or 3, which outlive the loss of one", "mongodb: members %d is not 1 or 3", r.MongoDB.Members)
	case r.MongoDB.External && r.MongoDB.Members != 0:
		return hinted("leave one of them out", "mongodb: members are those on this host, and external is elsewhere")
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
		return hinted("name the proxies' addresses under tls.proxies.trusted", "tls: proxies: hops alone: no proxy is trusted")
	case r.TLS.Mode != TLSOff:
		return hinted("turn tls off where a proxy of yours does https", "tls: proxies stand with mode off, not %s", r.TLS.Mode)
	case r.Domain == Localhost:
		return hinted("name the domain that the proxy serves", "tls: proxies need a domain")
	case p.Hops < 0 || p.Hops > MaxHops:
		return hinted("count the proxies that a request passes before Traefik", "tls: proxies: hops %d is not between 1 and %d", p.Hops, MaxHops)
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
		return hinted("name the proxies alone: whoever is trusted can claim any address for a client", "tls: proxies: %s trusts everybody", address)
	}
	addr, err2 := netip.ParseAddr(address)
	if err != nil && (err2 != nil || addr.Zone() != "") { // a zone is this machine's own name for a network
		return hinted("like 192.0.2.10 or 10.0.0.0/24", "tls: proxies: %q is neither an address nor a network", address)
	}
	return nil
}
