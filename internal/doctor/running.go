package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rcgen/internal/container"
)

// RunningSources are the functions that the checks of this group ask besides the common ones.
type RunningSources struct {
	WebSources

	// Backups returns the archives of the database that lie with the project.
	Backups func() ([]Backup, error)
}

// runningWorld holds the questions that several checks of this group share.
type runningWorld struct {
	webWorld
	mongoDB    func(context.Context) (mongoAnswer, error)
	prometheus func(context.Context) (prometheusAnswer, error)
}

func newRunningWorld(ctx context.Context, w *world) runningWorld {
	return runningWorld{
		webWorld:   newWebWorld(ctx, w),
		mongoDB:    shared(ctx, w, mongoLimit, w.askMongoDB),
		prometheus: shared(ctx, w, patience, w.askPrometheus),
	}
}

// runningChecks returns the checks of what runs; all of them are skipped where
// nothing does.
func runningChecks() []check {
	all := slices.Concat(
		[]check{
			{id: "replicas", what: "Rocket.Chat replicas", run: checkReplicas},
			{id: "registered", what: "replicas in the database's list of instances", limit: mongoPatience, run: checkRegistered},
			{id: "nats", what: "replicas connected to NATS", run: checkNATS},
			{id: "licence", what: "the licence that several replicas need", limit: mongoPatience, run: checkLicence},
		},
		runningWebChecks(),
		[]check{
			{id: "prometheus-targets", what: "what Prometheus measures", run: checkTargets},
			{id: "alert-rules", what: "alert rules in Prometheus", run: checkRules},
			{id: "mongodb-primary", what: "members of the replica set", limit: mongoPatience, run: checkPrimary},
			{id: "mongodb-member-host", what: "names of the replica set's members", limit: mongoPatience, run: checkMemberHosts},
			{id: "mongodb-fcv", what: "MongoDB's featureCompatibilityVersion", limit: mongoPatience, run: checkFCV},
			{id: "migrations", what: "the lock of Rocket.Chat's migrations", limit: mongoPatience, run: checkMigrations},
			{id: "backups", what: "archives of the database", run: checkBackups},
		},
	)
	for i := range all {
		all[i].run = onRunning(all[i].run)
	}
	return all
}

// onRunning skips a check where nothing of the project runs.
func onRunning(run func(context.Context, *world) verdict) func(context.Context, *world) verdict {
	return inProject(func(ctx context.Context, w *world) verdict {
		all, err := w.containers(ctx)
		if err != nil {
			return skip("what runs is not known: "+err.Error(), "see the check docker-engine")
		}
		if !slices.ContainsFunc(all, func(c container.Container) bool { return c.Running() }) {
			return skip("nothing of the project runs", "rcgen apply starts it")
		}
		return run(ctx, w)
	})
}

// rough writes a length of time as people say it.
func rough(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 2*day:
		return fmt.Sprintf("%.0f h", d.Hours())
	default:
		return fmt.Sprintf("%.0f days", d.Hours()/day.Hours())
	}
}
