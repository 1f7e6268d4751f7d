package engine

import (
	"os/exec"
	"strings"

	"rcgen/generator/fault"
	"rcgen/internal/redact"
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
		"use sudo, or join the group docker, which is as good as root: " +
			"https://docs.docker.com/engine/install/linux-postinstall/",
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
func (e Engine) failure(name string, exit *exec.ExitError, stderr string) error {
	line := useful(e.shown(stderr))
	if line == "" {
		line = exit.String()
	}
	lower := strings.ToLower(stderr)
	for _, c := range causes {
		if containsAny(lower, c.signs) {
			return &fault.Error{What: name + ": " + c.what + ": " + line, Hint: c.hint}
		}
	}
	return &fault.Error{What: name + ": " + line}
}

// shown returns what another program said, without secrets and without what a terminal
// would obey. All of it has to be at hand: a secret may go over several lines.
func (e Engine) shown(text string) string { return redact.Printable(e.secrets.Text(text)) }

// useful returns the first line of stderr that is neither a warning nor
// progress, which Compose indents.
func useful(stderr string) string {
	for line := range strings.Lines(stderr) {
		text := strings.TrimSpace(line)
		warning := strings.HasPrefix(text, "time=") || strings.HasPrefix(text, "WARN")
		if text == "" || warning || strings.HasPrefix(line, " ") {
			continue
		}
		if len(text) > maxLine {
			text = strings.ToValidUTF8(text[:maxLine], "") + "..."
		}
		return text
	}
	return ""
}

func containsAny(text string, signs []string) bool {
	for _, s := range signs {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}
