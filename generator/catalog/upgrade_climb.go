package catalog

import (
	"fmt"
	"slices"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/fault"
)

// climb is the way of an upgrade as far as it is known.
type climb struct {
	releases Releases
	at       Deployment // where it has come to
	steps    []UpgradeStep
	notes    []string
}

// to goes on to a release, with MongoDB first where that must be newer.
func (c *climb) to(stop *semver.Version) error {
	wants, err := c.releases.mongoDB(stop)
	if err != nil {
		return err
	}
	for !wants.Fits(c.at.MongoDB) {
		if err := c.mongoDB(stop, wants); err != nil {
			return err
		}
	}
	if c.at.Release == stop.String() {
		return nil
	}
	c.backup()
	from := c.at.Release
	c.at.Release = stop.String()
	c.add(StepRelease, from, c.at.Release, c.reason(stop), sourceMajors)
	line, _ := c.releases.Line(stop)
	for _, b := range line.Breaking {
		c.notes = append(c.notes, fmt.Sprintf("Rocket.Chat %s: %s", line.Line, b))
	}
	if !slices.Contains(wants.Supported, c.at.MongoDB) {
		c.notes = append(c.notes, fmt.Sprintf("Rocket.Chat %s is declared for MongoDB %s; %s is stated to work (%s)",
			stop, Listed(wants.Supported), c.at.MongoDB, wants.Source))
	}
	return nil
}

// reason says why a release is on the way.
func (c *climb) reason(stop *semver.Version) string {
	why := "the release that is wanted"
	if last := c.releases.lastOf(stop.Major()); last != nil && last.Equal(stop) {
		why = fmt.Sprintf("the last known release of %d.x", stop.Major())
	}
	if l, ok := c.releases.Line(stop); ok && stop.Prerelease() == "" {
		why += ", supported until " + l.SupportedUntil
	}
	return why
}

// mongoDB takes MongoDB one version up, on the way to a release that wants another.
// What runs then must be supported, unless what runs before is not either.
func (c *climb) mongoDB(stop *semver.Version, wants MongoVersion) error {
	now, err := c.releases.MongoDBFor(c.at.Release)
	if err != nil {
		return err
	}
	step := slices.Index(mongoDBLadder, c.at.MongoDB)
	switch {
	case step < 0:
		return fault.New("mongodb: rcgen knows no way from version %q", c.at.MongoDB).
			Fix("take MongoDB to " + Listed(now.Supported) + " as its release notes say, " +
				"and look at the version that runs: --mongodb states it")
	case step >= slices.Index(mongoDBLadder, wants.MongoDB):
		return fault.New("mongodb: %s runs, Rocket.Chat %s is declared for %s (%s), and MongoDB's files have no way back",
			c.at.MongoDB, stop, Listed(wants.Supported), wants.Source).
			Fix("stay with Rocket.Chat " + c.at.Release +
				"; or dump the database and restore it into an empty MongoDB " + wants.MongoDB)
	}
	next := mongoDBLadder[step+1]
	if !now.Fits(next) && now.Fits(c.at.MongoDB) {
		return fault.New("mongodb: no version is supported by both Rocket.Chat %s and %s: %s, and %s",
			c.at.Release, stop, Listed(now.Supported), Listed(wants.Supported)).
			Fix("another release of that major version may share one: `rcgen releases` lists them, " +
				DefaultRelease + " is the default")
	}
	if c.at.FCV != c.at.MongoDB {
		c.fcv("MongoDB " + next + " starts only on data with this featureCompatibilityVersion; " +
			"setting it again changes nothing")
	}
	c.backup()
	from := c.at.MongoDB
	c.at.MongoDB = next
	why := fmt.Sprintf("Rocket.Chat %s is declared for MongoDB %s", stop, Listed(wants.Supported))
	c.add(StepMongoDB, from, next, why, sourceMongo)
	c.fcv("once MongoDB " + next + " runs well: afterwards there is no way back to " + from)
	return nil
}

// fcv sets the featureCompatibilityVersion to that of MongoDB.
func (c *climb) fcv(why string) {
	from := c.at.FCV
	c.at.FCV = c.at.MongoDB
	c.add(StepFCV, from, c.at.FCV, why, sourceConfirm)
}

func (c *climb) backup() {
	c.add(StepBackup, "", c.at.Release, "the only way back from the next step", sourceBackup)
}

func (c *climb) add(kind StepKind, from, to, why, source string) {
	c.steps = append(c.steps, UpgradeStep{
		Number: len(c.steps) + 1, Kind: kind, From: from, To: to, After: c.at,
		Why: why, Source: source,
	})
}
