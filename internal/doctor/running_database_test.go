package doctor

import "testing"

func TestRegistered(t *testing.T) {
	holdFound(t, []found{
		{"registered", func(*deployed) {}, OK, "3 registered, 3 replicas are up", ""},
		{"registered", says(`"instances":[3,4]`), Fail, "2 registered, 3 replicas are up",
			"docker compose restart rocketchat-1"},
		{"registered", says(`"instances":[3,4,61]`), Fail, "2 registered", "docker compose restart"},
		// one of the year 2257
		{"registered", says(`"instances":[3,4,null,-7300000000]`), Fail, "2 registered", "docker compose restart"},
		{"registered", func(s *deployed) { says(`"instances":[3,4]`)(s); s.container("rocketchat-3", "running", "starting") },
			OK, "2 registered, 2 replicas are up", ""},
		{"registered", says(`"instances":[3,4,5,-0.2]`), Warn, "4 registered, 3 replicas are planned", "another Rocket.Chat"},
		{"registered", func(s *deployed) { s.gone("mongodb") }, Skip, "mongodb does not run", "mongodb-primary"},
		{"registered", func(s *deployed) { s.plan.Request.MongoDB.External = true }, Skip, "not on this host", "no access"},
	})
}

func TestLicence(t *testing.T) {
	none := says(`"statistics":{"age":7200,"modules":["auditing"]}`)
	holdFound(t, []found{
		{"licence", func(*deployed) {}, OK, "has the module scalability, as of 2 h ago", ""},
		{"licence", none, Fail, "3 replicas, and no module scalability in the statistics of 2 h ago: messages do not cross",
			"ROCKETCHAT_LICENSE"},
		{"licence", says(`"statistics":{"age":60,"modules":null}`), Fail,
			"no module scalability in the statistics of 60 s ago", "rcgen scale --instances 1"},
		{"licence", says(`"statistics":{"age":60,"modules":[]}`), Fail, "no module scalability", "Refresh"},
		{"licence", func(s *deployed) { none(s); s.plan.Instances = 1 }, OK, "one replica needs none", ""},
		{"licence", says(`"statistics":null`), Skip, "no statistics yet", "Refresh"},
		{"licence", says(`"statistics":{"age":null,"modules":["scalability"]}`), Skip, "no statistics yet", "Refresh"},
		{"licence", func(s *deployed) { s.plan.Request.MongoDB.External = true }, Skip, "not on this host", "no access"},
	})
}

func TestMigrations(t *testing.T) {
	old := says(`"control":{"version":329,"locked":true,"age":720}`)
	holdFound(t, []found{
		{"migrations", func(*deployed) {}, OK, "at version 330, not locked", ""},
		{"migrations", says(`"control":{"version":329,"locked":true,"age":40}`), Warn,
			"at version 329, locked 40 s ago: a migration runs", "logs -f rocketchat-1"},
		{"migrations", old, Fail, "at version 329, locked 12 min ago", "docker compose restart rocketchat-1"},
		{"migrations", func(s *deployed) { old(s); s.container("rocketchat-1", "running", "starting") }, Warn,
			"locked 12 min ago: a migration runs", "wait"},
		{"migrations", says(`"control":{"version":329,"locked":true,"age":null}`), Fail, "locked at an unknown time",
			"backup"},
		{"migrations", says(`"control":null`), Skip, "none yet", "first replica"},
		{"migrations", func(s *deployed) { s.plan.Request.MongoDB.External = true }, Skip, "not on this host", "no access"},
	})
}
