package doctor

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// prometheusSays replaces a text in what Prometheus answers.
func prometheusSays(old, with string) func(*deployed) {
	return func(s *deployed) { s.answers["prometheus"] = strings.Replace(s.answers["prometheus"], old, with, 1) }
}

func TestTargets(t *testing.T) {
	const second, up = `"instance":"rocketchat-2"},"health":`, `"up","lastError":""`
	down := func(text string) func(*deployed) {
		return prometheusSays(second+up, second+`"down","lastError":"`+text+`"`)
	}
	holdFound(t, []found{
		{"prometheus-targets", func(*deployed) {}, OK, "4 are up, 3 replicas among them", ""},
		{"prometheus-targets", down(`Get \"http://rocketchat-2:9458/metrics\": dial tcp 172.18.0.6:9458: connect: connection refused`),
			Fail, "1 of 4 are down: rocketchat-2 (dial tcp 172.18.0.6:9458: connect: connection refused)", "docker compose ps"},
		{"prometheus-targets", down(strings.Repeat("é", 100)), Fail, "rocketchat-2 (" + strings.Repeat("é", 80) + "...)",
			"docker compose ps"},
		{"prometheus-targets", prometheusSays(`7777"},"health":"up"`, `7777"},"health":"down"`), Fail,
			"nats nats-exporter:7777", "rcgen apply"},
		{"prometheus-targets", prometheusSays(second+`"up"`, second+`"unknown"`), Warn, "not measured yet: rocketchat-2",
			"wait a minute"},
		{"prometheus-targets", func(s *deployed) { s.plan.Instances = 2 }, Fail, "3 replicas are measured, 2 are planned",
			"rcgen generate"},
		{"prometheus-targets", prometheusSays(`"job":"rocketchat","instance":"rocketchat-3"`, `"job":"other","instance":"x"`),
			Fail, "2 replicas are measured, 3 are planned", "targets"},
		{"prometheus-targets", prometheusSays("success", "error"), Fail, `its answer is "error"`,
			"logs --tail 50 prometheus"},
		{"prometheus-targets", func(s *deployed) { s.gone("prometheus") }, Fail, "prometheus does not run", "rcgen apply"},
		{"prometheus-targets", func(s *deployed) { s.execErr["prometheus"] = errors.New("no wget") }, Fail, "no wget",
			"logs --tail 50 prometheus"},
	})
}

func TestRules(t *testing.T) {
	n := len(aStack().plan.Rules())
	holdFound(t, []found{
		{"alert-rules", func(*deployed) {}, OK, fmt.Sprintf("%d are loaded, %d of them the plan's", n+1, n), ""},
		{"alert-rules", prometheusSays(`"MongoDBDown","health":"ok"`,
			`"MongoDBDown","health":"err","lastError":"many-to-many matching not allowed"`),
			Fail, "1 cannot be evaluated: MongoDBDown (many-to-many matching not allowed)", "prometheus/rules"},
		{"alert-rules", prometheusSays(`"Mine","health":"unknown"`, `"Mine","health":"err","lastError":"x"`), Fail,
			"Mine (x)", "logs --tail 50 prometheus"},
		{"alert-rules", prometheusSays(`"MongoDBDown"`, `"MongoDBGone"`), Warn,
			fmt.Sprintf("1 of %d are not loaded: MongoDBDown", n), "rcgen diff"},
		{"alert-rules", func(s *deployed) {
			s.answers["prometheus"] = targetsSay +
				`{"status":"success","data":{"groups":[]}}`
		}, Fail, "none of the plan's is loaded", "logs --tail 50 prometheus"},
		{"alert-rules", func(s *deployed) { s.gone("prometheus") }, Skip, "prometheus does not run", "prometheus-targets"},
		{"alert-rules", func(s *deployed) { s.answers["prometheus"] = targetsSay }, Skip, "cannot be read",
			"prometheus-targets"},
	})
}
