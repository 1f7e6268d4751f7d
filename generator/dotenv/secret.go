package dotenv

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Shortest is the length from which a value can be a secret, in bytes: a shorter one
// could not be told from words of a text. Assumption; NIST SP 800-63B lets no password be
// shorter, and rcgen's own have 32.
const Shortest = 8

// secretEndings end the names of variables that hold secrets.
var secretEndings = []string{
	"PASSWORD", "PASSWD", "PASSPHRASE", "_PASS", "SECRET", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "SECRET_KEY",
	"ACCESS_KEY", "ACCESS_KEY_ID", "KEYFILE", "LICENSE", "LICENCE",
	"ALERT_URL", // whoever has the address of a webhook may post to it
}

// Named reports whether a variable holds a secret by its name, whatever its value.
func Named(name string) bool {
	return hasEnding(name, secretEndings)
}

func hasEnding(name string, endings []string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc(endings, func(end string) bool { return strings.HasSuffix(name, end) })
}

// Secret reports whether the value of a variable is a secret: by the variable's name, by
// a password in a URL, or since it looks drawn by chance. Short values and ordinary ones
// (words that each text may have, paths, switches) are none, whatever the name.
func Secret(name, value string) bool {
	if len(value) < Shortest || ordinary(value) {
		return false
	}
	return Named(name) || credentials(value, "/ ") || !harmless(name) && random(value)
}

// Parts returns what must not be shown of a variable's value; nothing where it is no
// secret. Of a URL it is, besides the whole, the password as written and decoded, and what
// looks drawn by chance in its path and query, like the token of a webhook.
func Parts(name, value string) []string {
	if !Secret(name, value) {
		return nil
	}
	all := []string{value}
	scheme, rest, isURL := strings.Cut(value, "://")
	if !isURL || strings.ContainsAny(scheme, " \n") {
		return all
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 { // a password may have an unescaped one
		user, password, _ := strings.Cut(rest[:at], ":")
		all = append(all, worth(password)...)
		if random(user) {
			all = append(all, worth(user)...)
		}
		rest = rest[at+1:]
	}
	for _, part := range strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune("/?&=#", r) }) {
		if random(part) {
			all = append(all, worth(part)...)
		}
	}
	return all
}

// worth returns a part of a URL as it is written and decoded, where those are secrets.
func worth(part string) []string {
	var all []string
	decoded, err := url.PathUnescape(part)
	if err != nil {
		decoded = part
	}
	for _, p := range []string{part, decoded} {
		if len(p) >= Shortest && !ordinary(p) && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// Credentials reports whether a URL in text has a literal password in it; a variable of
// Compose, $NAME or ${NAME}, is none.
func Credentials(text string) bool {
	return credentials(strings.ReplaceAll(text, "$$", ""), "/ $") // two: a dollar, not a variable
}

// reference is a variable that the program which reads a value puts in itself.
var reference = regexp.MustCompile(`^\$(?:\w+|\{[^}]*\})$`)

// credentials is Credentials for a user and password without the given characters. A
// dollar in the value of a variable is one, but for a password that is a reference whole.
func credentials(text, without string) bool {
	for _, rest := range strings.Split(text, "://")[1:] {
		user, host, at := strings.Cut(rest, "@")
		_, password, colon := strings.Cut(user, ":")
		if at && colon && host != "" && password != "" && !strings.ContainsAny(user, without) &&
			!reference.MatchString(password) {
			return true
		}
	}
	return false
}

// common are words that every text about a deployment may have, in lower case: to take
// them out would make it unreadable, and show what they stand for.
var common = []string{
	"rocketchat", "rocket.chat", "prometheus", "alertmanager", "localhost", "password", "changeme", "disabled", "required",
	"optional", "no-reply", "unlimited", "automatic",
}

// place is a path of plain names: from the root, the home or the directory at hand, or one
// to a file with an extension. Base64 may look like it, but then random tells.
var place = regexp.MustCompile(`^(?:(?:~|\.{1,2})?(?:/[\w.@-]+)+/?|[\w-]+(?:/[\w.-]+)*/[\w-]+\.[a-z]{2,5})$`)

// ordinary reports whether a value is no secret, whatever its variable is called.
func ordinary(value string) bool {
	return slices.Contains(common, strings.ToLower(value)) || place.MatchString(value) && !random(value)
}

// harmlessEndings end the names of variables that say where something is, or which.
var harmlessEndings = []string{
	"IMAGE", "TAG", "VERSION", "DIGEST",
	"HOST", "DOMAIN", "ROOT", "DIR", "PATH", "REGION", "BUCKET",
}

// harmless reports whether a variable is one of those, or what Compose and Docker read
// themselves: what looks drawn by chance there was made by a machine.
func harmless(name string) bool {
	upper := strings.ToUpper(name)
	return strings.HasPrefix(upper, "COMPOSE_") || strings.HasPrefix(upper, "DOCKER_") || hasEnding(name, harmlessEndings)
}
