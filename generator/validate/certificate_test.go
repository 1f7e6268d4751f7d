package validate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"testing"

	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

const (
	certifiedName = "chat.yourcompany.com"
	// what openssl ecparam -genkey writes above a key: the curve alone
	ecParameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
)

// selfSigned returns a certificate for names and addresses as PEM.
func selfSigned(t *testing.T, key crypto.Signer, names ...string) string {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(1)}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, name)
		}
	}
	der := must(x509.CreateCertificate(rand.Reader, c, c, key.Public(), key))(t)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func pemKey(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// certificateCase is a certificate and a key with the file in which a fault must
// be found, or none.
type certificateCase struct{ name, cert, key, want string }

func certificateCases(t *testing.T) []certificateCase {
	ec := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	other := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	long := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(k any) string { return pemKey("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(k))(t)) }
	sec1 := pemKey("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(ec))(t))
	good, ca := selfSigned(t, ec, certifiedName), selfSigned(t, other, "ca")
	return []certificateCase{
		{"EC", good, sec1, ""},
		{"EC, PKCS 8", good, pkcs8(ec), ""},
		{"EC below its parameters", good, ecParameters + sec1, ""},
		{"RSA", selfSigned(t, long, certifiedName), pemKey("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(long)), ""},
		{"RSA, PKCS 8", selfSigned(t, long, certifiedName), pkcs8(long), ""},
		{"Ed25519", selfSigned(t, ed, certifiedName), pkcs8(ed), ""},
		{"wildcard", selfSigned(t, ec, "*.yourcompany.com"), sec1, ""},
		{"several names", selfSigned(t, ec, "yourcompany.com", certifiedName), sec1, ""},
		{"with its chain", good + ca, sec1, ""},
		{"text above it", "Bag Attributes\n  friendlyName: chat\n" + good, "Bag Attributes\n" + sec1, ""},
		{"chain first", ca + good, sec1, keyFile},
		{"another's key", good, pkcs8(other), keyFile},
		{"another name", selfSigned(t, ec, "www.yourcompany.com"), sec1, certificateFile},
		{"wildcard of another level", selfSigned(t, ec, "*.com"), sec1, certificateFile},
		{"no name", selfSigned(t, ec), sec1, certificateFile},
		{"an address", selfSigned(t, ec, "192.0.2.1"), sec1, certificateFile},
		{"no certificate", sec1, sec1, certificateFile},
		{"empty", "", sec1, certificateFile},
		{"broken", strings.Replace(good, "\nMI", "\nMM", 1), sec1, certificateFile},
		{"no key", good, good, keyFile},
		{"empty key", good, "", keyFile},
		{"encrypted key", good, pemKey("ENCRYPTED PRIVATE KEY", []byte("x")), keyFile},
	}
}

// TestCertificate wants of rcgen what Traefik takes (crypto/tls, X509KeyPair) and
// browsers accept for the domain.
func TestCertificate(t *testing.T) {
	for _, c := range certificateCases(t) {
		t.Run(c.name, func(t *testing.T) {
			found := checkCertificate(c.cert, c.key, certifiedName)
			if c.want == "" && len(found) > 0 || c.want != "" &&
				(len(found) != 1 || found[0].File != c.want || found[0].Code != FindCertificate) {
				t.Errorf("found %+v, want one for %q", found, c.want)
			}
			for _, f := range found {
				if f.Hint == "" || strings.Contains(f.Message, "PRIVATE KEY-----") {
					t.Errorf("%+v: wants a hint, and nothing of the key", f)
				}
			}
		})
	}
}

func TestCertificateDomain(t *testing.T) {
	ec := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	sec1 := pemKey("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(ec))(t))
	if found := checkCertificate(selfSigned(t, ec, "192.0.2.1"), sec1, "192.0.2.1"); len(found) > 0 {
		t.Errorf("an address as the domain: found %+v", found)
	}
	if found := checkCertificate(selfSigned(t, ec, "other"), sec1, ""); len(found) > 0 {
		t.Errorf("no domain to compare with: found %+v", found)
	}
}

// checkCertificate checks a project that has Traefik serve these files.
func checkCertificate(cert, key, domain string) []Finding {
	p := files(tree.ComposeFile, "services:\n  traefik:\n    image: traefik:v3\n    volumes: ['./secrets:/run/secrets:ro']\n", certificateFile, cert, keyFile, key)
	return Files(p, stack.Host{}, Disk{Exists: func(string) bool { return true }, Domain: domain})
}
