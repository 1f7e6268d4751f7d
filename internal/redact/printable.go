package redact

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns text with visible stand-ins, like \x1b and \u202e, for what a terminal
// would obey or hide: control and format characters, and bytes that are no UTF-8. Line
// feeds and tabs stay; a carriage return stays away before a line feed.
func Printable(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	harmful := func(r rune) bool {
		return r == utf8.RuneError || r != '\n' && r != '\t' && r != ' ' && !unicode.IsPrint(r)
	}
	if strings.IndexFunc(text, harmful) < 0 {
		return text
	}
	var out strings.Builder
	for i, n := 0, 0; i < len(text); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(text[i:])
		if part := text[i : i+n]; harmful(r) {
			quoted := strconv.QuoteToASCII(part)
			out.WriteString(quoted[1 : len(quoted)-1])
		} else {
			out.WriteString(part)
		}
	}
	return out.String()
}
