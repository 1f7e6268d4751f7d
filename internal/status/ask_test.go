package status

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rcgen/generator"
	"rcgen/internal/container"
)

// hangs answers nothing and does not obey its context, as a program that ignores SIGTERM.
func hangs[T any](over <-chan struct{}) (none T, err error) {
	<-over
	return none, errors.New("too late")
}

// TestAskTakesLimit has every question hang that may: the answer comes in time.
func TestAskTakesLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := make(chan struct{})
		defer close(over)
		start := time.Now()
		s, err := Ask(t.Context(), Sources{
			Running: func(context.Context) (Running, error) {
				time.Sleep(runningLimit - time.Millisecond)
				return well().running, nil
			},
			Files:  func(context.Context) ([]FileDrift, error) { return hangs[[]FileDrift](over) },
			Docker: func(context.Context, ...string) (string, error) { return hangs[string](over) },
		}, generator.Plan{Instances: 2, Release: "8.9.1"})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took >= Limit {
			t.Errorf("took %v", took)
		}
		reasons := map[string]string{}
		for _, u := range s.Unknown {
			reasons[u.Question] = u.Reason
		}
		if reasons[AskPrometheus] != "no answer within 4s" || reasons[AskUsage] != "no answer within 4s" ||
			reasons[AskFiles] != "no answer within 5s" {
			t.Errorf("unknown: %v", reasons)
		}
		if len(s.Replicas) != 2 || s.OK {
			t.Errorf("got %+v", s)
		}
	})
}

// TestAskWithoutEngine has the first question fail or hang: there is no status then.
func TestAskWithoutEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := make(chan struct{})
		defer close(over)
		down := errors.New("down")
		for want, ask := range map[string]func(context.Context) (Running, error){
			"down":                func(context.Context) (Running, error) { return Running{}, down },
			"no answer within 5s": func(context.Context) (Running, error) { return hangs[Running](over) },
		} {
			_, err := Ask(t.Context(), Sources{Running: ask,
				Files: func(context.Context) ([]FileDrift, error) { return nil, nil }}, generator.Plan{})
			if err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	})
}

const answer = `{"status":"success","data":{"resultType":"vector","result":[
	{"metric":{"__name__":"rocketchat_ddp_connected_users","instance":"rocketchat-1"},"value":[1763791577.1,"7"]},
	{"metric":{"__name__":"rocketchat_ddp_connected_users","instance":"rocketchat-2"},"value":[1763791577.1,"NaN"]}]}}`

func TestAskPrometheus(t *testing.T) {
	var asked []string
	docker := func(_ context.Context, args ...string) (string, error) {
		asked = args
		return answer, nil
	}
	samples, err := askPrometheus(t.Context(), docker, well().running.Containers)
	if err != nil {
		t.Fatal(err)
	}
	if got := users(samples); len(got) != 1 || got["rocketchat-1"] != 7 {
		t.Errorf("users: %v", got)
	}
	if line := strings.Join(asked, " "); !strings.HasPrefix(line, "exec prometheus wget ") ||
		strings.ContainsAny(line, `{}"|`) {
		t.Errorf("asked %q", line)
	}
	stopped := well().running.Containers
	stopped[1].State = "exited"
	if _, err := askPrometheus(t.Context(), docker, stopped); err == nil {
		t.Error("asked one that does not run")
	}
	for _, bad := range []string{"", "<html>", `{"status":"error","error":"x"}`, `[]`} {
		if _, err := parseSamples(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// TestPrimary has members that do not agree: one that was cut off says what it saw last.
func TestPrimary(t *testing.T) {
	var samples []sample
	for by, sees := range map[string]string{"mongodb": "mongodb:27017", "mongodb-2": "mongodb-2:27017",
		"mongodb-3": "mongodb-2:27017"} {
		for _, m := range []string{"mongodb:27017", "mongodb-2:27017", "mongodb-3:27017"} {
			state := 2.0
			if m == sees {
				state = primary
			}
			samples = append(samples, series(state, seriesMember, "instance", by, "member_idx", m))
		}
	}
	if got := mongoDB(samples); got != (MongoDB{true, "mongodb-2:27017", 3}) {
		t.Errorf("got %+v", got)
	}
}

func TestUsage(t *testing.T) {
	all, err := parseLimits(`{"ID":"a","Limits":{"NanoCpus":1500000000,"Memory":2147483648,"Binds":["/srv:/x"]}}` + "\n" +
		`{"ID":"b","Limits":{"NanoCpus":0,"Memory":0}}` + "\n")
	if err != nil {
		t.Fatal(err)
	}
	err = addStats(all, `{"ID":"a","CPUPerc":"142.50%","MemUsage":"1.045GiB / 2GiB"}`+"\n"+`{"ID":"b","CPUPerc":"--","MemUsage":"-- / --"}`+"\n")
	if err != nil {
		t.Fatal(err)
	}
	a, b := all["a"], all["b"]
	if *a.cpu != 1.425 || *a.cpuLimit != 1.5 || *a.memory != 1122060206 || *a.memoryLimit != 2<<30 {
		t.Errorf("a: %v %v %v %v", *a.cpu, *a.cpuLimit, *a.memory, *a.memoryLimit)
	}
	if b.cpu != nil || b.memory != nil || *b.cpuLimit != 0 || *b.memoryLimit != 0 || len(all) != 2 {
		t.Errorf("b: %+v of %d", b, len(all))
	}
	if err := addStats(all, "CONTAINER ID\n"); err == nil {
		t.Error("a table: no error")
	}
	if _, err := parseLimits("<no value>\n"); err == nil {
		t.Error("no limits: no error")
	}
	nothing := func(context.Context, ...string) (string, error) { return "", errors.New("asked") }
	if _, err := askUsage(t.Context(), nothing, []container.Container{{ID: "a", State: "exited"}}); err != nil {
		t.Error("asked for a container that does not run: Docker would wait")
	}
}
