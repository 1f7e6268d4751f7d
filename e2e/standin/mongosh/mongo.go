package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/dop251/goja"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"
)

// patience is for a command on an address without socketTimeoutMS.
const patience = 30 * time.Second

// session is what connect() opened.
type session struct {
	s       *shell
	client  *mongo.Client
	address string
	timeout time.Duration
}

// portMap has the ports to call instead of others.
type portMap map[string]string

func parsePortMap(text string) (portMap, error) {
	if text == "" {
		return nil, nil
	}
	from, to, ok := strings.Cut(text, ":")
	if !ok || from == "" || to == "" {
		return nil, errors.New("STANDIN_PORT_MAP is not FROM:TO")
	}
	return portMap{from: to}, nil
}

// DialContext makes portMap the driver's dialer.
func (p portMap) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && p[port] != "" {
		address = net.JoinHostPort(host, p[port])
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// connect is connect(uri, user, password): it returns the database of the address.
func (s *shell) connect(call goja.FunctionCall) goja.Value {
	session, db := s.open(call.Arguments)
	return session.database(db)
}

// newMongo is new Mongo(uri).
func (s *shell) newMongo(call goja.ConstructorCall) *goja.Object {
	session, db := s.open(call.Arguments[:min(1, len(call.Arguments))])
	set(call.This, map[string]any{
		"getDB":        func(name string) *goja.Object { return session.database(name) },
		"getDefaultDB": func() *goja.Object { return session.database(db) },
	})
	return nil
}

func (s *shell) open(args []goja.Value) (*session, string) {
	if len(args) == 0 {
		s.fail("MongoshInvalidInputError", "Missing required argument at position 0")
	}
	uri := args[0].String()
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		s.fail("MongoParseError", err.Error())
	}
	o := options.Client().ApplyURI(uri).SetDialer(s.ports)
	if len(args) > 2 && !goja.IsUndefined(args[1]) {
		o.SetAuth(options.Credential{Username: args[1].String(), Password: args[2].String(), PasswordSet: true})
	}
	client, err := mongo.Connect(o)
	if err != nil {
		s.fail("MongoParseError", err.Error())
	}
	s.clients = append(s.clients, client)
	ses := &session{s: s, client: client, address: strings.Join(parsed.Hosts, ","), timeout: patience}
	if parsed.SocketTimeoutSet {
		ses.timeout = parsed.SocketTimeout
	}
	// The Node.js driver sends a ping as well, and so logs in, before connect returns.
	wait := ses.timeout
	if o.ServerSelectionTimeout != nil {
		wait += *o.ServerSelectionTimeout
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	if err := client.Ping(ctx, readpref.PrimaryPreferred()); err != nil {
		ses.throw(err)
	}
	if parsed.Database == "" {
		parsed.Database = "test"
	}
	return ses, parsed.Database
}

func disconnect(c *mongo.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Disconnect(ctx) // the process ends anyway
}

// database has the methods of a mongosh Database that the stand-in knows.
func (n *session) database(name string) *goja.Object {
	db := n.s.rt.NewObject()
	set(db, map[string]any{
		"getName":      func() string { return name },
		"getSiblingDB": func(other string) *goja.Object { return n.database(other) },
		"runCommand":   func(c goja.Value) goja.Value { return n.command(name, n.s.toCommand(c)) },
		"adminCommand": func(c goja.Value) goja.Value { return n.command("admin", n.s.toCommand(c)) },
		"createUser":   func(user *goja.Object) goja.Value { return n.createUser(name, user) },
		"toString":     func() string { return name },
	})
	return db
}

func (s *shell) toCommand(c goja.Value) bson.D {
	if o, ok := c.(*goja.Object); ok {
		return s.toDocument(o)
	}
	return bson.D{{Key: c.String(), Value: int32(1)}}
}

// createUser is Database.createUser of shell-api: the field user becomes the command.
func (n *session) createUser(db string, user *goja.Object) goja.Value {
	fields := n.s.toDocument(user)
	command := bson.D{{Key: "createUser"}}
	for _, f := range fields {
		switch f.Key {
		case "user":
			command[0].Value = f.Value
		case "createUser":
			n.s.fail("MongoshInvalidInputError", "Cannot set createUser field in helper method")
		default:
			command = append(command, f)
		}
	}
	return n.command(db, command)
}

func (n *session) command(db string, command bson.D) goja.Value {
	ctx, cancel := context.WithTimeout(context.Background(), n.timeout)
	defer cancel()
	var answer bson.D
	err := n.client.Database(db).RunCommand(ctx, command).Decode(&answer)
	if err != nil {
		n.throw(err)
	}
	return n.s.toObject(answer)
}

// throw makes a Go driver's error the one that the Node.js driver would throw.
func (n *session) throw(err error) {
	var refused mongo.CommandError
	var unselected topology.ServerSelectionError
	switch {
	case errors.As(err, &refused) && refused.Code != 0:
		n.s.failCode(refused)
	case strings.Contains(err.Error(), "connection refused"):
		n.s.fail("MongoNetworkError", "connect ECONNREFUSED "+n.address)
	case errors.As(err, &unselected):
		n.s.fail("MongoServerSelectionError", err.Error())
	case errors.Is(err, context.DeadlineExceeded) || mongo.IsTimeout(err):
		n.s.fail("MongoNetworkTimeoutError", fmt.Sprintf("connection to %s timed out", n.address))
	case mongo.IsNetworkError(err):
		n.s.fail("MongoNetworkError", fmt.Sprintf("connection to %s closed", n.address))
	}
	n.s.fail("MongoError", err.Error())
}

// fail throws an Error into the script and does not return.
func (s *shell) fail(name, message string) { panic(s.newError(name, message)) }

func (s *shell) newError(name, message string) *goja.Object {
	o, err := s.rt.New(s.rt.Get("Error"), s.rt.ToValue(message))
	if err != nil {
		panic(s.rt.NewGoError(err))
	}
	_ = o.DefineDataProperty("name", s.rt.ToValue(name), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return o
}

func (s *shell) failCode(e mongo.CommandError) {
	o := s.newError("MongoServerError", e.Message)
	set(o, map[string]any{"ok": 0, "errmsg": e.Message, "code": e.Code, "codeName": e.Name})
	panic(o)
}
