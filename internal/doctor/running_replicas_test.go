package doctor

import (
	"errors"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/generator/units"
	"rcgen/internal/container"
)

func TestReplicas(t *testing.T) {
	holdFound(t, []found{
		{"replicas", func(*deployed) {}, OK, "3 of 3 are up", ""},
		{"replicas", func(s *deployed) { s.container("rocketchat-2", "running", "") }, OK, "3 of 3 are up", ""},
		{"replicas", func(s *deployed) { s.container("rocketchat-2", "running", "unhealthy") }, Fail,
			"2 of 3 are up: rocketchat-2 is unhealthy", "logs --tail 50 rocketchat-2"},
		{"replicas", func(s *deployed) { s.container("rocketchat-3", "exited", "unhealthy") }, Fail, "rocketchat-3 is exited",
			"logs --tail 50 rocketchat-3"},
		{"replicas", func(s *deployed) { s.container("rocketchat-3", "restarting", "") }, Fail, "rocketchat-3 is restarting",
			"rcgen apply"},
		{"replicas", func(s *deployed) { s.gone("rocketchat-1") }, Fail, "2 of 3 are up: rocketchat-1 is not there",
			"rcgen apply"},
		{"replicas", func(s *deployed) { s.container("rocketchat-1", "running", "starting") }, Warn,
			"2 of 3 are up, rocketchat-1 starting", "logs -f rocketchat-1"},
		{"replicas", func(s *deployed) {
			s.container("rocketchat-1", "running", "starting")
			s.container("rocketchat-2", "exited", "")
		}, Fail, "1 of 3 are up: rocketchat-2 is exited", "rcgen apply"},
		{"replicas", func(s *deployed) { // an older one that was left behind
			s.containers = append([]container.Container{{ID: "old", Service: "rocketchat-1", State: "exited"}}, s.containers...)
		}, OK, "3 of 3 are up", ""},
	})
}

func TestNATS(t *testing.T) {
	two := func(s *deployed) {
		s.answers["nats"] = `{"connections":[{"ip":"172.18.0.5"},{"ip":"172.18.0.6"},{"ip":"172.18.0.6"}]}`
	}
	holdFound(t, []found{
		{"nats", func(*deployed) {}, OK, "3 connected", ""},
		{"nats", func(s *deployed) { two(s); s.plan.Request.Edition = generator.Licensed }, Fail, "2 connected of 3 replicas",
			"logs --tail 50 nats"},
		{"nats", two, Warn, "2 connected of 3 replicas", "scalability"},
		{"nats", func(s *deployed) { two(s); s.container("rocketchat-3", "exited", "") }, OK,
			"2 connected, 2 replicas are up", ""},
		{"nats", func(s *deployed) { s.answers["nats"], s.plan.Instances = `{"connections":[]}`, 1 }, OK, "one replica alone",
			""},
		{"nats", func(s *deployed) { s.gone("nats") }, Fail, "nats does not run", "rcgen apply"},
		{"nats", func(s *deployed) { s.execErr["nats"] = errors.New("connection refused") }, Fail, "connection refused",
			"logs --tail 50 nats"},
		{"nats", func(s *deployed) { s.answers["nats"] = "<html>" }, Fail, "cannot be read", "logs --tail 50 nats"},
	})
}

func TestBackups(t *testing.T) {
	made := func(size units.Bytes, ago time.Duration) func(*deployed) {
		return func(s *deployed) { s.backups = append(s.backups, Backup{size, stackTime.Add(-ago)}) }
	}
	holdFound(t, []found{
		{"backups", func(*deployed) {}, OK, "the newest of 2 is 3 h old and has 3MiB", ""},
		{"backups", func(s *deployed) { s.backups = nil }, Warn, "no *.archive.gz",
			"each day, and take it to another machine: (umask 077; docker compose exec -T mongodb sh -c 'mongodump "},
		{"backups", func(s *deployed) { s.backups = s.backups[:1] }, Warn, "the newest of 1 is 2 days old", "mongodump "},
		{"backups", made(0, time.Minute), Fail, "the newest of 3, made 60 s ago, is empty", "mongodump "},
		{"backups", made(0, 30*time.Hour), OK, "the newest of 3 is 3 h old", ""},
		{"backups", made(1, -time.Hour), OK, "0 s old", ""}, // a clock that was wrong
		{"backups", func(s *deployed) { s.backupsErr = errors.New("permission denied") }, Skip, "permission denied", "user"},
		{"backups", func(s *deployed) { s.plan.Request.MongoDB.External = true }, Skip, "not on this host",
			"see that there are some"},
	})
}

func TestRough(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 119 * time.Second: "119 s", 2 * time.Minute: "2 min", 119 * time.Minute: "119 min", 3 * time.Hour: "3 h",
		47 * time.Hour: "47 h", 120 * time.Hour: "5 days",
	} {
		if got := rough(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
