package redact

import "regexp"

var (
	// credentials of a URL: user and password, which may have unescaped characters that
	// end them elsewhere, or a user alone.
	credentials = regexp.MustCompile(`://[^\s/:@"']*:\S*@|://[^\s/?#"'@]*@`)
	// port is what stands behind the host of a URL and looks like a password.
	port = regexp.MustCompile(`^://[^\s/:@]*:[0-9]{1,5}[^0-9@]`)
	// What compose-go says of a broken .env quotes the line, and so the secret in it
	// (https://github.com/compose-spec/compose-go/blob/main/dotenv/parser.go).
	quotedEnv = regexp.MustCompile(`(unexpected character) ".*?" in variable name.*|` +
		`(unterminated quoted value).*|(\.env\b.*[Ii]nvalid template:).*`)
)

// unknown takes out what is a secret by its place.
func unknown(text string) string {
	text = credentials.ReplaceAllStringFunc(text, func(m string) string {
		if port.MatchString(m) {
			return m
		}
		return "://***@"
	})
	return quotedEnv.ReplaceAllString(text, "$1$2$3 (not shown, it may be a secret)")
}
