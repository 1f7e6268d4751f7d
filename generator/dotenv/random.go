package dotenv

import (
	"regexp"
	"strings"
	"unicode"
)

// made are digests of images and times without separators, which look drawn by chance.
var made = regexp.MustCompile(`sha256:[0-9a-f]{64}|\b[0-9]{8}T[0-9]{6}Z?\b`)

// random reports whether a value looks drawn by chance: one of its words, between
// characters that are neither letters nor digits, does, or it is one hexadecimal number
// with hyphens, like a UUID.
func random(value string) bool {
	value = made.ReplaceAllString(value, "")
	if hexadecimal(strings.ReplaceAll(value, "-", "")) {
		return true
	}
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	for _, word := range strings.FieldsFunc(value, between) {
		if len(word) >= Shortest && (hexadecimal(word) || mixed(word)) {
			return true
		}
	}
	return false
}

// hexadecimal reports whether a text is a long number with base 16, letters and digits
// among it.
func hexadecimal(s string) bool {
	const long = 16 // assumption: 64 bits; words of a to f are shorter
	return len(s) >= long && strings.Trim(s, "0123456789abcdefABCDEF") == "" &&
		strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdefABCDEF")
}

// mixed reports whether capitals, small letters and digits change more often than in a
// name: four times or more, and each lasts for less than four characters on average
// (assumption; of 62 letters and digits drawn by chance it is about two).
func mixed(word string) bool {
	runs, length, last := 0, 0, 0
	for _, r := range word {
		kind := kindOf(r)
		length++
		if kind != last && !(last == upper && kind == lower && length == 2) { // Word is one run
			runs++
			length = 1
		}
		last = kind
	}
	return runs >= 4 && len(word) < 4*runs
}

// Kinds of letters.
const (
	lower = iota + 1
	upper
	digit
)

func kindOf(r rune) int {
	switch {
	case unicode.IsDigit(r):
		return digit
	case unicode.IsUpper(r):
		return upper
	}
	return lower
}
