package golden

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// SumsFile is the list of checksums in examples/, in the format of sha256sum. It is
// one for all examples: a change of what they share is a change of one list.
const SumsFile = "SHA256SUMS"

// sums are SHA-256 checksums in hexadecimal by path below examples/.
type sums map[string]string

func sumsOf(example string, files Files) sums {
	s := sums{}
	for name, content := range files {
		s[path.Join(example, name)] = fmt.Sprintf("%x", sha256.Sum256(content))
	}
	return s
}

// readSums reads the list. A missing one is empty: every file is then missing from it.
func readSums(root string) (sums, error) {
	text, err := os.ReadFile(filepath.Join(root, SumsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s := sums{}
	for line := range strings.Lines(string(text)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if _, twice := s[name]; !ok || twice {
			return nil, fmt.Errorf("%s: %q: not a checksum and a new path", SumsFile, line)
		}
		s[name] = sum
	}
	return s, nil
}

func (s sums) text() []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "%s  %s\n", s[name], name)
	}
	return b.Bytes()
}

// drop removes what is listed of an example.
func (s sums) drop(example string) {
	maps.DeleteFunc(s, func(name, _ string) bool { return strings.HasPrefix(name, example+"/") })
}

// compare returns where the list differs from an example's checksums.
func (s sums) compare(rendered sums, example string) []error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(rendered)) {
		switch sum, ok := s[name]; {
		case !ok:
			faults = append(faults, fmt.Errorf("%s: %s: missing; to add it: make examples", SumsFile, name))
		case sum != rendered[name]:
			faults = append(faults, fmt.Errorf("%s: %s: differs from what is rendered; if that is meant: make examples",
				SumsFile, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if _, ok := rendered[name]; !ok && strings.HasPrefix(name, example+"/") {
			faults = append(faults, fmt.Errorf("%s: %s: not rendered; to remove it: make examples", SumsFile, name))
		}
	}
	return faults
}
