package validate

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"

	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

// inEnvironment is a service with one line of environment, which is line 5.
func inEnvironment(line string, env ...string) []string {
	all := []string{tree.ComposeFile, oneService + "    environment:\n      " + line + "\n"}
	if len(env) > 0 {
		all = append(all, tree.EnvFile, strings.Join(env, "\n")+"\n")
	}
	return all
}

func TestCheckVariables(t *testing.T) {
	unset := []string{"variable-unset compose.yaml:5"}
	runCheckCases(t, []checkCase{
		{"braces", inEnvironment("A: ${X}"), unset},
		{"no braces", inEnvironment("A: $X"), unset},
		{"in the middle", inEnvironment("A: a${X}b"), unset},
		{"in a list", inEnvironment("- A=${X}"), unset},
		{"must be set", inEnvironment("A: ${X:?say it}"), unset},
		{"must be there", inEnvironment("A: ${X?say it}"), unset},
		{"default", inEnvironment("A: ${X:-d}"), nil},
		{"default where missing", inEnvironment("A: ${X-d}"), nil},
		{"empty default", inEnvironment("A: ${X:-}"), nil},
		{"empty default where missing", inEnvironment("A: ${X-}"), nil},
		{"other text", inEnvironment("A: ${X:+d}"), nil},
		{"other text where there", inEnvironment("A: ${X+d}"), nil},
		{"default of a default", inEnvironment("A: ${X:-${Y:-z}}"), nil},
		{"variable for a default", inEnvironment("A: ${X:-${Y}}"), unset},
		{"with and without a default", inEnvironment("A: ${X:-d} ${X}"), unset},
		{"without and with a default", inEnvironment("A: ${X} ${X:-d}"), unset},
		{"escaped", inEnvironment("A: $$X"), nil},
		{"escaped braces", inEnvironment("A: $${X}"), nil},
		{"escaped and not", inEnvironment("A: $$${X}"), unset},
		{"no variable", inEnvironment("A: a$ b $5"), nil},
		{"taken from the shell", inEnvironment("A:"), nil},
		{"in a key", inEnvironment("${X}: a"), nil}, // Compose leaves keys alone
		{"set", inEnvironment("A: ${X} $X ${X:?}", "X=1"), nil},
		{"set to nothing", inEnvironment("A: ${X}", "X="), nil},
		{"set to nothing and wanted", inEnvironment("A: ${X:?}", "X="), unset},
		{"set to nothing and there", inEnvironment("A: ${X?}", "X="), nil},
		{"set by Compose itself", inEnvironment("A: ${COMPOSE_PROJECT_NAME}"), nil},
		{"twice in one value", inEnvironment("A: ${X} $X"), unset},
		{"in two values", inEnvironment("A: ${X}\n      B: ${X}"), append(unset, "variable-unset compose.yaml:6")},
		{"for a number", compose(oneService + "    mem_limit: ${X}\n"), []string{"variable-unset compose.yaml:4"}},
		{"in the override", []string{tree.ComposeFile, oneService, "compose.override.yaml",
			"services:\n  a:\n    environment:\n\n      A: ${X}\n"}, []string{"variable-unset compose.override.yaml:5"}},
		{"in an anchor", compose("x-e: &e\n  A: ${X}\nservices:\n  a:\n    image: x:1\n    environment: *e\n"),
			[]string{"variable-unset compose.yaml:2"}},
		{"open brace", inEnvironment("A: ${X"), []string{"compose compose.yaml"}},
	})
}

// TestCheckUnreadableEnv: what is wrong with .env is said without its content.
func TestCheckUnreadableEnv(t *testing.T) {
	const leak = "hunter2hunter2"
	for _, env := range []string{"A='" + leak, leak + " is it\n", "A=\"" + leak + "\n", "A B=" + leak + "\n"} {
		found := Files(files(tree.ComposeFile, oneService, tree.EnvFile, env), stack.Host{}, Disk{})
		if len(found) == 0 {
			t.Errorf("%q: nothing found", env)
		}
		for _, f := range found {
			if f.File != tree.EnvFile || f.Code != FindVariable || strings.Contains(fmt.Sprintf("%+v", f), leak) {
				t.Errorf("%q: found %+v", env, f)
			}
		}
	}
}

func TestCheckLimits(t *testing.T) {
	const sum = "limit-over-host compose.yaml"
	runCheckCases(t, []checkCase{
		{"all of the host", compose(oneService + "    cpus: 4\n    mem_limit: 8g\n"), nil},
		{"cpus", compose(oneService + "    cpus: 4.01\n"), []string{"limit-over-host compose.yaml:4"}},
		{"memory", compose(oneService + "    mem_limit: 9g\n"), []string{"limit-over-host compose.yaml:4", sum}},
		{"as deploy", compose(oneService +
			"    deploy:\n      resources:\n        limits:\n          cpus: '5'\n          memory: 9g\n"),
			[]string{"limit-over-host compose.yaml:7", "limit-over-host compose.yaml:8", sum}},
		{"together", compose("services:\n  a: {image: 'x:1', mem_limit: 5g}\n  b: {image: 'x:1', mem_limit: 4g}\n"),
			[]string{sum}},
		{"together just so", compose("services:\n  a: {image: 'x:1', mem_limit: 5g}\n  b: {image: 'x:1', mem_limit: 3g}\n"),
			nil},
		{"replicas together", compose(oneService + "    mem_limit: 3g\n    scale: 3\n"), []string{sum}},
		{"switched off", compose(oneService + "    mem_limit: 5g\n  b: {image: 'x:1', mem_limit: 5g, scale: 0}\n"), nil},
		{"from an anchor", compose("x-s: &x\n  cpus: 5\nservices:\n  a:\n    <<: *x\n    image: x:1\n"),
			[]string{"limit-over-host compose.yaml:2"}},
		{"from one of two anchors", compose("x-s: &x\n  image: x:1\nx-t: &y\n  cpus: 5\nservices:\n  a:\n    <<: [*x, *y]\n"),
			[]string{"limit-over-host compose.yaml:4"}},
		{"override wins", []string{tree.ComposeFile, oneService + "    cpus: 5\n", "compose.override.yaml",
			"services:\n  a:\n\n    cpus: 6\n"}, []string{"limit-over-host compose.override.yaml:4"}},
		{"override mends", []string{tree.ComposeFile, oneService + "    cpus: 5\n", "compose.override.yaml",
			"services:\n  a:\n    cpus: 3\n"}, nil},
	})
}

func TestCheckSecrets(t *testing.T) {
	exposed := []string{"secret-exposed compose.yaml:5"}
	runCheckCases(t, []checkCase{
		{"in a list", inEnvironment("- DB_PASSWORD=abc"), exposed},
		{"in a mapping", inEnvironment("DB_PASSWORD: abc"), exposed},
		{"small letters", inEnvironment("db_password: abc"), exposed},
		{"token", inEnvironment("- GITHUB_TOKEN=abc"), exposed},
		{"key", inEnvironment("API_KEY: abc"), exposed},
		{"number", inEnvironment("DB_PASSWORD: 12345"), exposed},
		{"variable", inEnvironment("DB_PASSWORD: ${P}", "P=abc"), nil},
		{"variable in a list", inEnvironment("- DB_PASSWORD=${P}", "P=abc"), nil},
		{"from the shell", inEnvironment("- DB_PASSWORD"), nil},
		{"from the shell, mapping", inEnvironment("DB_PASSWORD:"), nil},
		{"empty", inEnvironment("- DB_PASSWORD="), nil},
		{"a switch", inEnvironment("RESET_PASSWORD: 'true'"), nil},
		{"a file", inEnvironment("DB_PASSWORD_FILE: /run/secrets/db"), nil},
		{"not environment", compose(oneService + "    labels:\n      DB_PASSWORD: abc\n"), nil},
		{"URL", inEnvironment("URL: mongodb://u:p@h/d"), exposed},
		{"URL in a list", inEnvironment("- URL=mongodb://u:p@h/d"), exposed},
		{"URL without a user", inEnvironment("URL: redis://:p@h"), exposed},
		{"URL in capitals", inEnvironment("URL: HTTPS://u:p@h"), exposed},
		{"URL with a dollar in it", inEnvironment("URL: mongodb://u:p$$w@h/d"), exposed},
		{"second URL", inEnvironment("URL: http://a/ mongodb://u:p@h/d"), exposed},
		{"URL with a variable", inEnvironment("URL: mongodb://u:${P}@h/d", "P=abc"), nil},
		{"URL of a database without a password", inEnvironment("MONGO_URL: mongodb://db:27017/rocketchat?replicaSet=rs0"),
			nil},
		{"URL with a user alone", inEnvironment("URL: ssh://git@h/d"), nil},
		{"URL with a port", inEnvironment("URL: http://h:80/a@b"), nil},
		{"URL in a command", compose(oneService + "    command:\n      - --url=nats://u:p@h\n"), exposed},
		{"anchor of environment", compose("x-e: &e\n  DB_PASSWORD: abc\nservices:\n  a:\n    image: x:1\n    environment: *e\n"), []string{"secret-exposed compose.yaml:2"}},
		{"merged into environment", compose("x-e: &e\n  DB_PASSWORD: abc\nservices:\n  a:\n    image: x:1\n    environment:\n      <<: *e\n"), []string{"secret-exposed compose.yaml:2"}},
		{"in the override", []string{tree.ComposeFile, oneService, "compose.override.yaml",
			"services:\n  a:\n    environment:\n      - DB_PASSWORD=abc\n"}, []string{"secret-exposed compose.override.yaml:4"}},
		{"value of .env", []string{tree.ComposeFile, oneService, tree.EnvFile, "A_PASSWORD=abcdefgh\n", "notes.md",
			"it is abcdefgh\n"}, []string{"secret-exposed notes.md"}},
		{"value in a default", inEnvironment("A: ${A_PASSWORD:-abcdefgh}", "A_PASSWORD=abcdefgh"),
			[]string{"secret-exposed compose.yaml"}},
		{"value that is a common word", []string{tree.ComposeFile, oneService, tree.EnvFile, "A_PASSWORD=chat\n", "notes.md",
			"chat\n"}, nil},
		{"value that is no secret", []string{tree.ComposeFile, oneService, tree.EnvFile, "A_HOST=abcdefgh\n", "notes.md",
			"abcdefgh\n"}, nil},
		{"value below secrets/", []string{tree.ComposeFile, oneService, tree.EnvFile, "A_PASSWORD=abcdefgh\n", "secrets/a",
			"abcdefgh\n"}, nil},
		{"value that every text has", []string{tree.ComposeFile, oneService, tree.EnvFile, "A_PASSWORD=rocketchat\n",
			"notes.md", "rocketchat\n"}, nil},
		{"value drawn by chance", []string{tree.ComposeFile, oneService, tree.EnvFile, "A=kR4vT9xQ2mZ7pL1w\n", "notes.md",
			"kR4vT9xQ2mZ7pL1w\n"}, []string{"secret-exposed notes.md"}},
		{"password in a URL", []string{tree.ComposeFile, oneService, tree.EnvFile, "A='mongodb://u:long%2Dpassword@h'\n",
			"notes.md", "long-password\n"}, []string{"secret-exposed notes.md"}},
		{"URL of the database", []string{tree.ComposeFile, oneService, tree.EnvFile, "MONGO_URL='mongodb://u:p@h'\n",
			"notes.md", "mongodb://u:p@h\n"}, []string{"secret-exposed notes.md"}},
	})
}

// TestCheckSecondDocument: Compose merges every document of a file, so what is
// wrong in a later one must not go unseen.
func TestCheckSecondDocument(t *testing.T) {
	for _, line := range []string{"environment: [DB_PASSWORD=abc]", "environment: ['A=${X}']", "image: busybox",
		"cpus: 5"} {
		text := oneService + "---\nservices:\n  a:\n    " + line + "\n"
		if found := Files(files(tree.ComposeFile, text), stack.Host{Cores: 4, Memory: units.GiB}, Disk{}); len(found) == 0 {
			t.Errorf("%s: nothing found", line)
		}
	}
}

func TestCheckEnvMode(t *testing.T) {
	for mode, want := range map[uint32]int{0o600: 0, 0o400: 0, 0o644: 1, 0o640: 1, 0o604: 1} {
		p := files(tree.ComposeFile, oneService, tree.EnvFile, "A=b\n")
		for i := range p.Files {
			if p.Files[i].Path == tree.EnvFile {
				p.Files[i].Mode = p.Files[i].Mode&^0o777 | fs.FileMode(mode)
			}
		}
		found := Files(p, stack.Host{}, Disk{})
		if len(found) != want || want == 1 && (found[0].Code != FindSecret || found[0].File != tree.EnvFile) {
			t.Errorf("mode %04o: found %+v", mode, found)
		}
	}
}

func TestCheckPaths(t *testing.T) {
	there := map[string]bool{"here": true, "/abs": true, "secrets": true, "secrets/tls.crt": true}
	exists := func(p string) bool { return there[path.Clean(p)] }
	const missing = "path-missing compose.yaml"
	traefik := "services:\n  traefik:\n    image: traefik:v3\n    volumes: ['./%s:/run/secrets:ro']\n"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"there", oneService + "    volumes: ['./here:/a', '/abs:/b', 'v:/c']\nvolumes: {v: }\n", nil},
		{"bind mount", oneService + "    volumes: ['./gone:/a']\n", []string{missing + ":4"}},
		{"absolute", oneService + "    volumes: ['/gone:/a:ro']\n", []string{missing + ":4"}},
		{"long form", oneService + "    volumes: [{type: bind, source: gone, target: /a}]\n", []string{missing + ":4"}},
		{"with a variable", oneService + "    volumes: ['${V:-./gone}:/a']\n", []string{missing + ":4"}},
		{"env_file", oneService + "    env_file: gone.env\n", []string{missing + ":4"}},
		{"env_file that may be missing", oneService + "    env_file: [{path: gone.env, required: false}]\n", nil},
		{"secret", oneService + "    secrets: [s]\nsecrets: {s: {file: ./gone}}\n", []string{missing}},
		{"config", oneService + "    configs: [c]\nconfigs: {c: {file: ./gone}}\n", []string{missing}},
		{"not from files", oneService +
			"secrets: {e: {external: true}, v: {environment: HOME}}\nconfigs: {c: {content: x}}\n", nil},
		{"certificate", fmt.Sprintf(traefik, "secrets"), []string{"path-missing traefik/dynamic/rocketchat.yaml"}},
		{"no certificate", fmt.Sprintf(traefik, "here"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := []string{}
			for _, f := range Files(files(tree.ComposeFile, c.text), stack.Host{}, Disk{Exists: exists}) {
				at := f.File
				if f.Line > 0 {
					at += fmt.Sprintf(":%d", f.Line)
				}
				got = append(got, f.Code+" "+at)
			}
			if strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if found := Files(files(tree.ComposeFile, c.text), stack.Host{}, Disk{}); len(found) > 0 {
				t.Errorf("without a disk: found %+v", found)
			}
		})
	}
}
