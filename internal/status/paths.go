package status

import (
	"regexp"
	"strings"
)

var (
	// absolute is a path from the root, or from a drive: a status is pasted where
	// nobody needs to know a person's home.
	absolute = regexp.MustCompile(`(^|[\s"'=(\[:])(?:[A-Za-z]:\\|/)[^\s"':]*[/\\]([^\s"':/\\]+)`)
	// socketPath is all but the end of a path in a URL, as docker names its socket.
	socketPath = regexp.MustCompile("(?i)\\b(?:unix|file)://(?:[^\\s\"'`]*/)?|(://)%2F(?:[^\\s\"'`/]*%2F)?")
	// home is a person's directory, whose name is theirs, on Linux, macOS and Windows.
	home = regexp.MustCompile("(^|[^\\w.-])(?:/home|/Users|[A-Za-z]:\\\\Users)[/\\\\][^\\s\"'`:;,/\\\\]+")
	// below is what lies in a directory that was taken out, but for its end.
	below = regexp.MustCompile("\\(path\\)[/\\\\](?:[^\\s\"'`:;,]*[/\\\\])?")
)

// WithoutPaths returns text with the last part of each absolute path, and without a
// person's home; URLs stay, but for those of sockets and files.
func WithoutPaths(text string) string {
	text = socketPath.ReplaceAllString(text, "$1")
	text = home.ReplaceAllString(text, "$1(path)")
	text = below.ReplaceAllString(text, "")
	return absolute.ReplaceAllStringFunc(text, func(m string) string {
		if strings.HasPrefix(strings.TrimLeft(m, ":"), "//") {
			return m
		}
		return absolute.ReplaceAllString(m, "$1$2")
	})
}
