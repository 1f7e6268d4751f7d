package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// silent makes a session without a transport; its frames are in out.
func silent(t *testing.T) (*server, *session) {
	t.Helper()
	cfg, err := parseConfig(project())
	if err != nil {
		t.Fatal(err)
	}
	s := &server{cfg: cfg, log: quiet(), hub: newHub(), metrics: newMetrics(cfg), polls: newPolls()}
	sess := newSession(s, "203.0.113.7")
	t.Cleanup(sess.close)
	return s, sess
}

func TestOnlySubscribersOfTheRoomGetMessages(t *testing.T) {
	s, sess := silent(t)
	sess.handle([]byte(`{"msg":"connect"}`))
	sess.handle([]byte(`{"msg":"sub","id":"1","name":"stream-room-messages","params":["GENERAL"]}`))
	<-sess.out
	<-sess.out
	s.hub.deliver(message{ID: "a", Room: "other"})
	s.hub.deliver(message{ID: "b", Room: defaultRoom})
	if frame := <-sess.out; !strings.Contains(frame, `"_id":"b"`) || !strings.Contains(frame, `"eventName":"GENERAL"`) {
		t.Errorf("got %s", frame)
	}
	sess.handle([]byte(`{"msg":"unsub","id":"1"}`))
	<-sess.out
	s.hub.deliver(message{ID: "c", Room: defaultRoom})
	if len(sess.out) != 0 {
		t.Errorf("after the end of the subscription: %s", <-sess.out)
	}
	sess.handle([]byte(`{"msg":"sub","id":"2","name":"stream-room-messages"}`))
	<-sess.out
	s.hub.deliver(message{ID: "d", Room: "any"})
	if len(sess.out) != 1 {
		t.Error("a subscription without a room does not get every room")
	}
}

func TestSilentClientIsPingedAndThenDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sess := silent(t)
		time.Sleep(pingAfter - time.Second)
		sess.handle([]byte(`{"msg":"connect"}`)) // not silent: the time starts again
		<-sess.out
		time.Sleep(pingAfter - time.Second)
		synctest.Wait()
		if len(sess.out) != 0 {
			t.Fatalf("too early: %s", <-sess.out)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if frame := <-sess.out; frame != `{"msg":"ping"}` {
			t.Fatalf("got %s", frame)
		}
		time.Sleep(pongWithin)
		<-sess.done
		if n, _, _ := s.hub.counts(); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

func TestAbandonedPollingSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := silent(t)
		p, fresh := s.polls.add("id", s, "203.0.113.7")
		if again, second := s.polls.add("id", s, "203.0.113.7"); !fresh || second || again != p {
			t.Fatal("one id, two sessions")
		}
		<-p.done
		synctest.Wait()
		if s.polls.find("id") != nil {
			t.Error("it can still be found")
		}
	})
}

func TestClientThatDoesNotReadIsDropped(t *testing.T) {
	s, sess := silent(t)
	sess.subs["1"] = ""
	for range backlog + 1 {
		s.hub.deliver(message{Room: defaultRoom})
	}
	select {
	case <-sess.done:
	case <-time.After(30 * time.Second):
		t.Error("the session goes on")
	}
}
