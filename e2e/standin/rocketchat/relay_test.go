package main

import (
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
)

// startNATS is a real server with the user of a generated project.
func startNATS(t *testing.T, port int) *natsserver.Server {
	t.Helper()
	s, err := natsserver.NewServer(&natsserver.Options{
		Host: "127.0.0.1", Port: port, Username: "rocketchat", Password: "pw", NoLog: true, NoSigs: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("NATS does not start")
	}
	t.Cleanup(s.Shutdown)
	return s
}

// join connects an instance and gives what it receives.
func join(t *testing.T, address, id string, licensed bool) (*relay, chan message) {
	t.Helper()
	r, err := openRelay(config{NATS: "nats://rocketchat:pw@" + address, Scalability: licensed, Hostname: id}, id, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.conn.Close)
	got := make(chan message, 10)
	if err := r.receive(func(m message) { got <- m }); err != nil {
		t.Fatal(err)
	}
	return r, got
}

func expect(t *testing.T, got chan message, id string) {
	t.Helper()
	select {
	case m := <-got:
		if m.ID != id {
			t.Errorf("got %q, want %q", m.ID, id)
		}
	case <-time.After(30 * time.Second):
		t.Errorf("%q does not arrive", id)
	}
}

func TestRelayNeedsTheLicenceOnBothSides(t *testing.T) {
	address := startNATS(t, -1).Addr().String()
	one, gotOne := join(t, address, "one", true)
	_, gotTwo := join(t, address, "two", true)
	starter, gotStarter := join(t, address, "starter", false)

	starter.send(message{ID: "unlicensed"})
	one.send(message{ID: "licensed"})
	expect(t, gotTwo, "licensed")
	if err := starter.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	if len(gotOne)+len(gotTwo)+len(gotStarter) != 0 {
		t.Errorf("more than the other licensed instance got it: %d, %d, %d", len(gotOne), len(gotTwo), len(gotStarter))
	}
}

func TestRelayRefusesToStart(t *testing.T) {
	address := startNATS(t, -1).Addr().String()
	for name, url := range map[string]string{
		"wrong password": "nats://rocketchat:other@" + address,
		"no password":    "nats://" + address,
		"nobody there":   "nats://rocketchat:pw@127.0.0.1:1",
	} {
		if _, err := openRelay(config{NATS: url}, "x", quiet()); err == nil {
			t.Errorf("%s: it starts", name)
		}
	}
}

func TestRelayReconnects(t *testing.T) {
	srv := startNATS(t, -1)
	address := srv.Addr().String()
	one, _ := join(t, address, "one", true)
	two, gotTwo := join(t, address, "two", true)
	srv.Shutdown()
	srv.WaitForShutdown()
	wait(t, "disconnect", func() bool { return !one.connected() && !two.connected() })
	startNATS(t, portOf(t, address))
	wait(t, "reconnect", func() bool { return one.connected() && two.connected() })
	if err := two.conn.Flush(); err != nil { // its subscription is there again
		t.Fatal(err)
	}
	one.send(message{ID: "again"})
	expect(t, gotTwo, "again")
}

func TestRelayWithoutTransporter(t *testing.T) {
	r, err := openRelay(config{Scalability: true}, "x", quiet())
	if err != nil {
		t.Fatal(err)
	}
	r.send(message{ID: "nowhere"})
	if err := r.receive(nil); err != nil || r.connected() {
		t.Errorf("connected: %v, %v", r.connected(), err)
	}
}
