package engine

import (
	"os/exec"
	"regexp"
	"strings"

	"rcgen/generator"
)

// maxLine is how many bytes of a line an error quotes; assumption: three lines
// of a terminal are still read.
const maxLine = 240

// causes are the failures that a person can mend, by what docker's standard
// error says of them in lower case. The wordings are those of Docker 20.10 to 29.
var causes = []struct {
	signs      []string
	what, hint string
}{
	{
		[]string{"permission denied while trying to connect"},
		"this user may not use the Docker engine",
		"use sudo, or join the group docker, which is as good as root: https://docs.docker.com/engine/install/linux-postinstall/",
	}, {
		[]string{"unable to resolve docker endpoint", "context not found", "is not found on the file system"},
		"the Docker context cannot be used",
		"`docker context ls` lists the contexts; look at DOCKER_CONTEXT and DOCKER_HOST too",
	}, {
		[]string{"is too new. maximum supported api version", "is too old. minimum supported api version"},
		"docker and the engine do not fit together",
		"update the older of the two; `docker version` shows both",
	}, {
		[]string{"cannot connect to the docker daemon", "failed to connect to the docker api", "error during connect"},
		"the Docker engine cannot be reached",
		"start it (`sudo systemctl start docker`), or look at `docker context ls` and DOCKER_HOST",
	}, {
		[]string{"no configuration file provided"},
		"there is no compose.yaml",
		"run this in the directory of a project, or name it with --dir",
	},
}

// failure is the error for a program that ended with an exit status or a signal.
func failure(name string, exit *exec.ExitError, stderr string) error {
	line := useful(stderr)
	if line == "" {
		line = exit.String()
	}
	lower := strings.ToLower(stderr)
	for _, c := range causes {
		if containsAny(lower, c.signs) {
			return &generator.Error{What: name + ": " + c.what + ": " + line, Hint: c.hint}
		}
	}
	return &generator.Error{What: name + ": " + line}
}

// useful returns the first line of stderr that is neither a warning nor
// progress, which Compose indents, without secrets.
func useful(stderr string) string {
	for line := range strings.Lines(stderr) {
		text := strings.TrimSpace(line)
		warning := strings.HasPrefix(text, "time=") || strings.HasPrefix(text, "WARN")
		if text == "" || warning || strings.HasPrefix(line, " ") {
			continue
		}
		text = redact(text)
		if len(text) > maxLine {
			text = strings.ToValidUTF8(text[:maxLine], "") + "..."
		}
		return text
	}
	return ""
}

var (
	credentials = regexp.MustCompile(`://\S*@`)
	// What compose-go says of a broken .env quotes the line, and so the secret in
	// it (https://github.com/compose-spec/compose-go/blob/main/dotenv/parser.go).
	quotedEnv = regexp.MustCompile(`(unexpected character|unterminated quoted value).*`)
)

// redact removes the credentials of URLs and what is quoted of .env.
func redact(line string) string {
	line = credentials.ReplaceAllString(line, "://***@")
	return quotedEnv.ReplaceAllString(line, "$1 (not shown, it may be a secret)")
}

func containsAny(text string, signs []string) bool {
	for _, s := range signs {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}
