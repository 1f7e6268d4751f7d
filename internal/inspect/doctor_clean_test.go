package inspect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/internal/project"
)

// TestCleaner: what docker, git and the file system say in their errors.
func TestCleaner(t *testing.T) {
	t.Setenv("HOME", "/srv/people/jane doe")
	t.Setenv(doctorPassword, "probe-password")
	dir := filepath.Join(t.TempDir(), "our chat")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	env := "# made once\nROOT_PASSWORD=longsecret\nOTHER_PASSWORD: longsecret-and-more # note\n" +
		"COMPOSE_PROJECT_NAME=rocketchat\nSHORT_PASSWORD=admin\nexport QUOTED_TOKEN=\"with \\\"quotes\\\" inside\" # note\nMONGO_URL='mongodb://rc:in%40side-url@db1/x'\n"
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(env), 0o600); err != nil {
		t.Fatal(err)
	}
	clean := cleaner(dir, project.Redactor(dir, os.Getenv(doctorPassword)))
	for text, want := range map[string]string{
		"a longsecret-and-more, longsecret; admin":                      "a (secret), (secret); admin",
		"no such container: rocketchat-1":                               "no such container: rocketchat-1",
		"Authorization: Basic cmM6bG9uZ3NlY3JldA==":                     "Authorization: Basic cmM6(secret)",
		`by probe-password, with "quotes" inside, in%40side-url`:        "by (secret), (secret), (secret)",
		"in@side-url at mongodb://rc:in%40side-url@db1/x":               "(secret) at (secret)",
		"cut off: longsecret-and...":                                    "cut off: (secret)",
		dir + "/compose.yaml: line 3":                                   "compose.yaml: line 3",
		"stat " + dir + ": permission denied":                           "stat (path): permission denied",
		"/srv/people/jane doe/.docker/config.json: no":                  "config.json: no",
		"daemon at unix:///home/jane/.docker/run/docker.sock. Is it":    "daemon at docker.sock. Is it",
		`Get "http://%2Fhome%2Fjane%2Frun%2Fdocker.sock/v1.50/info"`:    `Get "http://docker.sock/v1.50/info"`,
		"mkdir /home/jane: permission denied":                           "mkdir (path): permission denied",
		"`/Users/jane/x/y.yaml`,/home/jane/z; C:\\Users\\jane\\a\\b":    "`y.yaml`,z; b",
		"open /etc/docker/daemon.json: no":                              "open daemon.json: no",
		"see https://docs.docker.com/home/install/ or x/home/y":         "see https://docs.docker.com/home/install/ or x/home/y",
		"HOME=/tmp mongosh mongodb://mongodb,mongodb-2/?replicaSet=rs0": "HOME=/tmp mongosh mongodb://mongodb,mongodb-2/?replicaSet=rs0",
	} {
		if got := clean(text); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
	nowhere := filepath.Join(dir, "nowhere")
	clean = cleaner(nowhere, project.Redactor(nowhere, os.Getenv(doctorPassword)))
	if got := clean("longsecret"); !strings.Contains(got, "longsecret") {
		t.Errorf("another project's .env was read: %s", got)
	}
}
