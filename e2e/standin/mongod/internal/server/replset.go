package server

import (
	"encoding/binary"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// memberState has the numbers of MemberState.
type memberState int32

const (
	startup   memberState = 0
	primary   memberState = 1
	secondary memberState = 2
	removed   memberState = 10
)

func (m memberState) String() string {
	return map[memberState]string{
		startup: "STARTUP", primary: "PRIMARY", secondary: "SECONDARY", removed: "REMOVED",
	}[m]
}

const replFile = "replset"

// replSet is what this server knows of its set. Its methods are called under the
// server's lock.
type replSet struct {
	s    *Server
	kept replState

	joined    bool // the configuration was read
	isPrimary bool
	electedAt time.Time
	lastWrite bson.Timestamp
	election  *time.Timer
	candidacy int // tells an election that was called off from the one that holds
}

// replState is what lasts.
type replState struct {
	Config *replConfig    `bson:"config"`
	Term   int64          `bson:"term"`
	Oplog  bson.Timestamp `bson:"oplog"` // the first entry
}

func (s *Server) loadReplSet() (*replSet, error) {
	r := &replSet{s: s}
	return r, s.store.LoadState(replFile, &r.kept)
}

func (r *replSet) save(next replState) error {
	if err := r.s.store.SaveState(replFile, next); err != nil {
		return err
	}
	r.kept = next
	return nil
}

// join is what follows on reading the configuration.
func (r *replSet) join() {
	r.joined = true
	r.lastWrite = r.kept.Oplog
	r.written()
	r.standForElection()
}

// written moves the end of the oplog.
func (r *replSet) written() {
	now := uint32(time.Now().Unix())
	if now > r.lastWrite.T {
		r.lastWrite = bson.Timestamp{T: now}
	}
	r.lastWrite.I++
}

// state follows _finishLoadLocalConfig: a configuration of another set, or without this
// server, makes it REMOVED.
func (r *replSet) state() memberState {
	switch {
	case r.s.opts.SetName == "":
		return primary
	case r.kept.Config == nil || !r.joined:
		return startup
	case r.kept.Config.Name != r.s.opts.SetName || r.self() == nil:
		return removed
	case r.isPrimary:
		return primary
	}
	return secondary
}

// self returns the member that is this server, or nil.
func (r *replSet) self() *member {
	for i := range r.kept.Config.Members {
		if r.s.isSelf(r.kept.Config.Members[i].Host) {
			return &r.kept.Config.Members[i]
		}
	}
	return nil
}

// isSelf knows the own host name and addresses. The real one also asks the address that a
// name resolves to whether it is itself; the stand-in resolves nothing.
func (s *Server) isSelf(hostPort string) bool {
	if s.opts.Self != "" && strings.EqualFold(hostPort, s.opts.Self) {
		return true
	}
	host, port, err := net.SplitHostPort(hostPort)
	own := s.opts.Port
	if _, p, err := net.SplitHostPort(s.opts.Self); err == nil {
		own, _ = strconv.Atoi(p)
	}
	if err != nil || port != strconv.Itoa(own) {
		return false
	}
	if s.opts.Self == "" && strings.EqualFold(host, s.opts.Hostname) || host == "localhost" {
		return true
	}
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.String() == host {
			return true
		}
	}
	return false
}

// standForElection makes the server primary after the time that an election takes. With
// other members in the set there is no majority, for they do not exist.
func (r *replSet) standForElection() {
	r.cancelElection()
	if r.s.opts.SetName == "" || r.state() != secondary || len(r.kept.Config.Members) != 1 {
		slog.Info("Replica set state transition", "c", "REPL", "newState", r.state().String())
		return
	}
	slog.Info("Replica set state transition", "c", "REPL", "newState", secondary.String())
	r.candidacy++
	mine := r.candidacy
	r.election = time.AfterFunc(r.s.opts.Election, func() {
		r.s.mu.Lock()
		defer r.s.mu.Unlock()
		if mine == r.candidacy && !r.s.closed {
			r.win()
		}
	})
}

func (r *replSet) cancelElection() {
	r.isPrimary = false
	r.candidacy++
	if r.election != nil {
		r.election.Stop()
	}
}

// win begins a term. A configuration that has a term gets the new one; a forced one has
// none (ReplicationCoordinatorImpl::_reconfigToBumpTerm).
func (r *replSet) win() {
	next := r.kept
	next.Term++
	config := *next.Config
	if config.Term != nil {
		config.Term = &next.Term
	}
	next.Config = &config
	if err := r.save(next); err != nil {
		slog.Error("Election lost", "c", "ELECTION", "error", err.Error())
		return
	}
	r.isPrimary = true
	r.electedAt = time.Now()
	r.written()
	slog.Info("Transition to primary complete; database writes are now permitted", "c", "REPL", "term", next.Term)
}

// hello follows HelloResponse::addToBSON: a member that is not in its configuration
// answers as one that has none, without setName.
func (r *replSet) hello(legacy bool) bson.D {
	word := "isWritablePrimary"
	if legacy {
		word = "ismaster"
	}
	state := r.state()
	switch {
	case r.s.opts.SetName == "":
		return bson.D{{Key: word, Value: true}}
	case state == startup || state == removed:
		return bson.D{
			{Key: word, Value: false}, {Key: "secondary", Value: false},
			{Key: "info", Value: "Does not have a valid replica set config"}, {Key: "isreplicaset", Value: true},
		}
	}
	hosts := bson.A{}
	for _, m := range r.kept.Config.Members {
		hosts = append(hosts, m.Host)
	}
	me := r.self().Host
	answer := bson.D{
		{Key: "hosts", Value: hosts}, {Key: "setName", Value: r.kept.Config.Name},
		{Key: "setVersion", Value: r.kept.Config.Version},
		{Key: word, Value: state == primary}, {Key: "secondary", Value: state == secondary},
	}
	if state == primary {
		answer = append(answer, bson.E{Key: "primary", Value: me})
	}
	answer = append(answer, bson.E{Key: "me", Value: me})
	if state == primary {
		answer = append(answer, bson.E{Key: "electionId", Value: electionID(r.kept.Term)})
	}
	last := bson.D{{Key: "ts", Value: r.lastWrite}, {Key: "t", Value: r.kept.Term}}
	date := bson.DateTime(int64(r.lastWrite.T) * 1000)
	return append(answer, bson.E{Key: "lastWrite", Value: bson.D{
		{Key: "opTime", Value: last}, {Key: "lastWriteDate", Value: date},
		{Key: "majorityOpTime", Value: last}, {Key: "majorityWriteDate", Value: date},
	}})
}

// electionID grows with the term, by which drivers tell a new primary from an old one
// (OID::fromTerm).
func electionID(term int64) bson.ObjectID {
	var id bson.ObjectID
	copy(id[:4], []byte{0x7f, 0xff, 0xff, 0xff})
	binary.BigEndian.PutUint64(id[4:], uint64(term))
	return id
}
