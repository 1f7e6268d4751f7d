package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rcgen/generator/units"
)

// expiry is how old the heartbeat of an instance that lives may be: Rocket.Chat
// writes one each 10 s, and lets MongoDB drop records after a minute
// (RocketChat/Rocket.Chat, packages/instance-status/src/index.ts).
const expiry = time.Minute

// checkRegistered compares the replicas that are up with the records of instances.
// One with a time in the future is none (RocketChat/Rocket.Chat#31016).
func checkRegistered(ctx context.Context, w *world) verdict {
	a, why := w.asked(ctx, "instances")
	if why != nil {
		return *why
	}
	live := 0
	for _, age := range a.Instances {
		if age != nil && seconds(*age).Abs() <= expiry {
			live++
		}
	}
	up, planned := w.serving(ctx), len(w.Plan.Replicas())
	switch {
	case live < up:
		return fail(fmt.Sprintf("%d registered, %d replicas are up", live, up),
			"a replica registers at its start: docker compose restart "+w.Plan.Replicas()[0]+
				", and once that is healthy the next")
	case live > planned:
		return warn(fmt.Sprintf("%d registered, %d replicas are planned", live, planned),
			"wait two minutes, the record of one that ended stays so long; "+
				"if it remains, another Rocket.Chat uses this database")
	}
	return ok("%d registered, %d replicas are up", live, up)
}

// scalability is the licence module by which instances relay events to each other
// (RocketChat/Rocket.Chat, local-services/instance/service.ts).
const scalability = "scalability"

// checkLicence reads the newest statistics, which Rocket.Chat writes at its start
// and daily (RocketChat/Rocket.Chat, apps/meteor/server/cron/usageReport.ts).
func checkLicence(ctx context.Context, w *world) verdict {
	n := len(w.Plan.Replicas())
	if n == 1 {
		return ok("one replica needs none")
	}
	a, why := w.asked(ctx, "statistics")
	if why != nil {
		return *why
	}
	const refresh = "Refresh on the page Workspace of the administration writes new ones"
	s := a.Statistics
	switch {
	case s == nil || s.Age == nil:
		return skip("Rocket.Chat has no statistics yet, which name the licence's modules", refresh)
	case slices.Contains(s.Modules, scalability):
		return ok("has the module %s, as of %s ago", scalability, rough(seconds(*s.Age)))
	}
	detail := fmt.Sprintf("%d replicas, and no module %s in the statistics of %s ago",
		n, scalability, rough(seconds(*s.Age)))
	return fail(detail+": messages do not cross from one replica to another",
		"ROCKETCHAT_LICENSE=... in .env and rcgen apply, or rcgen scale --instances 1 --apply; "+
			"if the licence is newer than that, "+refresh)
}

// lockTime is the age from which a Rocket.Chat that starts takes a lock for left
// behind, and takes it over (RocketChat/Rocket.Chat, apps/meteor/server/lib/migrations.ts).
const lockTime = 5 * time.Minute

func checkMigrations(ctx context.Context, w *world) verdict {
	a, why := w.asked(ctx, "control")
	if why != nil {
		return *why
	}
	c := a.Control
	switch {
	case c == nil:
		return skip("the database has none yet", "wait until the first replica is up")
	case !c.Locked:
		return ok("at version %.0f, not locked", c.Version)
	}
	first := w.Plan.Replicas()[0]
	all, _ := w.containers(ctx)
	replica, _ := ofService(all, first)
	age, since := time.Duration(0), "at an unknown time"
	if c.Age != nil {
		age = seconds(*c.Age)
		since = rough(age) + " ago"
	}
	if c.Age != nil && age <= lockTime || replica.Health == "starting" {
		return warn(fmt.Sprintf("at version %.0f, locked %s: a migration runs", c.Version, since),
			"wait; docker compose logs -f "+first+" shows it")
	}
	return fail(fmt.Sprintf("at version %.0f, locked %s: a migration was cut off, or takes long", c.Version, since),
		"docker compose logs "+first+" says which; if none runs, docker compose restart "+first+
			" takes the lock over and migrates on, else go back to the backup")
}

// Backup is an archive of the database.
type Backup struct {
	Size units.Bytes
	Made time.Time
}

// stale is the age of a newest archive that is too old; assumption: one a day, and
// two hours for it to be made.
const stale = 26 * time.Hour

func checkBackups(_ context.Context, w *world) verdict {
	if w.Plan.Request.MongoDB.External {
		return skip(errExternal.Error()+", nor are its backups", "see that there are some")
	}
	all, err := w.Running.Backups()
	if err != nil {
		return skip("cannot be listed: "+err.Error(), asOwner)
	}
	command := "each day, and take it to another machine: " + w.Plan.Site().BackupCommand(w.Plan.Versions())
	if len(all) == 0 {
		return warn("no *.archive.gz in the project's directory or in backups below it; "+
			"those kept elsewhere are not seen", command)
	}
	newest := slices.MaxFunc(all, func(a, b Backup) int { return a.Made.Compare(b.Made) })
	age := max(0, w.Now().Sub(newest.Made))
	switch {
	case newest.Size == 0:
		return fail(fmt.Sprintf("the newest of %d, made %s ago, is empty", len(all), rough(age)), command)
	case age > stale:
		detail := fmt.Sprintf("the newest of %d is %s old", len(all), rough(age))
		return warn(detail+"; those kept elsewhere are not seen", command)
	}
	return ok("the newest of %d is %s old and has %s", len(all), rough(age), newest.Size.Human())
}
