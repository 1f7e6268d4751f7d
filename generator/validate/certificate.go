package validate

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"rcgen/generator/tree"
)

// The certificate of a project with TLS mode files.
const (
	certificateFile = "secrets/tls.crt" // PEM, the server's own first, then its chain
	keyFile         = "secrets/tls.key" // PEM
)

// certificate reports a certificate that Traefik would not serve, or that
// browsers would refuse for the domain. Missing files are reported by paths; the
// time of expiry needs a clock, which Prometheus has.
func (m *model) certificate(p tree.Project, domain string) []Finding {
	cert, ok1 := p.File(certificateFile)
	key, ok2 := p.File(keyFile)
	if !ok1 || !ok2 || !m.mountsSecrets() {
		return nil
	}
	file := certificateFile
	leaf, err := parseCertificate(cert.Content)
	if err == nil {
		file = keyFile
		err = checkKey(leaf, key.Content)
	}
	if err == nil && domain != "" {
		file = certificateFile
		err = leaf.VerifyHostname(domain)
	}
	if err == nil {
		return nil
	}
	return []Finding{{Code: FindCertificate, File: file, Message: err.Error(),
		Hint: "PEM: the certificate for the domain first, then its chain, in " + certificateFile +
			"; its key, not encrypted, in " + keyFile}}
}

func parseCertificate(data []byte) (*x509.Certificate, error) {
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return nil, errors.New("holds no PEM certificate")
		}
		if block.Type == "CERTIFICATE" {
			return x509.ParseCertificate(block.Bytes)
		}
		data = rest
	}
}

// checkKey returns why data is not the private key of a certificate.
func checkKey(leaf *x509.Certificate, data []byte) error {
	block, rest := pem.Decode(data)
	for block != nil && !strings.HasSuffix(block.Type, "PRIVATE KEY") {
		block, rest = pem.Decode(rest) // openssl writes the curve's parameters first
	}
	if block == nil {
		return errors.New("holds no PEM private key")
	}
	key, err := parseKey(block.Bytes)
	if err != nil {
		return err
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(leaf.PublicKey) {
		return errors.New("does not belong to the certificate")
	}
	return nil
}

// parseKey reads the three forms in which private keys come.
func parseKey(der []byte) (crypto.Signer, error) {
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if signer, ok := k.(crypto.Signer); ok {
			return signer, nil
		}
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k, nil
	}
	return nil, fmt.Errorf("is not an RSA, ECDSA or Ed25519 private key, or is encrypted")
}
