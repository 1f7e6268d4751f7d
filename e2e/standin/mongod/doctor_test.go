package main_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// doctorScript is what rcgen doctor runs in mongosh.
const doctorScript = "../../../internal/doctor/mongodb.js"

// mongosh runs a script as rcgen does, as the user root.
func (i *instance) mongosh(password, script string) outcome {
	i.t.Helper()
	i.dependsOn(doctorScript, "../mongosh/*.go")
	cmd := exec.Command(filepath.Join(binaries, "mongosh"), "--quiet", "--norc", "-u", "root", "-p", password,
		"--eval", script)
	cmd.Env = append(os.Environ(), fmt.Sprintf("STANDIN_PORT_MAP=27017:%d", i.port))
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		i.t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), strings.TrimSuffix(stdout.String(), "\n"), stderr.String()}
}

// diagnosis is what the script prints.
type diagnosis struct {
	Members   []struct{ Host, State string }
	Config    []string
	Version   string
	FCV       string
	Instances []float64
	Control   *struct {
		Version int
		Locked  bool
		Age     *float64
	}
	Statistics *struct {
		Age     float64
		Modules []string
	}
	Errors map[string]string
}

// diagnose runs the script of rcgen doctor.
func (i *instance) diagnose() diagnosis {
	i.t.Helper()
	source, err := os.ReadFile(doctorScript)
	if err != nil {
		i.t.Fatal(err)
	}
	o := i.mongosh(rootPassword, string(source))
	var d diagnosis
	if err := json.Unmarshal([]byte(o.line), &d); err != nil || o.code != 0 || o.stderr != "" {
		i.t.Fatalf("%d, %q, %q: %v", o.code, o.line, o.stderr, err)
	}
	return d
}

// TestDoctorScript asks a new set, one that Rocket.Chat has used, and a member that is
// alone.
func TestDoctorScript(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	if o := i.mongosh(rootPassword, "print(1)"); o.code != 1 || o.line != "" ||
		!strings.HasPrefix(o.stderr, "MongoServerError: Authentication failed") {
		t.Errorf("before there are users: %+v", o)
	}
	i.healthy(3)
	fresh := i.diagnose()
	if len(fresh.Errors) != 0 || len(fresh.Members) != 1 || fresh.Members[0].Host != member ||
		fresh.Members[0].State != "PRIMARY" ||
		len(fresh.Config) != 1 || fresh.Config[0] != member || fresh.Version != "8.0.26" || fresh.FCV != "8.0" ||
		len(fresh.Instances) != 0 || fresh.Control != nil || fresh.Statistics != nil {
		t.Errorf("a new set: %+v", fresh)
	}
	i.used()
	used := i.diagnose()
	near := func(age, want float64) bool { return math.Abs(age-want) < 5 }
	switch {
	case len(used.Errors) != 0 || len(used.Instances) != 2 || !near(used.Instances[0], 0) || !near(used.Instances[1], 90):
		t.Errorf("instances: %+v", used)
	case used.Control == nil || used.Control.Version != 330 || !used.Control.Locked || used.Control.Age == nil ||
		!near(*used.Control.Age, 600):
		t.Errorf("control: %+v", used.Control)
	case used.Statistics == nil || !near(used.Statistics.Age, 60) ||
		strings.Join(used.Statistics.Modules, " ") != "auditing scalability":
		t.Errorf("statistics: %+v", used.Statistics)
	}
	if o := i.mongosh("wrong", "print(1)"); o.code != 1 ||
		!strings.HasPrefix(o.stderr, "MongoServerError: Authentication failed") {
		t.Errorf("with another password: %+v", o)
	}
}

// used writes what the script reads of Rocket.Chat's database.
func (i *instance) used() {
	i.t.Helper()
	now := time.Now()
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	statistics := func(made time.Time, modules ...string) bson.D {
		return bson.D{{Key: "createdAt", Value: made}, {Key: "enterprise", Value: bson.D{{Key: "modules", Value: modules}}}}
	}
	chat := i.root().Database("rocketchat")
	for collection, documents := range map[string][]any{
		"instances": {bson.D{{Key: "_updatedAt", Value: now}}, bson.D{{Key: "_updatedAt", Value: ago(90)}}},
		"migrations": {bson.D{{Key: "_id", Value: "control"}, {Key: "version", Value: 330},
			{Key: "locked", Value: true}, {Key: "lockedAt", Value: ago(600)}}},
		"rocketchat_statistics": {statistics(ago(86400)), statistics(ago(60), "auditing", "scalability"),
			statistics(ago(172800))},
	} {
		if _, err := chat.Collection(collection).InsertMany(i.t.Context(), documents); err != nil {
			i.t.Fatal(err)
		}
	}
}

// TestDoctorRemoved asks a member that its set does not know: the rest is answered.
func TestDoctorRemoved(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.env = append(i.env, "STANDIN_SELF=oldname:27017")
	i.prepare("oldname:27017")
	i.stop()
	i.env = append(i.env, "STANDIN_SELF="+member)
	i.start()
	d := i.diagnose()
	if !strings.HasPrefix(d.Errors["members"], "Our replica set config is invalid") || len(d.Config) != 1 ||
		d.Config[0] != "oldname:27017" || d.FCV != "8.0" {
		t.Errorf("%+v", d)
	}
}

// TestEval has what --eval makes of scripts, and the one by which rcgen upgrade reads the
// featureCompatibilityVersion.
func TestEval(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	i.healthy(3)
	for script, want := range map[string]string{
		`print(db.adminCommand({getParameter: 1, featureCompatibilityVersion: 1}).featureCompatibilityVersion.version)`: "8.0",
		`db.getName()`:    "test",
		`1 + 1`:           "2",
		`print('a'); 'b'`: "a\nb",
		`const x = 1`:     "",
	} {
		if o := i.mongosh(rootPassword, script); o.code != 0 || o.line != want || o.stderr != "" {
			t.Errorf("%s: %+v", script, o)
		}
	}
	if o := i.mongosh(rootPassword, `db.adminCommand({noSuchThing: 1})`); o.code != 1 ||
		!strings.HasPrefix(o.stderr, "MongoServerError: ") {
		t.Errorf("an error: %+v", o)
	}
}
