package catalog

import (
	"slices"
	"strings"
	"testing"

	"rcgen/generator/tree"
)

// bundled, replicated and external are the kinds of sites.
var (
	bundled    = Site{Members: []string{"mongodb"}, Replicas: []string{"rocketchat-1"}}
	replicated = Site{Members: []string{"mongodb", "mongodb-2", "mongodb-3"},
		Replicas: []string{"rocketchat-1", "rocketchat-2", "rocketchat-3"}}
	external = Site{External: true, Replicas: []string{"rocketchat-1", "rocketchat-2"}}
)

func TestLadderCommands(t *testing.T) {
	const backup = `(umask 077; docker compose exec -T mongodb sh -c 'mongodump -u backup -p "$MONGODB_BACKUP_PASSWORD" ` +
		`--authenticationDatabase admin --archive --gzip' > rocketchat-7.13.9-mongodb-7.0.archive.gz)`
	shell := `docker compose exec -T mongodb sh -c '` + MongoDBShell
	for _, c := range []struct {
		name     string
		site     Site
		kind     StepKind
		to       string
		commands string
		byHand   string
	}{
		{"backup", bundled, StepBackup, "7.13.9", backup, ""},
		{"backup elsewhere", external, StepBackup, "7.13.9",
			`(umask 077; mongodump --uri "$MONGO_URL" --archive --gzip > rocketchat-7.13.9-mongodb-7.0.archive.gz) # MONGO_URL is in .env`, ""},
		{"FCV that can be undone", bundled, StepFCV, "6.0",
			shell + `--eval "db.adminCommand({setFeatureCompatibilityVersion: \"6.0\"})"'`, ""},
		{"FCV of three", replicated, StepFCV, "7.0",
			shell + `"mongodb://mongodb,mongodb-2,mongodb-3/?replicaSet=rs0" --eval "db.adminCommand({setFeatureCompatibilityVersion: \"7.0\", confirm: true})"'`, ""},
		{"FCV elsewhere", external, StepFCV, "8.0",
			`mongosh "$MONGO_URL" --eval "db.adminCommand({setFeatureCompatibilityVersion: \"8.0\", confirm: true})" # as an administrator of your MongoDB, on its primary`, ""},
		{"MongoDB, the primary last", replicated, StepMongoDB, "8.0", "rcgen apply --allow mongodb",
			ComposeUp + " --no-deps mongodb-3 && " + ComposeUp + " --no-deps mongodb-2 && " + ComposeUp +
				" --no-deps mongodb && " + ComposeUp},
		{"MongoDB elsewhere", external, StepMongoDB, "8.0",
			"# your replica set: https://www.mongodb.com/docs/manual/release-notes/8.0-upgrade-replica-set/", ""},
		{"release, one replica", bundled, StepRelease, "8.9.1", "rcgen apply", ComposeUp},
		{"release, the first alone", replicated, StepRelease, "8.9.1", "rcgen apply",
			"docker compose stop rocketchat-2 rocketchat-3 && " + ComposeUp},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.site.rung(UpgradeStep{Kind: c.kind, To: c.to}, Deployment{Release: "7.13.9", MongoDB: "7.0"})
			if got := strings.Join(r.Commands, "\n"); got != c.commands {
				t.Errorf("got\n%s\nwant\n%s", got, c.commands)
			}
			if got := strings.Join(r.ByHand, " && "); got != c.byHand {
				t.Errorf("by hand: got\n%s\nwant\n%s", got, c.byHand)
			}
		})
	}
}

// TestLadder: each step that changes versions begins with the run that writes it, but for
// the one that this run writes.
func TestLadder(t *testing.T) {
	request := UpgradeRequest{From: Deployment{"7.13.9", "7.0", "7.0"}, Source: tree.RequestFile, Release: "8.9.1"}
	const write = "rcgen upgrade --release 8.9.1"
	for _, c := range []struct {
		name   string
		site   Site
		change func(*UpgradeRequest)
		want   []string // first commands of the MongoDB and the release step
	}{
		{"planned", bundled, func(*UpgradeRequest) {}, []string{write, write}},
		{"written", bundled, func(r *UpgradeRequest) { r.Write = true }, []string{"rcgen apply --allow mongodb", write}},
		{"candidates", bundled, func(r *UpgradeRequest) { r.AllowPrerelease = true },
			[]string{write + " --allow-prerelease", write + " --allow-prerelease"}},
		{"elsewhere", external, func(*UpgradeRequest) {}, []string{"# your", write + " --mongodb 8.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request
			c.change(&r)
			l := must(NewLadder(r, c.site))(t)
			var got []string
			for _, s := range l.Steps {
				if s.Kind == StepMongoDB || s.Kind == StepRelease {
					got = append(got, s.Commands[0])
				}
			}
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) || l.State != tree.RequestFile || l.From != r.From ||
				l.To.Release != "8.9.1" {
				t.Errorf("got %q, want %q\n%+v", got, c.want, l)
			}
		})
	}
	l := must(NewLadder(request, bundled))(t)
	if got, want := l.Next(), "step 2 is written; take the steps up to it in their order, then go on with the next"; got != want {
		t.Errorf("next: got %q, want %q", got, want)
	}
	var labels []string
	for _, s := range l.Steps[:3] {
		labels = append(labels, s.Label())
	}
	if got := strings.Join(labels, "; "); got != "1, a backup of 7.13.9; 2, MongoDB 7.0 to 8.0; 3, featureCompatibilityVersion 8.0" {
		t.Errorf("labels: %s", got)
	}
}

func TestLadderNotes(t *testing.T) {
	site := bundled
	site.Volume = true
	l := must(NewLadder(UpgradeRequest{From: Deployment{"8.9.1", "8.0", "8.0"}, Release: "9.88.0"}, site))(t)
	all := strings.Join(l.Notes, "\n")
	for _, want := range []string{"the volume uploads: keep a copy", "this rcgen does not know 9.88.0"} {
		if !strings.Contains(all, want) {
			t.Errorf("without %q: %s", want, all)
		}
	}
}

func TestLadderTarget(t *testing.T) {
	for _, c := range []struct {
		name    string
		site    Site
		from    Deployment
		release string
		want    Deployment
		fails   string
		hint    string
	}{
		{"release", bundled, Deployment{"8.5.1", "8.0", "8.0"}, "8.9.1", Deployment{"8.9.1", "8.0", "8.0"}, "", ""},
		{"MongoDB first", bundled, Deployment{"7.13.9", "7.0", "7.0"}, "8.9.1", Deployment{"7.13.9", "8.0", "7.0"}, "", ""},
		{"nothing left", bundled, Deployment{"8.9.1", "8.0", "8.0"}, "8.9.1", Deployment{"8.9.1", "8.0", "8.0"}, "", ""},
		{"not rcgen's database", external, Deployment{"7.13.9", "7.0", ""}, "8.9.1", Deployment{},
			"step 3, MongoDB 7.0 to 8.0 is for you", "--mongodb 8.0"},
		{"FCV first", bundled, Deployment{"7.13.9", "7.0", "6.0"}, "8.9.1", Deployment{},
			"featureCompatibilityVersion is 6.0", `\"7.0\"`},
		{"no image", bundled, Deployment{"7.13.9", "5.0", "5.0"}, "7.13.9", Deployment{}, "no image of version 5.0",
			"compose.override.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := must(NewLadder(UpgradeRequest{From: c.from, Release: c.release}, c.site))(t)
			got, err := l.Target()
			if c.fails == "" {
				if err != nil || got != c.want {
					t.Errorf("got %+v, %v, want %+v", got, err, c.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.fails) ||
				!strings.Contains(strings.Join(hintsOf(err), ""), c.hint) {
				t.Errorf("got %v, hints %v", err, hintsOf(err))
			}
		})
	}
}
