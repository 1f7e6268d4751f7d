// Package dotenv reads .env files as Compose does, and answers which of their values are
// secrets.
//
// What belongs here: both answers, for all who check files, record or redact. What does
// not: which secrets a project has (generator), the names of files (generator/tree), and
// taking secrets out of text (internal/redact).
package dotenv

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

// errSyntax says no more: the parser's own message quotes the line, which may hold a secret.
var errSyntax = errors.New("is not a list of NAME=value lines")

// Parse returns the variables of a file by name, in Compose's reading: quotes, comments,
// `export`, `NAME: value`, a byte order mark and references to variables above are
// resolved. The error quotes nothing of the file.
func Parse(content []byte) (map[string]string, error) {
	env, err := dotenv.Parse(bytes.NewReader(content))
	if err != nil {
		return nil, errSyntax
	}
	return env, nil
}

// Secrets returns what must not be shown of a file, sorted: the parts of each value that
// is a secret. A file that Compose refuses is read line by line, so that one broken line
// does not hide the others.
func Secrets(content []byte) []string {
	if env, err := Parse(content); err == nil {
		return secretsOf(env)
	}
	var all []string
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if env, err := Parse([]byte(line)); err == nil {
			all = append(all, secretsOf(env)...)
		} else {
			all = append(all, broken(line)...)
		}
		if random(line) { // of a value that goes over several lines
			all = append(all, line)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func secretsOf(env map[string]string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		all = append(all, Parts(name, env[name])...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// broken returns the secrets of a line that cannot be parsed: an open quote, or a name
// with a character that no name may have.
func broken(line string) []string {
	i := strings.IndexAny(line, "=:")
	if i < 0 {
		return nil
	}
	value, _, _ := strings.Cut(line[i+1:], " #")
	return Parts(strings.TrimSpace(line[:i]), strings.Trim(value, "'\" \t"))
}
