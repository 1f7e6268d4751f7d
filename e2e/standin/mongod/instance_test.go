package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	member       = "mongodb:27017"
	remoteClient = "127.0.0.2" // counts as coming from outside

	// The passwords have characters that change when they are put into an address.
	rootPassword     = "r00t+/ö%&?"
	appPassword      = "app p@ss:word"
	exporterPassword = "exp'\"$`orter"
	backupPassword   = "b<ack>up\\"
)

// binaries has the stand-ins that TestMain built.
var binaries string

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (code int, err error) {
	if binaries, err = os.MkdirTemp("", "standin"); err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(binaries) }()
	for _, name := range []string{"mongod", "mongosh"} {
		build := exec.Command("go", "build", "-o", filepath.Join(binaries, name), "../"+name)
		if out, err := build.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("go build %s: %w\n%s", name, err, out)
		}
	}
	return m.Run(), nil
}

// instance is a mongod with a volume; it may be started several times.
type instance struct {
	t       *testing.T
	dbPath  string
	keyFile string
	port    int
	env     []string

	cmd   *exec.Cmd
	done  chan struct{}
	mu    sync.Mutex
	lines []string
}

func newInstance(t *testing.T, env ...string) *instance {
	t.Helper()
	i := &instance{t: t, dbPath: filepath.Join(t.TempDir(), "db"), port: freePort(t)}
	i.keyFile = filepath.Join(t.TempDir(), "keyfile")
	if err := os.Mkdir(i.dbPath, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(i.keyFile, []byte("c2VjcmV0/+=="), 0o400); err != nil {
		t.Fatal(err)
	}
	i.env = append([]string{"STANDIN_SELF=" + member, "STANDIN_ELECTION=100ms", "STANDIN_REMOTE=" + remoteClient}, env...)
	return i
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func (i *instance) args() []string {
	return []string{
		"--replSet", "rs0", "--keyFile", i.keyFile, "--bind_ip_all", "--dbpath", i.dbPath,
		"--wiredTigerCacheSizeGB", "0.5", "--port", strconv.Itoa(i.port),
	}
}

// start returns once the instance listens.
func (i *instance) start() {
	i.t.Helper()
	i.cmd = exec.Command(filepath.Join(binaries, "mongod"), i.args()...)
	i.cmd.Env = append(os.Environ(), i.env...)
	i.cmd.Stderr = os.Stderr
	out, err := i.cmd.StdoutPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	if err := i.cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.done = make(chan struct{})
	i.mu.Lock()
	from := len(i.lines)
	i.mu.Unlock()
	go i.read(out)
	i.t.Cleanup(i.kill)
	i.await(from, "Waiting for connections")
}

func (i *instance) read(out io.Reader) {
	defer close(i.done)
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		i.mu.Lock()
		i.lines = append(i.lines, scanner.Text())
		i.mu.Unlock()
	}
}

// mark is a place in the log: all that was said so far is before it.
func (i *instance) mark() int {
	i.t.Helper()
	i.catchUp()
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.lines)
}

// catchUp waits until a line that the test itself caused was read: the log comes through
// a pipe, and so late.
func (i *instance) catchUp() {
	i.t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", i.port))
	if err != nil {
		return // not running: what it said was read when it ended
	}
	defer func() { _ = c.Close() }()
	i.await(0, c.LocalAddr().String())
}

// await waits for a line of the log that has text in it.
func (i *instance) await(from int, text string) {
	i.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		i.mu.Lock()
		found := slices.ContainsFunc(i.lines[from:], func(line string) bool { return strings.Contains(line, text) })
		i.mu.Unlock()
		if found {
			return
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.t.Fatalf("mongod did not say %q:\n%s", text, strings.Join(i.lines[from:], "\n"))
}

// commands returns the commands that were logged since from, each with what it was on.
func (i *instance) commands(from int) []string {
	i.t.Helper()
	i.catchUp()
	i.mu.Lock()
	defer i.mu.Unlock()
	var found []string
	for _, line := range i.lines[from:] {
		var entry struct{ Msg, Command, On string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			i.t.Fatalf("not a JSON line: %s", line)
		}
		if entry.Msg == "Command" {
			found = append(found, strings.TrimSpace(entry.Command+" "+entry.On))
		}
	}
	return found
}

// kill ends the instance as docker kill does; it may have ended before.
func (i *instance) kill() {
	if i.cmd.ProcessState == nil {
		_ = i.cmd.Process.Kill()
		<-i.done
		_ = i.cmd.Wait()
	}
}

// stop ends the instance as docker stop does and returns the exit code.
func (i *instance) stop() int {
	i.t.Helper()
	if err := i.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		i.t.Fatal(err)
	}
	<-i.done
	_ = i.cmd.Wait()
	return i.cmd.ProcessState.ExitCode()
}

// outcome is what docker sees of a healthcheck.
type outcome struct {
	code   int
	line   string
	stderr string
}

// healthcheck runs the generated script; env overrides the passwords.
func (i *instance) healthcheck(env ...string) outcome {
	i.t.Helper()
	const script = "../../../templates/mongodb/healthcheck.js"
	i.dependsOn(script, "../mongosh/*.go")
	cmd := exec.Command(filepath.Join(binaries, "mongosh"), "--quiet", "--norc", "--nodb", script)
	cmd.Env = append(os.Environ(), "MONGODB_ROOT_PASSWORD="+rootPassword, "MONGODB_APP_PASSWORD="+appPassword,
		"MONGODB_EXPORTER_PASSWORD="+exporterPassword, "MONGODB_BACKUP_PASSWORD="+backupPassword, "HOSTNAME=mongodb",
		fmt.Sprintf("STANDIN_PORT_MAP=27017:%d", i.port))
	cmd.Env = append(cmd.Env, env...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		i.t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), strings.TrimSuffix(stdout.String(), "\n"), stderr.String()}
}

// dependsOn looks at the files, by which go test learns that a result it has kept is of no
// use once they changed: it does not see what other processes read.
func (i *instance) dependsOn(patterns ...string) {
	i.t.Helper()
	for _, p := range patterns {
		files, err := filepath.Glob(p)
		if err != nil || len(files) == 0 {
			i.t.Fatalf("no files %s: %v", p, err)
		}
		for _, f := range files {
			if _, err := os.Stat(f); err != nil {
				i.t.Fatal(err)
			}
		}
	}
}

// healthy runs the script until it is content, at most as often as given.
func (i *instance) healthy(runs int) outcome {
	i.t.Helper()
	var o outcome
	for range runs {
		if o = i.healthcheck(); o.code == 0 {
			return o
		}
	}
	i.t.Fatalf("not healthy after %d runs: %d, %q, %q", runs, o.code, o.line, o.stderr)
	return o
}
