package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// ComposeUp starts what is missing, with plain Compose.
const ComposeUp = "docker compose up -d --wait"

// Site is a project as far as the commands of an upgrade depend on it. They are for a
// POSIX shell in the project's directory.
type Site struct {
	External bool     // rcgen does not run the database
	Members  []string // services of the replica set, the primary first; empty if External
	Replicas []string // services of Rocket.Chat, at least one
	Volume   bool     // uploads lie in a volume
}

// rung returns a step with its commands, if versions at run.
func (s Site) rung(step UpgradeStep, at Deployment) Rung {
	r := Rung{UpgradeStep: step, ByHand: []string{}}
	switch step.Kind {
	case StepBackup:
		r.Commands = []string{s.BackupCommand(at)}
	case StepFCV:
		r.Commands = []string{s.FCVCommand(step.To)}
	case StepMongoDB:
		s.mongoDB(&r)
	case StepRelease:
		s.release(&r)
	}
	return r
}

func (s Site) mongoDB(r *Rung) {
	if s.External {
		page := "https://www.mongodb.com/docs/manual/release-notes/" + r.To + "-upgrade-replica-set/"
		r.Commands = []string{"# your replica set: " + page}
		return
	}
	r.Commands = []string{"rcgen apply --allow mongodb"}
	for _, member := range slices.Backward(s.Members) {
		r.ByHand = append(r.ByHand, ComposeUp+" --no-deps "+member)
	}
	r.ByHand = append(r.ByHand, ComposeUp)
}

// release has all replicas but the first stopped by hand: it migrates the database
// alone (RocketChat/Rocket.Chat#17020, #43580).
func (s Site) release(r *Rung) {
	r.Commands = []string{"rcgen apply"}
	if others := s.Replicas[1:]; len(others) > 0 {
		r.ByHand = append(r.ByHand, "docker compose stop "+strings.Join(others, " "))
	}
	r.ByHand = append(r.ByHand, ComposeUp)
}

// BackupCommand makes an archive of the database in the project's directory, named
// after the versions that run.
func (s Site) BackupCommand(at Deployment) string {
	file := fmt.Sprintf("rocketchat-%s-mongodb-%s.archive.gz", at.Release, at.MongoDB)
	if s.External {
		return `(umask 077; mongodump --uri "$MONGO_URL" --archive --gzip > ` + file + ") # MONGO_URL is in .env"
	}
	return `(umask 077; docker compose exec -T mongodb sh -c 'mongodump -u backup -p "$MONGODB_BACKUP_PASSWORD" ` +
		`--authenticationDatabase admin --archive --gzip' > ` + file + ")"
}

// FCVCommand sets the featureCompatibilityVersion, major.minor. From 7.0 on MongoDB
// requires a confirmation that there is no way back
// (https://www.mongodb.com/docs/manual/reference/command/setFeatureCompatibilityVersion/).
func (s Site) FCVCommand(version string) string {
	confirm := ", confirm: true"
	if version < "7.0" { // one digit each, and so in the order of numbers
		confirm = ""
	}
	script := `db.adminCommand({setFeatureCompatibilityVersion: \"` + version + `\"` + confirm + `})`
	if s.External {
		return `mongosh "$MONGO_URL" --eval "` + script + `" # as an administrator of your MongoDB, on its primary`
	}
	address := ""
	if len(s.Members) > 1 { // whichever is the primary
		address = `"mongodb://` + strings.Join(s.Members, ",") + `/?replicaSet=rs0" `
	}
	return "docker compose exec -T mongodb sh -c '" + MongoDBShell + address + `--eval "` + script + `"'`
}

// MongoDBShell is the start of a command line for MongoDB's shell in the container of
// a member, as its administrator. The password is in the container's environment, and
// its home cannot be written to.
const MongoDBShell = `HOME=/tmp mongosh --quiet --norc -u root -p "$MONGODB_ROOT_PASSWORD" `
