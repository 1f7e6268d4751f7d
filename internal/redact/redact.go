// Package redact takes secrets out of text that is about to be printed: what Docker, a
// container or the file system said.
//
// It is the only redactor: a value is found as it is and in the forms in which programs
// quote it. Paths are no secrets and stay.
//
// What belongs here: finding and replacing known values, and making text printable. What
// does not: reading files (internal/project), and the answer which values are secrets
// (generator/dotenv).
package redact

import (
	"encoding/binary"
	"slices"
	"strings"

	"rcgen/generator/dotenv"
)

// Mask stands where a secret was.
const Mask = "(secret)"

// window is how many bytes of a secret are looked up at once, and the least that is found.
const window = dotenv.Shortest

// Redactor knows the secrets of a project. The zero value knows none and takes out only
// what is a secret by its place. It may be copied and used by several goroutines.
type Redactor struct {
	needles []string
	index   map[uint64][]anchor // by the window of a needle
}

// anchor is a place in a needle.
type anchor struct {
	needle, at int
	least, cut int // that must be there of the needle, and before dots, in bytes; its length: all of it

	before, after int  // characters that hold bits of the secret and of its neighbors too
	number        bool // it is one, and no part of a longer one
}

// New returns a Redactor for secrets, in addition to what is one by its place. Those that
// dotenv takes for ordinary, and those with less than eight bytes but spaces, are left out.
func New(secrets ...string) Redactor {
	r := Redactor{index: map[uint64][]anchor{}}
	for _, secret := range secrets {
		if dotenv.Secret("PASSWORD", secret) {
			r.add(secret)
		}
	}
	return r
}

// ForEnv returns a Redactor for the secrets in a file like .env, which may be broken, and
// for more.
func ForEnv(content []byte, more ...string) Redactor {
	return New(append(dotenv.Secrets(content), more...)...)
}

// Text returns text without the secrets: each as it is, in any case, percent-encoded,
// escaped as in JSON, YAML, HTML or a shell, twice encoded so, in base64 or hexadecimal,
// with white space or terminal escapes in it, and cut. Of a secret with symbols or mixed
// letters and digits eight bytes are found, of one of words sixteen and at least its half,
// or eight before "..."; of one above 256 bytes, like a key, thirty-two. Credentials of
// URLs and what Compose quotes of a broken .env are taken out whether known or not.
//
// The time is linear in the text for secrets that do not repeat themselves; it takes some
// forty bytes of memory for each byte of text, and up to 400 where all of it is escaped.
func (r Redactor) Text(text string) string {
	spans, _ := r.find(text)
	return unknown(replaced(text, spans))
}

// span is a part of the text to take out.
type span struct{ from, to int }

// find returns the secrets in all views of a text, and how many bytes it compared.
func (r Redactor) find(text string) (spans []span, compared int) {
	if len(r.needles) == 0 {
		return nil, 0
	}
	for _, v := range views(text) {
		v = v.folded()
		for at := 0; at+window <= len(v.text); {
			found, n := r.at(v, at)
			compared += n
			if found.end == 0 {
				at++
				continue
			}
			spans = append(spans, found.in(text, v))
			at = found.end - window + 1
		}
	}
	return spans, compared
}

// match is a secret in a view.
type match struct {
	start, end    int
	before, after int
}

// at returns the longest match of those that have an anchor at a place; none has no end.
func (r Redactor) at(v view, at int) (best match, compared int) {
	for _, a := range r.index[key(v.text[at:])] {
		needle := r.needles[a.needle]
		start, end := at, at+window
		first, last := a.at, a.at+window // of the match in the needle
		for first > 0 && start > 0 && needle[first-1] == v.text[start-1] {
			first, start = first-1, start-1
		}
		for last < len(needle) && end < len(v.text) && needle[last] == v.text[end] {
			last, end = last+1, end+1
		}
		length := end - start
		compared += length
		cut := first == 0 && length >= a.cut && v.cutAt(end)
		enough := length >= a.least || cut
		if !enough || length <= best.end-best.start || a.number && v.inNumber(start, end) {
			continue
		}
		best = match{start: start, end: end}
		if first == 0 {
			best.before = a.before
		}
		if last == len(needle) {
			best.after = a.after
		}
	}
	return best, compared
}

// in returns where a match is in the text, with the padding of base64 and the dots behind
// what was cut.
func (m match) in(text string, v view) span {
	s := span{v.from[m.start], v.to[m.end-1]}
	for n := m.before; n > 0 && s.from > 0 && isBase64(text[s.from-1]); n-- {
		s.from--
	}
	for n := m.after; n > 0 && s.to < len(text) && isBase64(text[s.to]); n-- {
		s.to++
	}
	for m.after > 0 && s.to < len(text) && text[s.to] == '=' {
		s.to++
	}
	for _, dots := range ellipses {
		if strings.HasPrefix(text[s.to:], dots) {
			s.to += len(dots)
		}
	}
	return s
}

// replaced returns text with the mask in the place of spans, one where they touch.
func replaced(text string, spans []span) string {
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var out strings.Builder
	done := 0
	for i, s := range spans {
		if i == 0 || s.from > done {
			out.WriteString(text[done:s.from])
			out.WriteString(Mask)
		}
		done = max(done, s.to)
	}
	out.WriteString(text[done:])
	return out.String()
}

func key(text []byte) uint64 { return binary.LittleEndian.Uint64(text) }

func isBase64(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("+/-_", b) >= 0
}
