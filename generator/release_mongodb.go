package generator

import (
	"fmt"
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

// chooseMongoDB returns the MongoDB of a request, major.minor: the one it names, or
// the release's.
func (r Releases) chooseMongoDB(request Request) (string, error) {
	m, err := r.MongoDBFor(request.Release)
	if err != nil {
		return "", err
	}
	version := request.MongoDB.Version
	switch {
	case version == "":
		return m.MongoDB, nil
	case !m.Fits(version):
		return "", hinted("leave mongodb.version out, or let rcgen upgrade take the steps from one to the other",
			"mongodb: version %s is not supported by Rocket.Chat %s, which is declared for %s (%s)", version, request.Release, listed(m.Supported), m.Source)
	default:
		return version, nil
	}
}

func (r Request) checkMongoVersion() error {
	v := r.MongoDB.Version
	switch {
	case v == "":
		return nil
	case !HasMongoDBImage(v):
		return hinted("one of "+listed(bundledMongoDB)+", or leave it out", "mongodb: version %q is none that rcgen has an image of", v)
	case r.MongoDB.External:
		return hinted("leave one of them out", "mongodb: version is that of the database on this host, and external is elsewhere")
	}
	return nil
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

// listed writes words as people do: a, b or c.
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (r Releases) warnMongoDB(p Plan) *Warning {
	m, err := r.MongoDBFor(p.Release)
	version := p.Request.MongoDB.Version
	if err != nil || version == "" || slices.Contains(m.Supported, version) { // NewPlan has chosen by both
		return nil
	}
	return &Warning{WarnMongoDB,
		fmt.Sprintf("Rocket.Chat %s is declared for MongoDB %s; %s is stated to work (%s)", p.Release, listed(m.Supported), version, m.Source),
		"a database that has run on " + version + " cannot go back: leave it, and see what rcgen upgrade --plan says before the next major version"}
}

// MongoDBShell is the start of a command line for MongoDB's shell in the container of
// a member, as its administrator. The password is in the container's environment, and
// its home cannot be written to.
const MongoDBShell = `HOME=/tmp mongosh --quiet --norc -u root -p "$MONGODB_ROOT_PASSWORD" `
