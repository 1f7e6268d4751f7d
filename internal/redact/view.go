package redact

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// ellipses end what was cut.
var ellipses = []string{"...", "…"}

// view is a text in another reading, with the place in the source of each of its bytes.
type view struct {
	source   string
	text     []byte
	from, to []int
}

// newView returns a view that will not have more bytes than another text.
func newView(source string, most int) view {
	return view{source: source, text: make([]byte, 0, most), from: make([]int, 0, most), to: make([]int, 0, most)}
}

// put adds a byte that stands for a part of the source.
func (v *view) put(b byte, from, to int) {
	v.text, v.from, v.to = append(v.text, b), append(v.from, from), append(v.to, to)
}

// cutAt reports whether the source goes on with dots behind the first end bytes.
func (v view) cutAt(end int) bool {
	rest := v.source[v.to[end-1]:]
	return strings.HasPrefix(rest, ellipses[0]) || strings.HasPrefix(rest, ellipses[1])
}

// inNumber reports whether digits go on before or behind a part.
func (v view) inNumber(start, end int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(v.text) && v.text[i] >= '0' && v.text[i] <= '9' }
	return digit(start-1) || digit(end)
}

// decoder reads what an encoding made of a character at the beginning of a text: the
// character and the length that it had. 0: it is none.
type decoder struct {
	marks string // one of which begins it
	read  func(text []byte) (char []byte, length int)
}

// decoders returns one for each encoding.
func decoders() []decoder {
	return []decoder{{"%", percent}, {`\`, escape}, {"&", entity}, {"$'", doubled}}
}

// depth is how often a text may be encoded: JSON in JSON, or a URL in it (assumption: who
// encodes more often prints for no terminal).
const depth = 2

// views returns a text as it is and decoded in each way that changes it.
func views(text string) []view {
	plain := newView(text, len(text))
	for i := range len(text) {
		plain.put(text[i], i, i+1)
	}
	all := []view{plain}
	level := all
	for range depth {
		var next []view
		for _, v := range level {
			for _, d := range decoders() {
				if !bytes.ContainsAny(v.text, d.marks) {
					continue
				}
				if decoded := v.decoded(d); len(decoded.text) < len(v.text) {
					next = append(next, decoded)
				}
			}
		}
		all, level = append(all, next...), next
	}
	return all
}

func (v view) decoded(d decoder) view {
	to := newView(v.source, len(v.text))
	for i := 0; i < len(v.text); {
		char, n := d.read(v.text[i:])
		if n == 0 {
			char, n = v.text[i:i+1], 1
		}
		for _, b := range char {
			to.put(b, v.from[i], v.to[i+n-1])
		}
		i += n
	}
	return to
}

// folded returns a view in small letters without what may split a word over lines or on a
// terminal: white space, control and format characters, sequences that set colors.
func (v view) folded() view {
	to := newView(v.source, len(v.text))
	for i := 0; i < len(v.text); {
		n := skipped(v.text[i:])
		if n == 0 {
			to.put(v.text[i], v.from[i], v.to[i])
			n = 1
		}
		i += n
	}
	lower(to.text)
	return to
}

// lower makes the capitals of ASCII small, so that lengths stay.
func lower(text []byte) []byte {
	for i, b := range text {
		if b >= 'A' && b <= 'Z' {
			text[i] = b + 'a' - 'A'
		}
	}
	return text
}

// compacted is folded for a secret, with its capitals.
func compacted(secret string) []byte {
	var out []byte
	text := []byte(secret)
	for i := 0; i < len(text); {
		n := skipped(text[i:])
		if n == 0 {
			out, n = append(out, text[i]), 1
		}
		i += n
	}
	return out
}

// skipped returns the length of what folded leaves out at the beginning of a text.
func skipped(text []byte) int {
	const longest = 32 // of a sequence (assumption; ECMA-48 has no bound)
	if len(text) > 1 && text[0] == 0x1b && text[1] == '[' {
		for i := 2; i < min(len(text), longest); i++ {
			if text[i] >= '@' && text[i] <= '~' {
				return i + 1
			}
		}
	}
	if text[0] < utf8.RuneSelf {
		if text[0] <= ' ' || text[0] == 0x7f {
			return 1
		}
		return 0
	}
	if r, n := utf8.DecodeRune(text); unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
		return n
	}
	return 0
}

// percent is that of URLs (RFC 3986, 2.1).
func percent(text []byte) ([]byte, int) {
	if len(text) < 3 || text[0] != '%' {
		return nil, 0
	}
	b, err := strconv.ParseUint(string(text[1:3]), 16, 8)
	if err != nil {
		return nil, 0
	}
	return []byte{byte(b)}, 3
}

// escape is a backslash, as in JSON, YAML, Go and shells.
func escape(text []byte) ([]byte, int) {
	if len(text) < 2 || text[0] != '\\' {
		return nil, 0
	}
	switch {
	case text[1] == 'x':
		return number(text, 2)
	case text[1] == 'u':
		return number(text, 4)
	case text[1] == 'U':
		return number(text, 8)
	case text[1] >= '0' && text[1] <= '3' && len(text) >= 4:
		if b, err := strconv.ParseUint(string(text[1:4]), 8, 8); err == nil {
			return []byte{byte(b)}, 4
		}
	case strings.IndexByte("abfnrtv\n", text[1]) >= 0:
		return []byte{' '}, 2
	case text[1] > ' ' && text[1] < utf8.RuneSelf && strings.ContainsRune(" !", kindOf(rune(text[1]))):
		return text[1:2], 2
	}
	return nil, 0
}

// number is a character by its number, \x41, \u0041 or \U00000041.
func number(text []byte, digits int) ([]byte, int) {
	code := func(text []byte) (rune, bool) {
		if len(text) < 2+digits || text[0] != '\\' {
			return 0, false
		}
		n, err := strconv.ParseUint(string(text[2:2+digits]), 16, 32)
		return rune(n), err == nil
	}
	r, ok := code(text)
	switch {
	case !ok:
		return nil, 0
	case digits == 2:
		return []byte{byte(r)}, 4
	case utf16.IsSurrogate(r):
		if second, ok := code(text[2+digits:]); ok {
			return utf8.AppendRune(nil, utf16.DecodeRune(r, second)), 2 * (2 + digits)
		}
	}
	return utf8.AppendRune(nil, r), 2 + digits
}

// entity is a character of HTML or XML.
func entity(text []byte) ([]byte, int) {
	const longest = 10 // &#x1F600;
	if text[0] != '&' {
		return nil, 0
	}
	end := strings.IndexByte(string(text[:min(len(text), longest)]), ';')
	if end < 0 {
		return nil, 0
	}
	written := string(text[:end+1])
	if char := html.UnescapeString(written); char != written {
		return []byte(char), end + 1
	}
	return nil, 0
}

// doubled is a dollar as Compose prints it, and a quote inside of quotes in YAML or a shell.
func doubled(text []byte) ([]byte, int) {
	for _, written := range []string{"$$", `'\''`, `'"'"'`, "''"} {
		if len(text) >= len(written) && string(text[:len(written)]) == written {
			return []byte(written[:1]), len(written)
		}
	}
	return nil, 0
}
