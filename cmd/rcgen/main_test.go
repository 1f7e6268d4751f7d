package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rcgen/internal/host"
)

// TestMain makes the test binary the command: scripts start it as rcgen.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rcgen": main, "terminal": terminal})
}

// terminal runs a command with its standard error on the terminal, and ends later: with
// the leader of its session the kernel drops what nobody has read of a terminal.
func terminal() {
	const reading = 500 * time.Millisecond // assumption: the test reads within it
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		log.Fatal(err)
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, tty
	if err := cmd.Run(); cmd.ProcessState == nil {
		log.Fatal(err)
	}
	time.Sleep(reading)
	os.Exit(cmd.ProcessState.ExitCode())
}

func TestScripts(t *testing.T) {
	t.Parallel()
	opsCI, err := filepath.Abs("../../examples/ops-ci.sh")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: func(e *testscript.Env) error { e.Setenv("OPS_CI", opsCI); return nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "untouched": untouched, "fails": fails,
		},
		Condition:           condition,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
	})
}

// condition knows [root], whom no permission stops.
func condition(name string) (bool, error) {
	if name != "root" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	return os.Geteuid() == 0, nil
}

// exits N COMMAND... wants that exit code: "! exec" takes every other than 0.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code, failed := 0, new(exec.ExitError)
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		code = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// untouched N COMMAND... is exits that leaves every file below $WORK as it was.
func untouched(ts *testscript.TestScript, neg bool, args []string) {
	before, err := listing(ts.Getenv("WORK"))
	ts.Check(err)
	exits(ts, neg, args)
	after, err := listing(ts.Getenv("WORK"))
	ts.Check(err)
	for _, line := range slices.Concat(before, after) {
		if slices.Contains(before, line) != slices.Contains(after, line) {
			ts.Fatalf("made, changed or removed: %.200s", line)
		}
	}
}

// fails N COMMAND... is untouched with an error as every command reports one.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	untouched(ts, neg, args)
	ts.Check(checkFailure(ts.ReadFile("stdout"), ts.ReadFile("stderr")))
}

// failure is what standard error begins with when a command failed.
var failure = regexp.MustCompile(`^rcgen: error: [^\n]+: [^\n]+\nrcgen: hint: [^\n]+\n`)

func checkFailure(stdout, stderr string) error {
	switch {
	case stdout != "":
		return fmt.Errorf("standard output of a failed command: %q", stdout)
	case !failure.MatchString(stderr):
		return fmt.Errorf("standard error begins with something else than %q", failure)
	}
	return nil
}

// listing returns a line for every path below dir, with its mode and, where it
// has any, its time of change, content and target, so that any write shows.
func listing(dir string) (lines []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s %v", path, info.Mode())
		switch {
		case info.Mode().IsRegular():
			var content []byte
			content, err = os.ReadFile(path)
			line += fmt.Sprintf(" %v %q", info.ModTime(), content)
		case info.Mode()&fs.ModeSymlink != 0:
			var target string
			target, err = os.Readlink(path)
			line += " -> " + target
		}
		lines = append(lines, line)
		return err
	})
	return lines, err
}

// outcome is what one command line left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// rcgen runs a command line in this process, on a machine of 4 cores and 8 GiB.
func rcgen(change func(*env), args ...string) outcome {
	var out, errs bytes.Buffer
	e := env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, random: rand.Reader}
	e.detect = func(context.Context) (host.Measured, error) {
		return host.Measured{Cores: 4, Memory: 8 << 30}, nil
	}
	if change != nil {
		change(&e)
	}
	code := run(append([]string{"rcgen"}, args...), e)
	return outcome{code, out.String(), errs.String()}
}

// badValues holds what init refuses as the value of one option, by that option.
var badValues = map[string][]string{
	"users":       {"0", "-1", "1e12", "1000000000000", "99999999999999999999", "many", "3.5", " 3", ""},
	"cores":       {"0", "-4", "2.5", "5000", "all", ""},
	"memory":      {"100MB", "lots", "-4GiB", "65TiB", "0", ""},
	"concurrency": {"0", "1.5", "-0.2", "NaN", "Inf", "20%", ""},
	"concurrent":  {"0", "51", "-1", "2.5", ""},
	"instances":   {"0", "-1", "1001", "two", ""},
	"project":     {"my project", "Chat", "-chat", "chat.firma", "${X}", ""},
	"edition":     {"enterprise", "Community"},
	// no image tag has a plus
	"release": {"latest", "8.9", "v8.9.1", "6.0.0", "7.0.0-rc.1", "8.9.1+build", "8.9.1 ", ""},
	"profile": {"huge", "Small", "/"},
	"format":  {"xml", "JSON", ""},
	"tls":     {"maybe", "ACME", "acme", "files", ""},
	"domain": { // cannot be the name in a URL, a certificate or a rule of Traefik's
		"", " ", ".", "a b.de", "chat.firma.de\n", "chat.firma.de\nx: y", "chat'.firma.de", `chat".firma.de`,
		"chat`.firma.de", "${X}", "$(id).firma.de", "https://chat.firma.de", "chat.firma.de:8080", "chat.firma.de/chat",
		"chat.firma.de.", "chat..firma.de", "-chat.firma.de", "chat-.firma.de", "chat_1.firma.de", "*.firma.de",
		"ops@firma.de", "::1", "[::1]", "1.2.3", "192.0.2.7:80", strings.Repeat("a", 64) + ".de",
		strings.Repeat("a.", 127) + "de",
		"chat.firma.de#x", "chat.firma.de?x", `chat\.firma.de`, "chat\x00.firma.de", "\xff.firma.de", "xn--a.firma.de",
	},
}

func TestInitRefusesValues(t *testing.T) {
	t.Parallel()
	for option, values := range badValues {
		for _, v := range values {
			t.Run(option+"="+v, func(t *testing.T) { initRefuses(t, option, "--"+option, v) })
		}
	}
}

// badInput holds what init refuses together, by a text that its error must have.
var badInput = []struct{ want, args string }{
	{"needs an argument", "--users"},
	{"user", "--user 50"},
	{"extra", "extra"},
	{"extra", "extra --domain chat.firma.de"},
	{"concurren", "--concurrent 5 --concurrency 0.5"}, // which of the two?
	{"email", "--domain chat.firma.de"},
	{"email", "--domain chat.firma.de --tls acme"},
	{"acme-email", "--acme-email ops@firma.de"},
	{"acme-email", "--domain chat.firma.de --tls off --acme-email ops@firma.de"},
	{"acme-email", "--domain chat.firma.de --tls files --acme-email ops@firma.de"},
	{"email", "--domain chat.firma.de --acme-email nobody"},
	{"email", "--domain chat.firma.de --acme-email <ops@firma.de>"},
	{"email", "--domain chat.firma.de --acme-email ops@firma.de\vstorage:/"}, // \v: no space to split at
	{"example.com", "--domain chat.firma.de --acme-email ops@example.com"},
	{"mail.example.com", "--domain chat.firma.de --acme-email ops@mail.example.com"},
	{"192.0.2.7", "--domain 192.0.2.7 --acme-email ops@firma.de"},
	{"chat is not", "--domain chat --acme-email ops@firma.de"},
	{"main_test.go", "--profile main_test.go"}, // no YAML
	{"no-such-file", "--mongo-url-file no-such-file"},
	{"testdata", "--mongo-url-file testdata"},
	{"mongo-url-file", "--mongo-url-file="},
	{"/proc", "--dir /proc"}, // nobody can write there
	{"/proc/rcgen", "--dir /proc/rcgen"},
	{"main_test.go", "--dir main_test.go"},
	{"main_test.go", "--dir main_test.go/project"},
}

func TestInitRefusesInput(t *testing.T) {
	t.Parallel()
	for _, c := range badInput {
		t.Run(c.args, func(t *testing.T) { initRefuses(t, c.want, strings.Split(c.args, " ")...) })
	}
}

// initRefuses runs init and wants an error that a person can act on.
func initRefuses(t *testing.T, want string, args ...string) {
	dir := filepath.Join(t.TempDir(), "project")
	refused(t, want, rcgen(nil, append([]string{"init", "--dir", dir, "--users", "50", "--cores", "4", "--memory", "8GiB"},
		args...)...))
	if _, err := os.Stat(dir); err == nil {
		t.Error("the directory was made")
	}
}

func refused(t *testing.T, want string, got outcome) {
	t.Helper()
	if got.code != exitFailed && got.code != exitUsage {
		t.Errorf("exit code %d, want %d or %d", got.code, exitFailed, exitUsage)
	}
	if err := checkFailure(got.stdout, got.stderr); err != nil {
		t.Errorf("%v\n%s", err, got.stderr)
	}
	if first, _, _ := strings.Cut(got.stderr, "\n"); !strings.Contains(first, want) {
		t.Errorf("error without %q: %s", want, first)
	}
}

func TestInitWithoutMeasuring(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "project")
	blind := func(e *env) {
		e.detect = func(context.Context) (host.Measured, error) {
			return host.Measured{}, errors.New("physical memory: size unknown")
		}
	}
	refused(t, "physical memory: size unknown", rcgen(blind, "init", "--dir", dir, "--users", "50", "--cores", "4"))
	if got := rcgen(blind, "init", "--dir", dir, "--users", "50", "--cores", "4",
		"--memory", "8GiB"); got.code != exitDone {
		t.Errorf("both given: exit code %d\n%s", got.code, got.stderr)
	}
}
