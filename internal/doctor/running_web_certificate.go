package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"rcgen/generator"
)

// traefikDefault is the name in the certificate that Traefik makes for itself where
// it has none for a domain (github.com/traefik/traefik, pkg/tls/generate).
const traefikDefault = "TRAEFIK DEFAULT CERT"

func checkCertificate(ctx context.Context, w *world) verdict {
	if w.Plan.Request.TLS.Mode == generator.TLSOff {
		return skip("Traefik does no https here",
			"rcgen.yaml says so under tls: where a proxy of yours does, look at its certificate")
	}
	return throughProxy(func(ctx context.Context, w *world, b web) verdict {
		chain, err := askCertificate(ctx, w, b.address)
		if err != nil {
			return b.failure("the TLS handshake", err)
		}
		return w.judgeCertificate(chain)
	})(ctx, w)
}

// askCertificate returns what the proxy shows a client of the domain, the leaf first.
func askCertificate(ctx context.Context, w *world, address string) ([]*x509.Certificate, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, answerLimit, fmt.Errorf("no answer within %v", answerLimit))
	defer cancel()
	conn, err := w.Running.Dial(ctx, "tcp", address)
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	// it is verified afterwards, since a certificate that is refused has something to tell
	client := tls.Client(conn, &tls.Config{ServerName: w.Plan.Request.Domain, InsecureSkipVerify: true})
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, causeOf(ctx, err)
	}
	return client.ConnectionState().PeerCertificates, nil
}

// renewal is how each kind of certificate is renewed. For one that it does not have yet
// Traefik asks the ACME server when it starts or its files change, and at no other time:
// https://github.com/traefik/traefik/issues/9405.
func (w *world) renewal() string {
	if w.Plan.Request.TLS.Mode == generator.TLSACME {
		return "docker compose logs traefik says why none came: port 80 must be open to the internet and " +
			w.Plan.Request.Domain + " lead there; then run docker compose restart traefik, which asks again"
	}
	return "put the new pair into secrets/tls.crt and secrets/tls.key and run docker compose restart traefik"
}

func (w *world) judgeCertificate(chain []*x509.Certificate) verdict {
	leaf, domain := chain[0], w.Plan.Request.Domain
	until := leaf.NotAfter.UTC().Format(time.DateOnly)
	if leaf.Subject.CommonName == traefikDefault {
		return fail("Traefik shows its own certificate: it has none for "+domain, w.renewal())
	}
	err := w.verify(chain)
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && w.Now().Before(leaf.NotBefore):
		return fail("the certificate is valid from "+leaf.NotBefore.UTC().Format(time.DateTime)+" UTC on",
			"set the clock of this machine, or wait")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && w.Now().After(leaf.NotAfter):
		return fail("the certificate ended on "+until, w.renewal())
	case errors.As(err, &name):
		named := oneLine(cmp.Or(strings.Join(leaf.DNSNames, ", "), leaf.Subject.CommonName))
		return fail(fmt.Sprintf("the certificate is for %s, not for %s", named, domain), w.renewal())
	case errors.As(err, &unknown) && w.Plan.Request.TLS.Staging:
		return warn("the certificate is of Let's Encrypt's staging server: no browser trusts it",
			"take staging out of rcgen.yaml, then rcgen generate and rcgen apply")
	case errors.As(err, &unknown) && (w.Plan.Request.TLS.Mode == generator.TLSFiles || w.Plan.Request.TLS.Server != ""):
		return warn(fmt.Sprintf("the certificate ends on %s; this machine does not know its issuer", until),
			"let every client know your authority, or add the missing intermediate certificates behind yours")
	case err != nil:
		return fail("the certificate is refused: "+oneLine(err.Error()), w.renewal())
	}
	days := int(math.Floor(leaf.NotAfter.Sub(w.Now()).Hours() / 24))
	if least := w.Plan.Deployment.CertificateDays; float64(days) < least {
		return warn(fmt.Sprintf("the certificate ends on %s, in %d days; it should have %g", until, days, least), w.renewal())
	}
	return ok("for %s until %s, in %d days", domain, until, days)
}

// verify does what a browser does, with the clock of the sources.
func (w *world) verify(chain []*x509.Certificate) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		DNSName: w.Plan.Request.Domain, Roots: w.Running.Roots, Intermediates: between, CurrentTime: w.Now(),
	})
	return err
}
