package fault

import "errors"

// hintsOf returns what an error tells a person to do.
func hintsOf(err error) []string {
	var h interface{ Hints() []string }
	if errors.As(err, &h) {
		return h.Hints()
	}
	return nil
}
