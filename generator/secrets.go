package generator

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"rcgen/generator/dotenv"
	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// The variables of EnvFile that hold secrets.
const (
	secretKeyfile  = "MONGODB_KEYFILE"
	secretRoot     = "MONGODB_ROOT_PASSWORD"
	secretApp      = "MONGODB_APP_PASSWORD"
	secretExporter = "MONGODB_EXPORTER_PASSWORD"
	secretBackup   = "MONGODB_BACKUP_PASSWORD"
	secretMongoURL = "MONGO_URL"
	secretNATS     = "NATS_PASSWORD"
	secretGrafana  = "GRAFANA_ADMIN_PASSWORD"
	secretAdmin    = "ADMIN_PASSWORD"
	secretS3Key    = "S3_ACCESS_KEY_ID"
	secretS3Secret = "S3_SECRET_ACCESS_KEY"
	secretSMTP     = "SMTP_PASSWORD"
	secretAlertURL = "ALERT_URL"
)

// inURLs are the secrets that compose.yaml puts into URLs, where unreserved
// characters alone stand for themselves (RFC 3986, 2.3).
var inURLs = []string{secretApp, secretExporter, secretNATS}

const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

// secretLength is the number of letters and digits in a secret: 62^32 is above
// 2^190, and MongoDB takes a keyfile of 6 to 1024 such characters
// (mongodb.com/docs/manual/core/security-internal-authentication, keyfiles).
const secretLength = 32

// Secrets is the content of EnvFile. It is no part of a Request or a Plan, so
// that it cannot reach a file that is committed.
type Secrets struct {
	env  []byte
	from string   // file of the project that was read in the place of EnvFile; empty: EnvFile itself
	Made []string // names of the secrets that were not there before
}

// StandInSecrets returns what another file of the project holds in the place of
// EnvFile, to check and generate a project where its secrets are not. Those it
// lacks get plainly fake values, and EnvFile is not written then.
func StandInSecrets(r Request, path string, env []byte) (Secrets, error) {
	known, err := dotenv.Parse(env)
	if err != nil {
		return Secrets{}, fault.New("%s: %v", path, err).Fix("write NAME=value, one on each line, and close every quote")
	}
	b := bytes.NewBuffer(append([]byte{}, env...))
	fmt.Fprintln(b)
	made, given := secretNames(r)
	for _, name := range append(made, given...) {
		if known[name] == "" {
			fmt.Fprintf(b, "%s=fake-not-a-secret\n", name)
		}
	}
	return Secrets{env: b.Bytes(), from: path}, nil
}

// secretNames returns the variables a request needs, in the order of EnvFile:
// those that rcgen makes, and those that only a person can know.
func secretNames(r Request) (made, given []string) {
	made = []string{secretNATS, secretGrafana}
	if r.MongoDB.External {
		given = append(given, secretMongoURL)
	} else {
		made = append([]string{secretKeyfile, secretRoot, secretApp, secretExporter, secretBackup}, made...)
	}
	if r.Admin.Username != "" {
		made = append(made, secretAdmin)
	}
	if r.Uploads.Storage == UploadsS3 {
		given = append(given, secretS3Key, secretS3Secret)
	}
	if r.SMTP.Username != "" {
		given = append(given, secretSMTP)
	}
	if r.Alerts.Receiver == AlertRocketChat || r.Alerts.Receiver == AlertWebhook {
		given = append(given, secretAlertURL)
	}
	return made, given
}

// NewSecrets keeps every line of an existing EnvFile and adds the secrets it
// lacks: those a person gives, by name, and those drawn from random. One that
// nobody gives and one that is there already with another value are errors.
func NewSecrets(r Request, env []byte, given map[string]string, random io.Reader) (Secrets, error) {
	known, err := dotenv.Parse(env)
	if err != nil {
		return Secrets{}, fault.New("%s: %v", tree.EnvFile, err).
			Fix("write NAME=value, one on each line, and close every quote")
	}
	f := envFile{known: known}
	if len(env) == 0 {
		f.text.WriteString(envHead)
	}
	f.text.Write(env)
	if len(env) > 0 && env[len(env)-1] != '\n' && f.lacks(r, given) {
		f.text.WriteByte('\n')
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if err := f.give(name, given[name]); err != nil {
			return Secrets{}, err
		}
	}
	makes, needs := secretNames(r)
	for _, name := range needs {
		if f.known[name] == "" {
			return Secrets{}, fault.New("%s: %s is missing", tree.EnvFile, name).
				Fix(fmt.Sprintf("write %s='...' into %s, or give a file that holds it: --secret %[1]s=FILE", name, tree.EnvFile))
		}
	}
	var made []string
	for _, name := range makes {
		if f.known[name] != "" {
			continue
		}
		value, err := newSecret(random)
		if err != nil {
			return Secrets{}, err
		}
		f.add(name, value)
		made = append(made, name)
	}
	if len(env) == 0 {
		f.text.WriteString(envTail)
	}
	return Secrets{env: f.text.Bytes(), Made: made}, nil
}

// envFile is EnvFile while secrets are added to it.
type envFile struct {
	text  bytes.Buffer
	known map[string]string
}

// lacks reports whether anything will be added.
func (f *envFile) lacks(r Request, given map[string]string) bool {
	makes, _ := secretNames(r)
	absent := func(name string) bool { return f.known[name] == "" }
	return slices.ContainsFunc(makes, absent) || slices.ContainsFunc(slices.Sorted(maps.Keys(given)), absent)
}

func (f *envFile) add(name, line string) {
	fmt.Fprintf(&f.text, "%s=%s\n", name, line)
	f.known[name] = line
}

// give adds a secret that a person gave. It is quoted and read back, so that what
// reaches the container is what was in the person's file.
func (f *envFile) give(name, value string) error {
	if !isVariable(name) || value == "" {
		return fault.New("secret: %q is not the name of a variable, or has no value", name).
			Fix("like SMTP_PASSWORD")
	}
	if name == secretMongoURL {
		if err := CheckMongoURL(value); err != nil {
			return err
		}
	}
	if slices.Contains(inURLs, name) && strings.Trim(value, unreserved) != "" {
		return fault.New("secret: %s holds a character that a URL takes for its own", name).
			Fix("letters, digits, -, ., _ and ~")
	}
	control := func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }
	if strings.ContainsFunc(value, control) {
		return fault.New("secret: %s holds a control character", name).Fix("give a file of text")
	}
	if have := f.known[name]; have == value {
		return nil
	} else if have != "" {
		return fault.New("%s: %s is there already with another value", tree.EnvFile, name).
			Fix("change it there")
	}
	line := "'" + value + "'" // single quotes: Compose takes every $ literally
	if strings.ContainsAny(value, "'\\\n") {
		line = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "\n", `\n`).Replace(value) + `"`
	}
	if read, err := dotenv.Parse([]byte(name + "=" + line + "\n")); err != nil || read[name] != value {
		return fault.New("secret: %s holds characters that %s cannot", name, tree.EnvFile).
			Fix("use letters and digits, or write it into " + tree.EnvFile + " yourself")
	}
	f.add(name, line)
	return nil
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
	made, given := secretNames(r)
	for _, name := range append(made, given...) {
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
		return fault.New("mongo URL: does not begin with mongodb:// or mongodb+srv://").Fix(hint)
	case strings.ContainsAny(url, " \t\r\n'\"\\`"):
		return fault.New("mongo URL: holds a character that does not belong there").
			Fix("one line, with spaces, quotes and backslashes percent-encoded")
	case strings.Trim(hosts, ",:") == "" || strings.HasPrefix(hosts, "?"):
		return fault.New("mongo URL: names no host").Fix(hint)
	}
	return nil
}
