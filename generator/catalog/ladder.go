package catalog

import (
	"fmt"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/fault"
)

// UpgradeRequest is an upgrade that is asked for.
type UpgradeRequest struct {
	From            Deployment
	Source          string // where From was read: SourceRunning or RequestFile
	Release         string // of Rocket.Chat, to end at
	AllowPrerelease bool
	Write           bool // the first change is written now, and needs no command for that
}

// SourceRunning says that versions were read from containers.
const SourceRunning = "running"

// Ladder is an upgrade with the commands of each step: what `rcgen upgrade --plan
// --format json` prints.
type Ladder struct {
	State string     `json:"state"` // where From was read: running or rcgen.yaml
	From  Deployment `json:"from"`
	To    Deployment `json:"to"`
	Steps []Rung     `json:"steps"`
	Notes []string   `json:"notes"`

	upgrade Upgrade
	site    Site
}

// Rung is one step with its commands, for a POSIX shell in the project's directory.
type Rung struct {
	UpgradeStep
	Commands []string `json:"commands"`
	ByHand   []string `json:"by_hand"` // instead of rcgen's commands
}

// NewLadder returns the steps of an upgrade with their commands at a site. The errors
// are those of NewUpgrade.
func NewLadder(r UpgradeRequest, site Site) (Ladder, error) {
	u, err := NewUpgrade(r.From, r.Release, r.AllowPrerelease)
	if err != nil {
		return Ladder{}, err
	}
	l := Ladder{State: r.Source, From: u.From, To: u.To, Steps: []Rung{}, Notes: u.Notes, upgrade: u, site: site}
	if site.Volume {
		l.Notes = append(l.Notes, "uploads lie in the volume uploads: keep a copy of it with each backup")
	}
	if !knownLine(u.To.Release) {
		l.Notes = append(l.Notes, fmt.Sprintf("this rcgen does not know %s: that there is one and that it takes MongoDB %s "+
			"is assumed; read its release notes, and look for a newer rcgen", u.To.Release, u.To.MongoDB))
	}
	written := 0 // the step that this run writes
	if first, ok := u.Change(); ok && r.Write {
		written = first.Number
	}
	at := u.From
	for _, step := range u.Steps {
		rung := site.rung(step, at)
		if len(rung.ByHand) > 0 && step.Number != written {
			rung.Commands = append([]string{r.command(site, at)}, rung.Commands...)
		}
		at = step.After
		l.Steps = append(l.Steps, rung)
	}
	return l, nil
}

// knownLine reports whether anything is known of a release's line.
func knownLine(release string) bool {
	known, err := KnownReleases()
	if err != nil {
		return false
	}
	v, err := semver.StrictNewVersion(release)
	if err != nil {
		return false
	}
	_, there := known.Line(v)
	return there
}

// command is the one that writes a step, when versions at run.
func (r UpgradeRequest) command(site Site, at Deployment) string {
	command := "rcgen upgrade --release " + r.Release
	if r.AllowPrerelease {
		command += " --allow-prerelease"
	}
	if site.External {
		command += " --mongodb " + at.MongoDB
	}
	return command
}

// Target returns the versions that rcgen.yaml must name next: those after the first
// change of the ladder or, if nothing is left to change, those that run. A change that
// cannot be written yet, or not by rcgen, is an Error.
func (l Ladder) Target() (Deployment, error) {
	from, after := l.From, l.From
	step, ok := l.upgrade.Change()
	if ok {
		after = step.After
	}
	byHand := step.Kind == StepMongoDB && l.site.External
	stale := step.Kind == StepMongoDB && from.FCV != "" && from.FCV != from.MongoDB
	switch {
	case byHand:
		return Deployment{}, &fault.Error{
			What: "mongodb: step " + l.Steps[step.Number-1].Label() + " is for you: rcgen does not run this database",
			Hint: "take it as its release notes say, then run this again with --mongodb " + after.MongoDB +
				"; --plan shows all steps",
		}
	case stale:
		return Deployment{}, &fault.Error{
			What: "mongodb: its featureCompatibilityVersion is " + from.FCV + ", and MongoDB " + after.MongoDB +
				" does not start before it is " + from.MongoDB,
			Hint: l.Steps[0].Commands[0],
		}
	case !l.site.External && !HasMongoDBImage(after.MongoDB):
		return Deployment{}, &fault.Error{
			What: "mongodb: rcgen has no image of version " + after.MongoDB + ", which runs",
			Hint: "name the image of each step in compose.override.yaml until MongoDB 7.0 runs; --plan shows the steps",
		}
	}
	return after, nil
}

// Next says what to do now that the first change is written; nothing if there is none.
func (l Ladder) Next() string {
	step, ok := l.upgrade.Change()
	switch {
	case !ok:
		return ""
	case step.Number == len(l.Steps):
		return fmt.Sprintf("step %d is written; take the steps in their order", step.Number)
	default:
		return fmt.Sprintf("step %d is written; take the steps up to it in their order, then go on with the next",
			step.Number)
	}
}

// Label names a step: its number and what it does.
func (r Rung) Label() string {
	switch r.Kind {
	case StepBackup:
		return fmt.Sprintf("%d, a backup of %s", r.Number, r.To)
	case StepFCV:
		return fmt.Sprintf("%d, featureCompatibilityVersion %s", r.Number, r.To)
	case StepMongoDB:
		return fmt.Sprintf("%d, MongoDB %s to %s", r.Number, r.From, r.To)
	default:
		return fmt.Sprintf("%d, Rocket.Chat %s to %s", r.Number, r.From, r.To)
	}
}
