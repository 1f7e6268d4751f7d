package fault

import (
	"slices"
	"testing"
)

func TestErrorHints(t *testing.T) {
	if h := (&Error{What: "a"}).Hints(); len(h) != 0 {
		t.Errorf("no hint: got %q", h)
	}
	err := New("a: %d", 1).Fix("do b")
	if err.Error() != "a: 1" || !slices.Equal(hintsOf(err), []string{"do b"}) {
		t.Errorf("got %q with %q", err, hintsOf(err))
	}
}
