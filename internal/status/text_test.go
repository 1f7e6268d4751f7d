package status

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rcgen/internal/container"
)

const wellText = `chat at 2026-11-22 12:00:00 UTC: all is well

SERVICE       STATE    HEALTH   IMAGE               AGE  USERS  CPU               MEMORY
rocketchat-1  running  healthy  rocket.chat:8.9.1   1h   7      0.42 of 1.5       812MiB of 2GiB
rocketchat-2  running  healthy  rocket.chat:8.9.1   1h   5      0.1 of 1.5        700MiB of 2GiB
mongodb       running  healthy  mongo:8.0.26        1h   -      0.05 of 2.72      3GiB of 4.344GiB
prometheus    running  healthy  prometheus:v3.13.5  1h   -      0.01 of no limit  100MiB of no limit

users         12 connected, 120 planned at once
mongodb       primary mongodb:27017, 1 member
nats          up, 2 connections
certificates  chat.firma.de until 2027-01-21 (60 days)
release       8.9.1, supported until 2027-10-31 (343 days)
alerts        none fires
drift         none
`

const awayText = `chat at 2026-11-22 12:00:00 UTC: 3 things are wrong

SERVICE       STATE    HEALTH   IMAGE              AGE  USERS    CPU              MEMORY
rocketchat-1  running  healthy  rocket.chat:8.9.1  1h   unknown  unknown of 1.5   unknown of 2GiB
rocketchat-2  running  healthy  rocket.chat:8.9.1  1h   unknown  unknown          unknown
mongodb       running  healthy  mongo:8.0.26       1h   -        unknown of 2.72  unknown of 4.344GiB
prometheus    missing  -        -                  -    -        -                -

users         unknown connected, 120 planned at once
mongodb       unknown
nats          unknown
certificates  unknown
release       8.9.1, its support is not known to this rcgen
alerts        unknown
drift         none

wrong:
  prometheus: without a container
    ` + "`rcgen apply`" + ` makes what is missing
  prometheus: users, MongoDB, NATS, certificates and alerts are not known: it does not run
    ` + "`docker compose up -d --wait prometheus`" + `, or wait a minute after a start
  usage: CPU and memory are not known: no answer within 4s
    try again; ` + "`docker stats --no-stream`" + ` asks the same
`

func TestPrint(t *testing.T) {
	away := well()
	away.samples, away.samplesErr, away.usageErr = nil, errors.New("it does not run"), errors.New("no answer within 4s")
	away.running.Containers = append(away.running.Containers[:1:1], away.running.Containers[2:]...)
	away.running.Drift = []container.Drift{{Service: "prometheus", Kind: container.Missing, Detail: "no container"}}
	away.support, away.supportKnown = "", false
	delete(away.usage, "rocketchat-2")
	for id, u := range away.usage {
		u.cpu, u.memory = nil, nil
		away.usage[id] = u
	}
	for name, c := range map[string]struct {
		answers answers
		want    string
	}{"well": {well(), wellText}, "away": {away, awayText}} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := c.answers.assemble(noon).Print(&out); err != nil {
				t.Fatal(err)
			}
			if out.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), c.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"no primary":     {MongoDB{Known: true, Members: 3}.text(), "no primary, 3 members"},
		"nats away":      {NATS{Up: ptr(false)}.text(), "does not answer"},
		"one connection": {NATS{ptr(true), ptr(1)}.text(), "up, 1 connection"},
		"no https":       {Status{Certificates: []Certificate{}}.certificatesText(), "none"},
		"pre-release":    {Release{Release: "9.0.0-rc.1", Supported: ptr(false)}.text(), "9.0.0-rc.1, no support"},
		"support over": {Release{"8.0.0", ptr(false), "2026-01-01", ptr(-300)}.text(),
			"8.0.0, supported until 2026-01-01"},
		"alerts": {Status{Alerts: []Alert{{"A", "critical", "x"}, {"B", "warning", ""}}}.alertsText(),
			"A for x (critical), B (warning)"},
		"drift": {Drift{[]FileDrift{{}, {}}, []DriftRow{{}}}.text(),
			"files: 2 files differ; containers: 1 container differs"},
		"drift not known": {Drift{[]FileDrift{}, nil}.text(), "files: 0 files differ; containers: unknown"},
		"seconds":         {age(ptr(noon.Add(-59*time.Second)), noon), "59s"},
		"minutes":         {age(ptr(noon.Add(-119*time.Second)), noon), "1m"},
		"days":            {age(ptr(noon.Add(-49*time.Hour)), noon), "2d"},
		"clocks differ":   {age(ptr(noon.Add(time.Hour)), noon), "0s"},
		"digest":          {short("a.b/c/d:1@sha256:0123456789abcdef"), "d:1@0123456789ab"},
		"many names":      {some(strings.Fields("a b c d e f g h")), "a, b, c, d, e, f and 2 more"},
		"a name twice":    {some([]string{"a", "a", "b"}), "a, b"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", name, c.got, c.want)
		}
	}
}
