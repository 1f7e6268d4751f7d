package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// bundledMongoDB are the versions of MongoDB that a request can name: those with an
// image in images.yaml (a test holds the two equal), oldest first.
var bundledMongoDB = []string{"7.0", "8.0", "8.2"}

// MongoDBVersions returns the versions of MongoDB that a request can name,
// major.minor, oldest first.
func MongoDBVersions() []string { return slices.Clone(bundledMongoDB) }

// mongoVersion is a version of MongoDB, major.minor.
var mongoVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)

// IsMongoDBVersion reports whether text is a version of MongoDB, major.minor.
func IsMongoDBVersion(text string) bool { return mongoVersion.MatchString(text) }

// HasMongoDBImage reports whether rcgen has an image of a version of MongoDB,
// major.minor.
func HasMongoDBImage(version string) bool { return slices.Contains(bundledMongoDB, version) }

// MongoDBFor returns the MongoDB that a release is declared for. A release that is
// none, or older than all that are known, is an error.
func (r Releases) MongoDBFor(release string) (MongoVersion, error) {
	v, err := semver.StrictNewVersion(release)
	if err != nil {
		return MongoVersion{}, fmt.Errorf("release %q: %w", release, err)
	}
	return r.mongoDB(v)
}

// Fits reports whether the vendor declares a version, major.minor, or states that
// it works.
func (m MongoVersion) Fits(version string) bool {
	return slices.Contains(m.Supported, version) || slices.Contains(m.Also, version)
}

// Line returns what is known of the line of a release, and whether anything is.
func (r Releases) Line(release *semver.Version) (ReleaseLine, bool) {
	line := fmt.Sprintf("%d.%d", release.Major(), release.Minor())
	i := slices.IndexFunc(r.Lines, func(l ReleaseLine) bool { return l.Line == line })
	if i < 0 {
		return ReleaseLine{}, false
	}
	return r.Lines[i], true
}

// bad returns why nobody should take a release, or nil.
func (r Releases) bad(release string) *BadRelease {
	for _, b := range r.Bad {
		if b.Release == release {
			return &b
		}
	}
	return nil
}

// lastOf returns the newest release known of a major version, or nil.
func (r Releases) lastOf(major uint64) *semver.Version {
	for _, l := range r.Lines { // newest first
		if v, err := semver.StrictNewVersion(l.Newest); err == nil && v.Major() == major {
			return v
		}
	}
	return nil
}

// Listed writes words as people do: a, b or c.
func Listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
