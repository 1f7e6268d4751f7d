package redact

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
)

// The least that is found of a secret, in bytes. Assumptions: what else has so many in
// common with it does so by chance, or is not drawn by chance itself.
const (
	leastHex    = 16 // eight bytes
	leastBase64 = 12
	leastWords  = 16
	leastLong   = 32
	long        = 256 // from which a secret is long, like a key or a license
	leastDigits = 12  // of hexadecimal digits, which checksums have too
)

// add puts the forms of a secret into the index.
func (r *Redactor) add(secret string) {
	least := func(from int) int {
		if len(secret) >= long {
			return leastLong
		}
		return from
	}
	plus := strings.ReplaceAll(secret, " ", "+") // of a query
	for _, form := range []string{secret, strings.ToLower(secret), strings.ToUpper(secret), plus} {
		switch scheme := strings.Index(form, "://"); {
		case scheme >= 0:
			// What must not be shown of a URL comes as a secret of its own.
			r.spread(form, 0, anchor{least: len(form), cut: scheme + len("://") + window})
		case len(form) >= long:
			r.spread(form, leastLong, anchor{least: leastLong, cut: window})
		default:
			r.addPlain(form)
		}
	}
	r.spread(hex.EncodeToString([]byte(secret)), least(leastHex), anchor{least: least(leastHex), cut: window})
	for shift := range 3 {
		a := anchor{least: least(leastBase64), cut: window, before: min(shift, 1)}
		form := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		if (shift+len(secret))%3 != 0 {
			a.after, form = 1, form[:len(form)-1]
		}
		form = form[(shift*8+5)/6:]
		r.spread(form, a.least, a)
		r.spread(strings.NewReplacer("+", "-", "/", "_").Replace(form), a.least, a)
	}
}

// addPlain adds a secret as it is, with the parts that tell it.
func (r *Redactor) addPlain(secret string) {
	compact := string(compacted(secret))
	needle := r.needle(compact)
	if needle < 0 {
		return
	}
	const stride = leastWords - window + 1 // one is in each part that is long enough
	words := min(len(compact), max(leastWords, (len(compact)+1)/2))
	number := strings.Trim(compact, "0123456789") == ""
	for at := 0; at+window <= len(compact); at++ {
		a := anchor{needle: needle, at: at, least: window, cut: window, number: number}
		part := compact[at : at+window]
		switch {
		case !telling(part) && at%stride != 0:
			continue
		case !telling(part):
			a.least = words
		case strings.Trim(part, "0123456789abcdefABCDEF") == "":
			a.least = min(len(compact), leastDigits)
		}
		r.anchor(a)
	}
}

// spread adds a form with an anchor in each part of a length; 0: at its beginning alone.
func (r *Redactor) spread(form string, part int, a anchor) {
	form = string(compacted(form))
	a.needle = r.needle(form)
	if a.needle < 0 {
		return
	}
	a.least = min(a.least, len(form))
	for a.at = 0; a.at+window <= len(form); a.at += part - window + 1 {
		if r.anchor(a); part == 0 {
			return
		}
	}
}

// needle returns the number of a new needle, or less than 0 where it is too short or known.
func (r *Redactor) needle(form string) int {
	form = string(lower([]byte(form)))
	if len(form) < window || slices.Contains(r.needles, form) {
		return -1
	}
	r.needles = append(r.needles, form)
	return len(r.needles) - 1
}

// anchor adds a place of a needle, unless the needle repeats itself there: such a secret
// would be compared with itself over and over.
func (r *Redactor) anchor(a anchor) {
	k := key([]byte(r.needles[a.needle][a.at:]))
	if !slices.ContainsFunc(r.index[k], func(b anchor) bool { return b.needle == a.needle }) {
		r.index[k] = append(r.index[k], a)
	}
}

// telling reports whether a part of a secret is not to be expected in other texts: it has a
// symbol, or capitals, small letters and digits that change twice in its words, or no vowel.
// What remains are parts of words, numbers, versions and dates.
func telling(part string) bool {
	changes, consonants := 0, 0
	var last rune
	for _, r := range part {
		kind := kindOf(r)
		if kind == '!' {
			return true
		}
		word := last == 'A' && kind == 'a'
		if last != 0 && last != ' ' && kind != ' ' && kind != last && !word {
			changes++
		}
		if consonants++; kind == ' ' || kind == '0' || strings.ContainsRune("aeiouyAEIOUY", r) {
			consonants = 0
		}
		if changes >= 2 || consonants >= 6 {
			return true
		}
		last = kind
	}
	return false
}

// kindOf returns a character for the kind of r: a, A, 0, or a space for what separates
// words in names, and ! for symbols.
func kindOf(r rune) rune {
	switch {
	case unicode.IsDigit(r):
		return '0'
	case unicode.IsUpper(r):
		return 'A'
	case unicode.IsLetter(r):
		return 'a'
	case strings.ContainsRune("-_./:,", r):
		return ' '
	}
	return '!'
}
