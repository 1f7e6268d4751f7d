// Package server answers the commands of a mongod that is the one member of a replica
// set. What it refuses, and with which error, follows the sources of MongoDB that the doc
// of the command lists; functions say which function of theirs they follow.
package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/store"
)

// Options are what the command line and the environment say.
type Options struct {
	SetName    string // of --replSet
	Auth       bool   // a key file was given
	Hostname   string
	Self       string // the host and port under which the server finds itself in a configuration
	Port       int
	CacheBytes int64
	CmdLine    bson.D // for getCmdLineOpts
	Election   time.Duration
	Remote     string // a loopback address whose clients count as coming from outside
}

// Server is a mongod.
type Server struct {
	opts  Options
	start time.Time

	// mu makes the commands run one after the other: the store and the rest below know
	// nothing of each other's clients.
	mu       sync.Mutex
	store    *store.Store
	set      *replSet
	users    *userBook
	counters counters
	conns    map[*conn]bool
	closed   bool
	nextConn int32
}

// New reads the state that dir keeps.
func New(opts Options, dir string) (*Server, error) {
	st, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	users, err := loadUsers(st)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, start: time.Now(), store: st, users: users, conns: map[*conn]bool{}}
	s.set, err = s.loadReplSet()
	return s, err
}

// Start joins the replica set. It comes after the listening, as in mongod.
func (s *Server) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set.join()
}

// Serve answers the clients of l until Close.
func (s *Server) Serve(l net.Listener) error {
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		if c := s.admit(nc); c != nil {
			go c.serve()
		}
	}
}

func (s *Server) admit(nc net.Conn) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = nc.Close()
		return nil
	}
	s.nextConn++
	c := &conn{s: s, nc: nc, id: s.nextConn, remote: nc.RemoteAddr().String()}
	c.local = s.isLocal(nc.RemoteAddr())
	c.mayBootstrap = c.local
	s.conns[c] = true
	slog.Info("Connection accepted", "c", "NETWORK", "remote", c.remote, "connectionId", c.id)
	return c
}

// isLocal decides on the localhost exception as HostAndPort::isLocalHost does.
func (s *Server) isLocal(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback() && tcp.IP.String() != s.opts.Remote
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	slog.Info("Connection ended", "c", "NETWORK", "remote", c.remote, "connectionId", c.id)
}

// Close hangs up on all clients; what was acknowledged is on the disk already.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.set.cancelElection()
	for c := range s.conns {
		_ = c.nc.Close()
	}
}
