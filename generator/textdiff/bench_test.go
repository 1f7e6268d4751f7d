package textdiff

import (
	"os"
	"strings"
	"testing"
)

// generated returns a generated file, an edit of it and an update of it.
func generated(b *testing.B) (base, mine, theirs []byte) {
	b.Helper()
	base, err := os.ReadFile("../../examples/large/compose.yaml")
	if err != nil {
		b.Fatal(err)
	}
	text := string(base)
	mine = []byte("# ours\n" + strings.Replace(text, "mem_limit:", "mem_swappiness: 0\n    mem_limit:", 1))
	theirs = []byte(strings.ReplaceAll(text, "restart: unless-stopped", "restart: always"))
	return base, mine, theirs
}

func BenchmarkMerge(b *testing.B) {
	base, mine, theirs := generated(b)
	for b.Loop() {
		Merge(base, mine, theirs)
	}
}

func BenchmarkUnified(b *testing.B) {
	base, _, theirs := generated(b)
	for b.Loop() {
		Unified("compose.yaml", "compose.yaml", base, theirs)
	}
}
