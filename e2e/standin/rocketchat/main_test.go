package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// asProgram makes the test binary the stand-in itself, so that tests can start and
// signal real processes.
const asProgram = "STANDIN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "1" {
		main()
	}
	os.Exit(inScratch(m))
}

// inScratch removes what uploads and the built mongod leave behind.
func inScratch(m *testing.M) int {
	dir, err := os.MkdirTemp("", "standin-rocketchat-")
	if err == nil {
		err = os.Setenv("TMPDIR", dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return m.Run()
}

func TestFailedStarts(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  []string
		status  int
		message string
	}{
		{"transporter of a microservice", []string{"TRANSPORTER", "nats://nats:4222"}, 1, "invalid transporter"},
		{"no MongoDB", []string{"MONGO_URL", "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=50"}, 1, "MongoDB: "},
		{"no ROOT_URL", []string{"ROOT_URL", ""}, 1, "ROOT_URL: "},
		{"node option", []string{"NODE_OPTIONS", "--max-old-space-sise=1"}, 9, "is not allowed in NODE_OPTIONS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if status := run(project(c.change...), &stdout, &stderr); status != c.status {
				t.Errorf("status %d", status)
			}
			if all := stdout.String() + stderr.String(); !strings.Contains(all, c.message) || strings.Contains(all, "pw@") {
				t.Errorf("got %s", all)
			}
		})
	}
}

func TestLogLines(t *testing.T) {
	var out bytes.Buffer
	log := newLog(&out, "rocketchat-1")
	log.Info("one")
	log.Warn("two")
	log.Error("three", "err", "broken")
	for i, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var entry struct {
			Level         int
			Time          time.Time
			Msg, Hostname string
			Err           string
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if want := []int{20, 40, 50}[i]; entry.Level != want || entry.Msg == "" || entry.Time.IsZero() {
			t.Errorf("got %s", line)
		}
	}
}
