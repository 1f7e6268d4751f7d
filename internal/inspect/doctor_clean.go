package inspect

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"rcgen/internal/redact"
	"rcgen/internal/status"
)

// cleaner returns what takes paths, and the secrets of the project, out of a text.
func cleaner(dir string, secrets redact.Redactor) func(string) string {
	places := knownPlaces(dir)
	return func(text string) string {
		text = secrets.Text(text)
		for _, place := range places {
			text = place.ReplaceAllString(text, "(path)")
		}
		return status.WithoutPaths(text)
	}
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
