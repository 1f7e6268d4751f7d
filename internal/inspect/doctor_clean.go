package inspect

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"rcgen/generator"
	"rcgen/internal/status"
)

// shortSecret is the length below which a value of .env is no secret, in bytes: it
// would take words out of sentences (assumption; rcgen's own have 32).
const shortSecret = 8

// longestLine is how many bytes of another program's line an error quotes at most
// (internal/engine): a secret may be cut there, and what is left of it is one still.
const longestLine = 240

// cleaner returns what takes paths, and the values of the project's .env, out of a
// text.
func cleaner(dir string) func(string) string {
	hide := knownSecrets(dir)
	for _, secret := range hide {
		for n := min(len(secret)-1, longestLine); n >= shortSecret; n-- {
			hide = append(hide, secret[:n]+"...")
		}
	}
	slices.SortStableFunc(hide, func(a, b string) int { return len(b) - len(a) }) // one may begin another
	var pairs []string
	for _, secret := range hide {
		pairs = append(pairs, secret, "(secret)")
	}
	secrets, places := strings.NewReplacer(pairs...), knownPlaces(dir)
	return func(text string) string {
		text = secrets.Replace(text)
		for _, place := range places {
			text = place.ReplaceAllString(text, "(path)")
		}
		return status.WithoutPaths(text)
	}
}

// knownSecrets are the values of .env, with the passwords inside those that are URLs,
// and doctor's own password.
func knownSecrets(dir string) []string {
	values := []string{os.Getenv(doctorPassword)}
	text, err := fs.ReadFile(os.DirFS(dir), generator.EnvFile)
	if err == nil {
		for line := range strings.Lines(string(text)) {
			_, written, _ := strings.Cut(strings.TrimSpace(line), "=")
			value := unquoted(written)
			values = append(values, value, strings.Trim(written, `"'`))
			if u, err := url.Parse(value); err == nil && u.User != nil {
				password, _ := u.User.Password()
				values = append(values, password, url.QueryEscape(password))
			}
		}
	}
	return slices.DeleteFunc(values, func(v string) bool { return len(v) < shortSecret })
}

// knownPlaces are the project's directory and the person's own: their names may hold
// spaces, where the end of a path is not seen. A short one is no name of a person's.
func knownPlaces(dir string) []*regexp.Regexp {
	abs, _ := filepath.Abs(dir)
	real, _ := filepath.EvalSymlinks(abs)
	own, _ := os.UserHomeDir()
	var all []*regexp.Regexp
	for _, place := range []string{abs, real, own} {
		if strings.Count(place, string(filepath.Separator)) > 1 {
			all = append(all, regexp.MustCompile(regexp.QuoteMeta(place)+`\b`))
		}
	}
	return all
}
