package archtest

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"unicode/utf8"
)

// The bound on long lines: texts that cannot be broken are allowed a few.
const (
	maxColumns  = 120
	maxLongLine = 5 // of 1,000
)

// longLines counts the lines of Go below root, tests and all modules included, and those
// that are wider than maxColumns. A tab is one column.
func longLines(t *testing.T, root fs.FS) (lines, long int) {
	t.Helper()
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		for line := range bytes.Lines(text) {
			lines++
			if utf8.RuneCount(bytes.TrimRight(line, "\n")) > maxColumns {
				long++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines, long
}

func TestColumns(t *testing.T) {
	lines, long := longLines(t, os.DirFS("../.."))
	if lines == 0 || long*1000 > lines*maxLongLine {
		t.Errorf("%d of %d lines are wider than %d columns, want at most %d of 1,000", long, lines, maxColumns, maxLongLine)
	}
}
