package redact

import "regexp"

var (
	// credentials of a URL: user and password, which may have unescaped characters that
	// end them elsewhere, or a user alone.
	credentials = regexp.MustCompile(`://[^\s/:@"']*:\S*@|://[^\s/?#"'@]*@`)
	// port is what stands behind the host of a URL and looks like a password, with what ends
	// it: a password may begin with digits.
	port = regexp.MustCompile(`^://[^\s/:@]*:[0-9]{1,5}[/?#"',;)}\]\\]`)
	// What compose-go says of a broken .env quotes the line, and so the secret in it
	// (https://github.com/compose-spec/compose-go/blob/main/dotenv/parser.go).
	quotedEnv = regexp.MustCompile(`(unexpected character) ".*?" in variable name.*|` +
		`(unterminated quoted value).*|(\.env\b.*[Ii]nvalid template:).*`)
)

// unknown takes out what is a secret by its place.
func unknown(text string) string {
	text = credentials.ReplaceAllStringFunc(text, withoutCredentials)
	return quotedEnv.ReplaceAllString(text, "$1$2$3 (not shown, it may be a secret)")
}

// withoutCredentials is what is shown of credentials: a host and its port are none, but
// those of another URL may follow.
func withoutCredentials(match string) string {
	host := port.FindString(match)
	if host == "" {
		return "://***@"
	}
	return host + credentials.ReplaceAllStringFunc(match[len(host):], withoutCredentials)
}
