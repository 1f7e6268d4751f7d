package generator

import (
	"fmt"
	"slices"

	"rcgen/generator/catalog"
	"rcgen/generator/fault"
)

// chooseMongoDB returns the MongoDB of a request, major.minor: the one it names, or
// the release's.
func chooseMongoDB(r catalog.Releases, request Request) (string, error) {
	m, err := r.MongoDBFor(request.Release)
	if err != nil {
		return "", err
	}
	version := request.MongoDB.Version
	switch {
	case version == "":
		return m.MongoDB, nil
	case !m.Fits(version):
		return "", fault.New("mongodb: version %s is not supported by Rocket.Chat %s, which is declared for %s (%s)",
			version, request.Release, catalog.Listed(m.Supported), m.Source).
			Fix("leave mongodb.version out, or let rcgen upgrade take the steps from one to the other")
	default:
		return version, nil
	}
}

func (r Request) checkMongoVersion() error {
	v := r.MongoDB.Version
	switch {
	case v == "":
		return nil
	case !catalog.HasMongoDBImage(v):
		return fault.New("mongodb: version %q is none that rcgen has an image of", v).
			Fix("one of " + catalog.Listed(catalog.MongoDBVersions()) + ", or leave it out")
	case r.MongoDB.External:
		return fault.New("mongodb: version is that of the database on this host, and external is elsewhere").
			Fix("leave one of them out")
	}
	return nil
}

func warnMongoDB(r catalog.Releases, p Plan) *Warning {
	m, err := r.MongoDBFor(p.Release)
	version := p.Request.MongoDB.Version
	if err != nil || version == "" || slices.Contains(m.Supported, version) { // NewPlan has chosen by both
		return nil
	}
	return &Warning{WarnMongoDB,
		fmt.Sprintf("Rocket.Chat %s is declared for MongoDB %s; %s is stated to work (%s)",
			p.Release, catalog.Listed(m.Supported), version, m.Source),
		"a database that has run on " + version + " cannot go back: leave it, " +
			"and see what rcgen upgrade --plan says before the next major version"}
}
