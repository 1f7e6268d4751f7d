package generator

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// EnvFile holds the secrets of a project. Compose reads it by itself; .gitignore
// names it.
const EnvFile = ".env"

// EnvExample is a committed stand-in for EnvFile with plainly fake values, for
// checks where the secrets are not: `docker compose --env-file .env.example config`.
const EnvExample = ".env.example"

// The variables of EnvFile that hold secrets.
const (
	secretKeyfile  = "MONGODB_KEYFILE"
	secretRoot     = "MONGODB_ROOT_PASSWORD"
	secretApp      = "MONGODB_APP_PASSWORD"
	secretExporter = "MONGODB_EXPORTER_PASSWORD"
	secretMongoURL = "MONGO_URL"
	secretNATS     = "NATS_PASSWORD"
	secretGrafana  = "GRAFANA_ADMIN_PASSWORD"
)

// secretLength is the number of letters and digits in a secret: 62^32 is above
// 2^190, and MongoDB takes a keyfile of 6 to 1024 such characters
// (mongodb.com/docs/manual/core/security-internal-authentication, keyfiles).
const secretLength = 32

// Secrets is the content of EnvFile. It is no part of a Request or a Plan, so
// that it cannot reach a file that is committed.
type Secrets struct {
	env  []byte
	Made []string // names of the secrets that were not there before
}

// secretNames returns the variables a request needs, in the order of EnvFile.
func secretNames(r Request) []string {
	if r.MongoDB.External {
		return []string{secretMongoURL, secretNATS, secretGrafana}
	}
	return []string{secretKeyfile, secretRoot, secretApp, secretExporter, secretNATS, secretGrafana}
}

// NewSecrets keeps every line of an existing EnvFile and adds the secrets it
// lacks, drawn from random. mongoURL is the connection string of an external
// MongoDB; it is needed only where the request has one and env does not.
func NewSecrets(r Request, env []byte, mongoURL string, random io.Reader) (Secrets, error) {
	known, err := parseEnv(env)
	if err != nil {
		return Secrets{}, hinted("write NAME=value, one on each line, and close every quote", "%s: %v", EnvFile, err)
	}
	var b bytes.Buffer
	if len(env) == 0 {
		b.WriteString(envHead)
	}
	b.Write(env)
	var made []string
	for _, name := range secretNames(r) {
		if known[name] != "" {
			continue
		}
		if made == nil && len(env) > 0 && env[len(env)-1] != '\n' {
			b.WriteByte('\n')
		}
		made = append(made, name)
		value := mongoURL
		if name != secretMongoURL {
			if value, err = newSecret(random); err != nil {
				return Secrets{}, err
			}
		} else if value == "" {
			return Secrets{}, hinted("write MONGO_URL='mongodb://...' into .env", "%s: %s is missing", EnvFile, name)
		} else {
			value = "'" + value + "'" // single quotes: Compose takes every $ literally
		}
		fmt.Fprintf(&b, "%s=%s\n", name, value)
	}
	if len(env) == 0 {
		b.WriteString(envTail)
	}
	return Secrets{env: b.Bytes(), Made: made}, nil
}

const envHead = `# Secrets of this project, read by Compose. They were made once: a database that
# exists knows them, so keep this file with its backups and never commit it.
`

const envTail = `# Yours to set:
# ROCKETCHAT_LICENSE=
# REG_TOKEN=
`

// exampleEnv returns EnvExample.
func exampleEnv(r Request) []byte {
	var b strings.Builder
	b.WriteString("# Not secrets: stand-ins for the values in .env, to check the project where they are not:\n" +
		"#   docker compose --env-file .env.example config --quiet\n")
	for _, name := range secretNames(r) {
		value := "fake-not-a-secret"
		if name == secretMongoURL {
			value = "mongodb://fake-user:fake-not-a-secret@mongodb.invalid:27017/rocketchat?replicaSet=rs0"
		}
		fmt.Fprintf(&b, "%s=%s\n", name, value)
	}
	return []byte(b.String())
}

// newSecret draws letters and digits. The first is a letter: nats-server reads a
// value that begins with digits as a number (docs.nats.io, configuration,
// variables).
func newSecret(random io.Reader) (string, error) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	const all = letters + "0123456789"
	out := make([]byte, 0, secretLength)
	for buf := make([]byte, 1); len(out) < secretLength; {
		if _, err := io.ReadFull(random, buf); err != nil {
			return "", fmt.Errorf("random numbers: %w", err)
		}
		set := all
		if len(out) == 0 {
			set = letters
		}
		// a byte beyond the last whole multiple would make some letters likelier
		if n := int(buf[0]); n < 256/len(set)*len(set) {
			out = append(out, set[n%len(set)])
		}
	}
	return string(out), nil
}

// CheckMongoURL returns what is wrong with a connection string for an external
// MongoDB, without repeating it: it holds a password.
func CheckMongoURL(url string) error {
	const hint = "write it like mongodb://user:password@host1,host2,host3/rocketchat?replicaSet=rs0 on one line"
	scheme, rest, _ := strings.Cut(url, "://")
	hosts, _, _ := strings.Cut(rest[strings.LastIndex(rest, "@")+1:], "/")
	switch {
	case scheme != "mongodb" && scheme != "mongodb+srv":
		return hinted(hint, "mongo URL: does not begin with mongodb:// or mongodb+srv://")
	case strings.ContainsAny(url, " \t\r\n'\"\\`"):
		return hinted("one line, with spaces, quotes and backslashes percent-encoded", "mongo URL: holds a character that does not belong there")
	case strings.Trim(hosts, ",:") == "" || strings.HasPrefix(hosts, "?"):
		return hinted(hint, "mongo URL: names no host")
	}
	return nil
}
