package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/urfave/cli/v2"

	"rcgen/generator"
)

// ladder is an upgrade with the commands of each step: what `rcgen upgrade --plan
// --format json` prints.
type ladder struct {
	State string               `json:"state"` // where From was read: running or rcgen.yaml
	From  generator.Deployment `json:"from"`
	To    generator.Deployment `json:"to"`
	Steps []rung               `json:"steps"`
	Notes []string             `json:"notes"`

	upgrade  generator.Upgrade
	external bool // the database is a person's own
}

// rung is one step with its commands, for a POSIX shell in the project's directory.
type rung struct {
	generator.UpgradeStep
	Commands []string `json:"commands"`
	ByHand   []string `json:"by_hand"` // instead of rcgen's commands
}

func newLadder(c *cli.Context, u generator.Upgrade, s state, p generator.Plan) ladder {
	l := ladder{State: generator.RequestFile, From: u.From, To: u.To, Steps: []rung{}, Notes: u.Notes, upgrade: u, external: p.Request.MongoDB.External}
	if s.running {
		l.State = "running"
	}
	if p.Request.Uploads.Storage == generator.UploadsFileSystem {
		l.Notes = append(l.Notes, "uploads lie in the volume uploads: keep a copy of it with each backup")
	}
	if !knownLine(u.To.Release) {
		l.Notes = append(l.Notes, fmt.Sprintf("this rcgen does not know %s: that there is one and that it takes MongoDB %s is assumed; read its release notes, and look for a newer rcgen", u.To.Release, u.To.MongoDB))
	}
	written := 0 // the step that this run writes
	if first, ok := u.Change(); ok && !c.Bool("plan") && !c.Bool("dry-run") {
		written = first.Number
	}
	at := u.From
	for _, step := range u.Steps {
		r := newRung(p, step, at)
		if len(r.ByHand) > 0 && step.Number != written {
			r.Commands = append([]string{l.command(c, at)}, r.Commands...)
		}
		at = step.After
		l.Steps = append(l.Steps, r)
	}
	return l
}

// knownLine reports whether anything is known of a release's line.
func knownLine(release string) bool {
	known, err := generator.KnownReleases()
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
func (l ladder) command(c *cli.Context, at generator.Deployment) string {
	command := "rcgen upgrade --release " + c.String("release")
	if c.Bool("allow-prerelease") {
		command += " --allow-prerelease"
	}
	if l.external {
		command += " --mongodb " + at.MongoDB
	}
	return command
}

// newRung returns a step with its commands, where versions at run.
func newRung(p generator.Plan, step generator.UpgradeStep, at generator.Deployment) rung {
	r := rung{UpgradeStep: step, ByHand: []string{}}
	switch step.Kind {
	case generator.StepBackup:
		r.Commands = []string{backupCommand(p, at)}
	case generator.StepFCV:
		r.Commands = []string{fcvCommand(p, step.To)}
	case generator.StepMongoDB:
		r.mongoDB(p)
	case generator.StepRelease:
		r.release(p)
	}
	return r
}

func (r *rung) mongoDB(p generator.Plan) {
	if p.Request.MongoDB.External {
		r.Commands = []string{"# your replica set: https://www.mongodb.com/docs/manual/release-notes/" + r.To + "-upgrade-replica-set/"}
		return
	}
	r.Commands = []string{"rcgen apply --allow mongodb"}
	for _, name := range slices.Backward(p.MongoDBMembers()) { // the first is the primary
		r.ByHand = append(r.ByHand, up+" --no-deps "+name)
	}
	r.ByHand = append(r.ByHand, up)
}

// release has all replicas but the first stopped by hand: it migrates the database
// alone (RocketChat/Rocket.Chat#17020, #43580).
func (r *rung) release(p generator.Plan) {
	r.Commands = []string{"rcgen apply"}
	if others := p.Replicas()[1:]; len(others) > 0 {
		r.ByHand = append(r.ByHand, "docker compose stop "+strings.Join(others, " "))
	}
	r.ByHand = append(r.ByHand, up)
}

func backupCommand(p generator.Plan, at generator.Deployment) string {
	file := fmt.Sprintf("rocketchat-%s-mongodb-%s.archive.gz", at.Release, at.MongoDB)
	if p.Request.MongoDB.External {
		return `(umask 077; mongodump --uri "$MONGO_URL" --archive --gzip > ` + file + ") # MONGO_URL is in .env"
	}
	return `(umask 077; docker compose exec -T mongodb sh -c 'mongodump -u backup -p "$MONGODB_BACKUP_PASSWORD" --authenticationDatabase admin --archive --gzip' > ` + file + ")"
}

// fcvCommand sets the featureCompatibilityVersion. From 7.0 on it wants to be told
// that the way back is gone
// (https://www.mongodb.com/docs/manual/reference/command/setFeatureCompatibilityVersion/).
func fcvCommand(p generator.Plan, version string) string {
	confirm := ", confirm: true"
	if version < "7.0" { // one digit each, and so in the order of numbers
		confirm = ""
	}
	script := `db.adminCommand({setFeatureCompatibilityVersion: \"` + version + `\"` + confirm + `})`
	if p.Request.MongoDB.External {
		return `mongosh "$MONGO_URL" --eval "` + script + `" # as an administrator of your MongoDB, on its primary`
	}
	address := ""
	if members := p.MongoDBMembers(); len(members) > 1 { // whichever is the primary
		address = `"mongodb://` + strings.Join(members, ",") + `/?replicaSet=rs0" `
	}
	return "docker compose exec -T mongodb sh -c '" + shellCommand(address, script) + "'"
}

// shellCommand runs a script in MongoDB's shell, inside its container. An address
// is that of the whole set, in quotes and with a space behind.
func shellCommand(address, script string) string {
	return generator.MongoDBShell + address + `--eval "` + script + `"`
}

func (r rung) label() string {
	switch r.Kind {
	case generator.StepBackup:
		return fmt.Sprintf("%d, a backup of %s", r.Number, r.To)
	case generator.StepFCV:
		return fmt.Sprintf("%d, featureCompatibilityVersion %s", r.Number, r.To)
	case generator.StepMongoDB:
		return fmt.Sprintf("%d, MongoDB %s to %s", r.Number, r.From, r.To)
	default:
		return fmt.Sprintf("%d, Rocket.Chat %s to %s", r.Number, r.From, r.To)
	}
}

// next says what to do now that the first change is written.
func (l ladder) next() string {
	step, ok := l.upgrade.Change()
	switch {
	case !ok:
		return ""
	case step.Number == len(l.Steps):
		return fmt.Sprintf("step %d is written; take the steps in their order", step.Number)
	default:
		return fmt.Sprintf("step %d is written; take the steps up to it in their order, then go on with the next", step.Number)
	}
}

// print prints the steps, and what to do next.
func (l ladder) print(c *cli.Context, e env, next string) error {
	if c.String("format") == "json" {
		return printJSON(e.stdout, l)
	}
	var out strings.Builder
	if len(l.Steps) == 0 {
		fmt.Fprintf(&out, "nothing to upgrade: Rocket.Chat %s with MongoDB %s (%s)\n", l.From.Release, l.From.MongoDB, l.State)
	} else {
		fmt.Fprintf(&out, "Rocket.Chat %s with MongoDB %s (%s) to %s with MongoDB %s: %s, in %s\n",
			l.From.Release, l.From.MongoDB, l.State, l.To.Release, l.To.MongoDB, counted(len(l.Steps), "step"), quoted(c.String("dir")))
	}
	for _, r := range l.Steps {
		fmt.Fprintf(&out, "\n%s: %s\n    [%s]\n", r.label(), r.Why, r.Source)
		for _, command := range r.Commands {
			fmt.Fprintf(&out, "    $ %s\n", command)
		}
		if len(r.ByHand) > 0 {
			fmt.Fprintf(&out, "    without rcgen: %s\n", strings.Join(r.ByHand, " && "))
		}
	}
	for i, n := range l.Notes {
		fmt.Fprintf(&out, "%snote: %s\n", map[bool]string{true: "\n"}[i == 0], n)
	}
	if next != "" {
		fmt.Fprintf(&out, "\nnext: %s\n", next)
	}
	_, err := io.WriteString(e.stdout, out.String())
	return err
}
