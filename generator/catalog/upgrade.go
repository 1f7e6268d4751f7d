package catalog

import (
	"slices"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// Deployment is which versions run.
type Deployment struct {
	Release string `json:"release"` // of Rocket.Chat
	MongoDB string `json:"mongodb"` // major.minor
	FCV     string `json:"fcv"`     // MongoDB's featureCompatibilityVersion; empty where nobody was asked
}

// StepKind is what a step of an upgrade does.
type StepKind string

// The kinds of steps.
const (
	StepBackup  StepKind = "backup"  // a dump to go back to
	StepFCV     StepKind = "fcv"     // sets MongoDB's featureCompatibilityVersion
	StepMongoDB StepKind = "mongodb" // takes MongoDB to its next major version
	StepRelease StepKind = "release" // takes Rocket.Chat to another release
)

// UpgradeStep is one step of an upgrade. It may be taken once the one before it has
// been, and what runs after it is supported.
type UpgradeStep struct {
	Number int        `json:"number"` // from 1
	Kind   StepKind   `json:"kind"`
	From   string     `json:"from,omitempty"` // the version that is left
	To     string     `json:"to"`             // the version that is gone to, set or kept in a backup
	After  Deployment `json:"after"`          // what runs then
	Why    string     `json:"why"`
	Source string     `json:"source"`
}

// Upgrade is the way from what runs to a release.
type Upgrade struct {
	From  Deployment    `json:"from"`
	To    Deployment    `json:"to"`
	Steps []UpgradeStep `json:"steps"` // none where it runs already
	Notes []string      `json:"notes"` // what is known of the releases on the way
}

// Change returns the first step that changes versions, and whether there is one.
func (u Upgrade) Change() (UpgradeStep, bool) {
	i := slices.IndexFunc(u.Steps, func(s UpgradeStep) bool { return s.Kind == StepMongoDB || s.Kind == StepRelease })
	if i < 0 {
		return UpgradeStep{}, false
	}
	return u.Steps[i], true
}

// Where the rules of the way come from.
const (
	sourceBackup = "RocketChat/docs 22db3da, updating-rocket.chat.md: back up first"
	sourceMajors = "RocketChat/docs 22db3da, updating-rocket.chat.md: no major version is skipped, " +
		"each is left from its last minor one"
	sourceMongo = "mongodb.com/docs/manual/release-notes/8.0-upgrade-replica-set: " +
		"from one major version to the next, with the featureCompatibilityVersion of the one that is left"
	sourceConfirm = "mongodb.com/docs/manual/reference/command/setFeatureCompatibilityVersion"
	noWayBack     = "Rocket.Chat's migrations and MongoDB's data files have no way back: " +
		"put the backup from before back instead, with its release in " + tree.RequestFile
)

// mongoDBLadder are MongoDB's versions in the order in which one is reached from
// the other, from the oldest that a known release is declared for.
var mongoDBLadder = []string{"5.0", "6.0", "7.0", "8.0", "8.2"}

// NewUpgrade returns the way from what runs to a release of Rocket.Chat: through
// the last release of each major version, with MongoDB one major version at a time,
// so that each pair on the way is supported. Its errors are Errors: a downgrade, a
// pre-release that is not allowed, a release that is bad, versions that nobody knows
// a way from or to.
func NewUpgrade(from Deployment, release string, allowPrerelease bool) (Upgrade, error) {
	releases, err := KnownReleases()
	if err != nil {
		return Upgrade{}, err
	}
	stops, err := releases.stops(from, release, allowPrerelease)
	if err != nil {
		return Upgrade{}, err
	}
	c := climb{releases: releases, at: from}
	for _, stop := range stops {
		if err := c.to(stop); err != nil {
			return Upgrade{}, err
		}
	}
	steps, notes := append([]UpgradeStep{}, c.steps...), append([]string{}, c.notes...)
	return Upgrade{From: from, To: c.at, Steps: steps, Notes: notes}, nil
}

// stops returns the releases on the way: the last one of each major version, and
// the one that is wanted.
func (r Releases) stops(from Deployment, release string, allowPrerelease bool) ([]*semver.Version, error) {
	was, err := semver.StrictNewVersion(from.Release)
	if err != nil {
		return nil, fault.New("release: %q, which runs, is not a Rocket.Chat version", from.Release).
			Fix("give the release that runs in " + tree.RequestFile)
	}
	is, err := r.target(release, allowPrerelease)
	switch {
	case err != nil:
		return nil, err
	case is.LessThan(was):
		return nil, fault.New("release: %s is older than %s, from which it begins", is, was).Fix(noWayBack)
	case was.LessThan(semver.MustParse(OldestRelease)):
		return nil, fault.New("release: %s, which runs, is older than the oldest that rcgen knows a way from, %s",
			was, OldestRelease).
			Fix("take it to " + OldestRelease + " as docs.rocket.chat, updating Rocket.Chat, says")
	}
	var stops []*semver.Version
	for major := was.Major(); major < is.Major(); major++ {
		last := r.lastOf(major)
		switch {
		case last == nil && major == was.Major():
			continue // newer than all that is known, and so is the next
		case last == nil:
			return nil, fault.New("release: %s skips %d.x, of which this rcgen knows no release", is, major).
				Fix("use a newer rcgen, or go to a release that `rcgen releases` lists")
		case was.LessThan(last):
			stops = append(stops, last)
		}
	}
	return append(stops, is), nil
}

// target reads the release that is wanted.
func (r Releases) target(release string, allowPrerelease bool) (*semver.Version, error) {
	if err := CheckRelease(release); err != nil {
		return nil, err
	}
	v := semver.MustParse(release) // CheckRelease has parsed it
	if v.Prerelease() != "" && !allowPrerelease {
		return nil, fault.New("release: %s is a pre-release, which has no support and may need a database of its own",
			release).
			Fix("wait for the release, or give --allow-prerelease")
	}
	if b := r.bad(release); b != nil {
		return nil, fault.New("release: %s is known bad: %s (%s)", release, b.Why, b.Source).Fix("take " + b.Instead)
	}
	return v, nil
}
