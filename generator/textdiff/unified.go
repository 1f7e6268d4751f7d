package textdiff

import (
	"bytes"
	"strings"

	hunks "znkr.io/diff/textdiff"
)

// Unified returns the unified diff that leads from a to b, with three lines around
// each change, as git apply and patch -p1 read it; equal texts have none. Names are
// slash-separated paths without white space. An empty name means that the file does
// not exist on that side, which only shows if the other one has content.
func Unified(nameA, nameB string, a, b []byte) string {
	from, to := label("a/", nameA), label("b/", nameB)
	switch {
	case bytes.Equal(a, b):
		return ""
	case binary(a), binary(b):
		return "Binary files " + from + " and " + to + " differ\n"
	}
	body := hunks.Unified(string(a), string(b), hunks.IndentHeuristic())
	// The library counts lines from 1 even on a side that has none; diff, patch and
	// git count 0 there. Such a side means a single hunk, whose head comes first.
	if len(a) == 0 {
		body = strings.Replace(body, "@@ -1,0 ", "@@ -0,0 ", 1)
	}
	if len(b) == 0 {
		body = strings.Replace(body, " +1,0 @@", " +0,0 @@", 1)
	}
	return "--- " + from + "\n+++ " + to + "\n" + body
}

func label(prefix, name string) string {
	if name == "" {
		return "/dev/null"
	}
	return prefix + name
}
