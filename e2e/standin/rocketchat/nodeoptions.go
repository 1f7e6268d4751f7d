package main

import (
	"fmt"
	"strconv"
	"strings"
)

// defaultHeap stands for V8's own choice, about 4 GiB on a large host.
const defaultHeap = 4096 << 20

// optionError is a NODE_OPTIONS that Node.js would refuse.
type optionError struct{ option, reason string }

func (e *optionError) Error() string { return e.option + " " + e.reason }

// parseNodeOptions gives the heap limit in bytes. It knows one option only: any
// other is refused, so that a misspelt one in a generated project is noticed.
func parseNodeOptions(v string) (int64, error) {
	heap := int64(defaultHeap)
	for _, opt := range strings.Fields(v) {
		name, value, _ := strings.Cut(opt, "=")
		// V8's options may be written with underscores
		if strings.ReplaceAll(name, "_", "-") != "--max-old-space-size" {
			return 0, &optionError{opt, "is not allowed in NODE_OPTIONS"}
		}
		mib, err := strconv.ParseInt(value, 10, 32)
		if err != nil || mib < 1 {
			return 0, &optionError{opt, fmt.Sprintf("has an illegal value %q", value)}
		}
		heap = mib << 20
	}
	return heap, nil
}
