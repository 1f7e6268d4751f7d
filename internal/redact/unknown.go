package redact

import (
	"regexp"
	"strings"
)

// host is a host behind :// with a port, which looks like a user with a password.
const host = `://(?:\[[^\s\]@/]*\](?::[0-9]{1,5})?|[^\s/:@]*:[0-9]{1,5})`

var (
	// credentials of a URL, up to their @: user and password, which may have unescaped
	// characters that end them elsewhere, or a user alone. A host with its port matches
	// first, and ends with another character. A password of up to five digits, one of /?#'
	// and more, unescaped, cannot be told from a port.
	credentials = regexp.MustCompile(host + "[/?#\"'`\\\\<>&|]" +
		`|` + host + `[,;)}\]][^\s/?"']*@|` + host + `[,;)}\]]` +
		`|://[^\s/:@"']*:\S*@|://[^\s/?#"'@]*@`)
	// What compose-go says of a broken .env quotes the line, and so the secret in it
	// (https://github.com/compose-spec/compose-go/blob/main/dotenv/parser.go).
	quotedEnv = regexp.MustCompile(`(unexpected character) ".*?" in variable name.*|` +
		`(unterminated quoted value).*|(\.env\b.*[Ii]nvalid template:).*`)
)

// unknown takes out what is a secret by its place.
func unknown(text string) string {
	text = credentials.ReplaceAllStringFunc(text, func(m string) string {
		if strings.HasSuffix(m, "@") {
			return "://***@"
		}
		return m
	})
	return quotedEnv.ReplaceAllString(text, "$1$2$3 (not shown, it may be a secret)")
}
