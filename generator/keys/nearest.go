package keys

import (
	"cmp"
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// Nearest returns those of the names that were probably meant by a typed word, the
// likeliest first: names that resemble it as a whole or in their last part, as
// email does tls.email.
func Nearest(typed string, names []string) []string {
	const (
		alike         = 0.8    // of 1; below it words have little in common
		boost, prefix = 0.7, 4 // Winkler's own parameters
	)
	likeness := func(name string) float64 {
		last := name[strings.LastIndex(name, ".")+1:]
		return max(smetrics.JaroWinkler(typed, name, boost, prefix), smetrics.JaroWinkler(typed, last, boost, prefix))
	}
	near := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return likeness(name) <= alike })
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(likeness(b), likeness(a)) })
	return near
}
