package generator

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"rcgen/generator/dotenv"
	"rcgen/generator/tree"
)

// readEnv reads .env as Compose does.
func readEnv(t *testing.T, s Secrets) map[string]string {
	t.Helper()
	return must(dotenv.Parse(s.env))(t)
}

func anExternal() Request {
	r := aRequest()
	r.MongoDB.External = true
	return r
}

func TestNewSecret(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	const all = letters + "0123456789"
	random := rand.NewChaCha8([32]byte{1})
	seen, drawn := map[string]bool{}, map[byte]int{}
	const secrets = 4000
	for range secrets {
		s := must(newSecret(random))(t)
		if len(s) != secretLength || strings.Trim(s, all) != "" || !strings.Contains(letters, s[:1]) || seen[s] {
			t.Fatalf("secret %q", s)
		}
		seen[s] = true
		for _, b := range []byte(s[1:]) {
			drawn[b]++
		}
	}
	// the standard deviation of a count is its root, 45 of 2000: six of them are never seen
	want := secrets * (secretLength - 1) / len(all)
	for _, b := range []byte(all) {
		if n := drawn[b]; n < want-270 || n > want+270 {
			t.Errorf("%c: drawn %d times, want about %d", b, n, want)
		}
	}
}

func TestNewSecretsNames(t *testing.T) {
	for _, r := range []Request{aRequest(), anExternal()} {
		env := readEnv(t, fakeSecrets(t, r))
		made, asked := secretNames(r)
		names := append(made, asked...)
		if len(env) != len(names) {
			t.Errorf("external %v: %d variables, want %d", r.MongoDB.External, len(env), len(names))
		}
		values := map[string]bool{}
		for _, name := range names {
			if env[name] == "" || values[env[name]] {
				t.Errorf("%s: empty, or the same as another", name)
			}
			values[env[name]] = true
		}
		example := must(dotenv.Parse(exampleEnv(r)))(t)
		for _, name := range names {
			if example[name] == "" || !strings.Contains(example[name], "fake") {
				t.Errorf("%s: %s has %q", tree.EnvExample, name, example[name])
			}
		}
		if len(example) != len(names) {
			t.Errorf("%s has %d variables, want %d", tree.EnvExample, len(example), len(names))
		}
	}
}

// whole is an .env with every secret of a request.
const whole = "MONGODB_KEYFILE=k\nMONGODB_ROOT_PASSWORD=r\nMONGODB_APP_PASSWORD=a\nMONGODB_EXPORTER_PASSWORD=e\nMONGODB_BACKUP_PASSWORD=b\nNATS_PASSWORD=n\nGRAFANA_ADMIN_PASSWORD=g\n"

// envFiles are files that stand there before, with the number of lines that must be added.
var envFiles = []struct {
	name, env string
	added     int
}{
	{"whole", whole, 0},
	{"a person's own lines", "# ours\nSMTP_HOST=mail\n\n" + whole + "\nROCKETCHAT_LICENSE=\"a b\"\n", 0},
	{"one of them", "NATS_PASSWORD=ours\n", 6},
	{"no line end", "NATS_PASSWORD=ours", 6},
	{"lines of Windows", "# ours\r\nNATS_PASSWORD=ours\r\nMONGODB_KEYFILE='k'\r\n", 5},
	{"export", "export NATS_PASSWORD=ours\n", 6},
	{"empty value", "NATS_PASSWORD=\nGRAFANA_ADMIN_PASSWORD=ours\n", 6},
	{"only a comment", "# ours\n", 7},
	{"a blank line", "\n", 7},
}

// TestSecretsKept: what stands in .env stays, byte by byte and with its value;
// only what is missing is added below.
func TestSecretsKept(t *testing.T) {
	for _, c := range envFiles {
		t.Run(c.name, func(t *testing.T) {
			before := must(dotenv.Parse([]byte(c.env)))(t)
			s := must(NewSecrets(aRequest(), []byte(c.env), nil, rand.NewChaCha8([32]byte{2})))(t)
			if !bytes.HasPrefix(s.env, []byte(c.env)) || s.env[len(s.env)-1] != '\n' {
				t.Errorf("the lines that were there changed: %q", s.env)
			}
			after := readEnv(t, s)
			for name, value := range before {
				if value != "" && after[name] != value {
					t.Errorf("%s: was %q, is %q", name, value, after[name])
				}
			}
			names, _ := secretNames(aRequest())
			for _, name := range names {
				if after[name] == "" {
					t.Errorf("%s: is empty", name)
				}
			}
			if added := strings.Count(string(s.env[len(c.env):]), "="); added != c.added {
				t.Errorf("%d lines added, want %d: %q", added, c.added, s.env)
			}
			again := must(NewSecrets(aRequest(), s.env, nil, failing{}))(t)
			if !bytes.Equal(again.env, s.env) {
				t.Errorf("the second time: %q", again.env)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no entropy") }

func TestSecretsErrors(t *testing.T) {
	const leak = "hunter2hunter2"
	for _, c := range []struct {
		name     string
		external bool
		env      string
		random   io.Reader
		want     string
	}{
		{"random source fails", false, "", failing{}, "no entropy"},
		{"random source ends", false, "", strings.NewReader("short"), "EOF"},
		{"no URL", true, "NATS_PASSWORD=x\n", rand.NewChaCha8([32]byte{}), secretMongoURL},
		{"not .env", false, leak + " and words\n", failing{}, "NAME=value"},
		{"open quote", false, "A='" + leak + "\n", failing{}, "NAME=value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := aRequest()
			r.MongoDB.External = c.external
			s, err := NewSecrets(r, []byte(c.env), nil, c.random)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), leak) || s.env != nil {
				t.Errorf("error %v with content %q: wants %q in it, no content and no secret", err, s.env, c.want)
			}
		})
	}
}

func TestExternalURL(t *testing.T) {
	for _, url := range []string{
		fakeURL,
		"mongodb://u:$$HOME@h/d?a=b",
		"mongodb://u:${HOME}@h/d?a=b",
		"mongodb://u:p%27%22%5C@h/d",
		"mongodb+srv://u:#p@h/d?a=b&c=d#e",
		"mongodb://u:p=q@[::1]:27017/d",
	} {
		if err := CheckMongoURL(url); err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		s := must(NewSecrets(anExternal(), nil, map[string]string{secretMongoURL: url}, rand.NewChaCha8([32]byte{})))(t)
		if got := readEnv(t, s)[secretMongoURL]; got != url {
			t.Errorf("got %q, want %q", got, url)
		}
		if !bytes.Contains(s.env, []byte(secretMongoURL+"='"+url+"'\n")) {
			t.Errorf("%s: is not in single quotes: %q", url, s.env)
		}
		kept := must(NewSecrets(anExternal(), s.env, map[string]string{secretMongoURL: url}, failing{}))(t)
		if !bytes.Equal(kept.env, s.env) {
			t.Errorf("%s: is there twice", url)
		}
		const leak = "hunter2"
		other := map[string]string{secretMongoURL: "mongodb://u:" + leak + "@other/d"}
		if _, err := NewSecrets(anExternal(), s.env, other, failing{}); err == nil || strings.Contains(err.Error(), leak) {
			t.Errorf("%s: another URL over it: %v", url, err)
		}
	}
}

func TestCheckMongoURL(t *testing.T) {
	const leak = "hunter2"
	for _, url := range []string{
		"", "mongodb://", "mongodb+srv://", "http://u:" + leak + "@h", "u:" + leak + "@h/d", "mongodb:/u:" + leak + "@h",
		"mongodb://u:" + leak + " @h", "mongodb://u:" + leak + "\n@h", "mongodb://u:" + leak + "'@h",
		"mongodb://u:" + leak + "\"@h",
		"mongodb://u:" + leak + "\\@h", "mongodb://u:" + leak + "`@h",
	} {
		err := CheckMongoURL(url)
		if err == nil || strings.Contains(err.Error(), leak) || len(hintsOf(err)) == 0 {
			t.Errorf("%q: got error %v with hints %v", url, err, hintsOf(err))
		}
	}
}

// TestSecretNames: what shows text to others takes out every secret of EnvFile.
func TestSecretNames(t *testing.T) {
	for _, name := range []string{
		secretKeyfile, secretRoot, secretApp, secretExporter, secretBackup, secretNATS, secretGrafana, secretAdmin,
		secretS3Key, secretS3Secret, secretSMTP, secretAlertURL,
	} {
		if !dotenv.Named(name) {
			t.Errorf("%s: not a secret by its name", name)
		}
	}
	if !dotenv.Secret(secretMongoURL, fakeURL) {
		t.Errorf("%s: not a secret by its password", secretMongoURL)
	}
}
