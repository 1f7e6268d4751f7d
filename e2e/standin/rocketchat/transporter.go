package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

var errTransporter = errors.New("invalid transporter")

// parseTransporter gives the NATS URL of TRANSPORTER. In a monolith the value must
// begin with "monolith+": without it Rocket.Chat takes itself for a microservice.
// The rest loses every "+", also in a password: the real one splits the value at
// them and joins the parts again.
func parseTransporter(v string) (string, error) {
	if v == "" {
		return "", nil
	}
	rest, ok := strings.CutPrefix(v, "monolith+")
	if !ok {
		return "", errTransporter
	}
	rest = strings.ReplaceAll(rest, "+", "")
	u, err := url.Parse(rest)
	if err != nil || u.Scheme != "nats" || u.Host == "" {
		// not %w: the error of net/url would print the password
		return "", fmt.Errorf("%w: what follows monolith+ is no nats:// URL", errTransporter)
	}
	return rest, nil
}
