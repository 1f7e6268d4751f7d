package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rcgen/e2e/internal/bounds"
)

// replica is a process of the stand-in.
type replica struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  strings.Builder // complete once the process is waited for
	addr string
	end  chan error
}

// launch starts a replica as the generated project does, on free ports.
func launch(t *testing.T, name, mongoURL, nats string, change ...string) *replica {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(freePort(t))
	r := &replica{t: t, addr: net.JoinHostPort("127.0.0.1", port), end: make(chan error, 1)}
	r.cmd = exec.Command(program, "main.js")
	r.cmd.Env = []string{
		asProgram + "=1", "HOSTNAME=" + name, "ROOT_URL=http://localhost", "BIND_IP=127.0.0.1", "PORT=" + port,
		"MONGO_URL=" + mongoURL + "/rocketchat?replicaSet=rs0", "TRANSPORTER=monolith+nats://rocketchat:pw@" + nats,
		"NODE_OPTIONS=--max-old-space-size=512", "STANDIN_START=0s", "TMPDIR=" + t.TempDir(),
		"GORACE=atexit_sleep_ms=0", // else a binary with the race detector stays another second
	}
	r.cmd.Env = append(r.cmd.Env, change...)
	r.cmd.Stdout, r.cmd.Stderr = &r.out, os.Stderr
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.end <- r.cmd.Wait() }()
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	return r
}

func (r *replica) healthy() bool {
	resp, err := http.Get("http://" + r.addr + "/readyz")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// exit waits for the end and gives the status.
func (r *replica) exit() int {
	r.t.Helper()
	select {
	case <-r.end:
		return r.cmd.ProcessState.ExitCode()
	case <-time.After(30 * time.Second):
		r.t.Fatal("the process goes on")
		return -1
	}
}

// listen subscribes to the default room.
func (r *replica) listen() *line {
	r.t.Helper()
	l := dial(r.t, "http://"+r.addr, "/websocket")
	l.say(`{"msg":"connect","version":"1","support":["1"]}`)
	l.hear(`{"msg":"connected"`)
	l.say(`{"msg":"sub","id":"s","name":"stream-room-messages","params":["GENERAL"]}`)
	l.hear(`{"msg":"ready"`)
	return l
}

// pair starts two replicas, the second when the first is ready.
func pair(t *testing.T, mongoURL string, licence string) (one, two *replica) {
	t.Helper()
	nats := startNATS(t, -1).Addr().String()
	one = launch(t, "rocketchat-1", mongoURL, nats, "ROCKETCHAT_LICENSE="+licence)
	wait(t, "rocketchat-1", one.healthy)
	two = launch(t, "rocketchat-2", mongoURL, nats, "ROCKETCHAT_LICENSE="+licence)
	wait(t, "rocketchat-2", two.healthy)
	return one, two
}

func TestMessageBetweenReplicas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		licence string
		crosses bool
	}{{"scalability", true}, {"", false}} {
		t.Run(fmt.Sprintf("licence %q", c.licence), func(t *testing.T) {
			t.Parallel()
			mongoURL := startMongod(t)
			one, two := pair(t, mongoURL, c.licence)
			here, there := one.listen(), two.listen()
			here.say(`{"msg":"method","id":"m","method":"sendMessage","params":[{"_id":"x","rid":"GENERAL","msg":"hello"}]}`)
			here.hear(`{"collection":"stream-room-messages"`)
			here.hear(`{"id":"m","msg":"result"`)
			if c.crosses {
				if got := there.hear(`{"collection":"stream-room-messages"`); !strings.Contains(got, `"hello"`) {
					t.Errorf("got %s", got)
				}
			} else {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				if _, data, err := there.c.Read(ctx); err == nil {
					t.Errorf("without a licence: %s", data)
				}
			}
			// with or without, the database has it
			if _, body := get(t, "http://"+two.addr+"/api/v1/channels.messages?roomId=GENERAL"); !strings.Contains(body,
				`"hello"`) {
				t.Errorf("the history says %s", body)
			}
		})
	}
}

func TestTogetherOnAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	mongoURL, nats := startMongod(t), startNATS(t, -1).Addr().String()
	const slow = "STANDIN_MIGRATING=5s" // the second process has to begin before the first one has migrated
	winner := launch(t, "rocketchat-1", mongoURL, nats, slow)
	loser := launch(t, "rocketchat-2", mongoURL, nats, slow)
	select {
	case <-winner.end:
		winner.end <- nil
		winner, loser = loser, winner
	case <-loser.end:
		loser.end <- nil
	case <-time.After(30 * time.Second):
		t.Fatal("both go on")
	}
	if status := loser.exit(); status != 1 {
		t.Errorf("status %d", status)
	}
	for _, want := range []string{"Not migrating, control is locked", "default room: ", "E11000"} {
		if !strings.Contains(loser.out.String(), want) {
			t.Errorf("no %q in %s", want, loser.out.String())
		}
	}
	wait(t, "the other one", winner.healthy)
}

func TestSIGTERM(t *testing.T) {
	t.Parallel()
	mongoURL := startMongod(t)
	db := openWorkspace(t, mongoURL)
	one, _ := pair(t, mongoURL, "scalability")
	one.listen() // an open connection keeps nobody
	start := time.Now()
	if err := one.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	status := one.exit()
	text, ok := bounds.Time(time.Since(start), 5*time.Second)
	if t.Logf("ended after %s", text); status != 0 || !ok {
		t.Errorf("status %d\n%s", status, one.out.String())
	}
	if n, err := db.instances(context.Background(), config{Expire: time.Minute}); n != 1 || err != nil {
		t.Errorf("%d instances registered, %v", n, err)
	}
}

func TestIdleConnectionIsClosed(t *testing.T) {
	t.Parallel()
	one := launch(t, "rocketchat-1", startMongod(t), startNATS(t, -1).Addr().String())
	wait(t, "rocketchat-1", one.healthy)
	c, err := net.Dial("tcp", one.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	start := time.Now()
	fmt.Fprint(c, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	_, _ = in.ReadString(0) // the rest of the body, and then the end
	took := time.Since(start)
	text, ok := bounds.Time(took, 30*time.Second)
	if t.Logf("closed after %s", text); took < 5*time.Second || !ok {
		t.Errorf("closed after %s", took)
	}
}

func TestMetricsPort(t *testing.T) {
	t.Parallel()
	port := strconv.Itoa(freePort(t))
	one := launch(t, "rocketchat-1", startMongod(t), startNATS(t, -1).Addr().String(),
		"OVERWRITE_SETTING_Prometheus_Enabled=true", "OVERWRITE_SETTING_Prometheus_Port="+port)
	wait(t, "rocketchat-1", one.healthy)
	wait(t, "figures", func() bool {
		_, body := get(t, "http://127.0.0.1:"+port+"/metrics")
		return strings.Contains(body, "\nrocketchat_instance_count 1\n") &&
			strings.Contains(body, "\nprocess_cpu_seconds_total ")
	})
}
