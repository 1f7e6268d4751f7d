package server

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
	"rcgen/e2e/standin/mongod/internal/wire"
)

// conn is a client's connection with its login.
type conn struct {
	s      *Server
	nc     net.Conn
	id     int32
	remote string
	app    string // appName of the client's first hello
	local  bool
	// mayBootstrap is the localhost exception. Once users were seen it is over for good,
	// as in AuthzSessionExternalStateServerCommon.
	mayBootstrap bool
	user         *account
	login        *login
}

func (c *conn) serve() {
	defer c.s.leave(c)
	defer func() { _ = c.nc.Close() }()
	in := bufio.NewReader(c.nc)
	for {
		req, err := wire.Read(in)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				slog.Warn("Connection broken", "c", "NETWORK", "remote", c.remote, "error", err.Error())
			}
			return
		}
		answer := c.s.handle(c, req)
		if req.NoAnswer {
			continue
		}
		message, err := req.Reply(answer)
		if err != nil {
			slog.Error("Answer not sent", "c", "NETWORK", "remote", c.remote, "error", err.Error())
			return
		}
		c.s.counters.bytesOut.Add(int64(len(message)))
		if _, err := c.nc.Write(message); err != nil {
			return
		}
	}
}

// handle runs one command.
func (s *Server) handle(c *conn, req *wire.Request) bson.D {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counters.requests++
	s.counters.bytesIn += int64(req.Size)
	k := &call{s: s, c: c, name: req.Body[0].Key, body: req.Body, db: req.DB}
	cmd, found := commandOf(k.name)
	start := time.Now()
	answer, err := k.execute(cmd, found, req.Legacy)
	s.counters.latency[cmd.access].observe(time.Since(start))
	if !cmd.quiet {
		k.log(err)
	}
	if err != nil {
		return fault.Answer(err)
	}
	if _, decided := lookup(answer, "ok"); !decided {
		answer = append(answer, bson.E{Key: "ok", Value: 1.0})
	}
	return answer
}

func (k *call) execute(cmd command, found, legacy bool) (bson.D, error) {
	if !found {
		return nil, fault.CommandNotFound.Errorf("no such command: '%s'", k.name)
	}
	if legacy && !cmd.isHello {
		return nil, fault.UnsupportedOpQueryCommand.Errorf(
			"Unsupported OP_QUERY command: %s. The client driver may require an upgrade.", k.name)
	}
	if err := k.authorize(cmd); err != nil {
		return nil, err
	}
	if err := k.checkState(cmd); err != nil {
		return nil, err
	}
	return cmd.run(k)
}

func codeOf(err error) fault.Code {
	if err == nil {
		return 0
	}
	return fault.Of(err).Code
}

// log tells which command came from whom, and never what was in it: there are passwords.
func (k *call) log(err error) {
	user := ""
	if k.c.user != nil {
		user = k.c.user.fullName()
	}
	attrs := []any{
		"c", "COMMAND", "command", k.name, "db", k.db, "user", user, "appName", k.c.app, "remote", k.c.remote,
	}
	if name, ok := k.body[0].Value.(string); ok {
		attrs = append(attrs, "on", name)
	}
	if err != nil {
		attrs = append(attrs, "code", int32(codeOf(err)), "error", err.Error())
	}
	slog.Info("Command", attrs...)
}
