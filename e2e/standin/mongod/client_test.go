package main_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// dialer sends every address to the instance, also the names in its configuration.
type dialer struct{ from, to string }

func (d dialer) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	dial := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(d.from)}}
	return dial.DialContext(ctx, network, d.to)
}

// client connects as user, or without a login where that is empty, from an address.
func (i *instance) client(uriOptions, from, user, password string) *mongo.Client {
	i.t.Helper()
	if user == "" {
		return i.connect(uriOptions, from, nil)
	}
	return i.connect(uriOptions, from, &options.Credential{Username: user, Password: password})
}

func (i *instance) connect(uriOptions, from string, login *options.Credential) *mongo.Client {
	i.t.Helper()
	o := options.Client().ApplyURI("mongodb://" + member + "/?serverSelectionTimeoutMS=20000&" + uriOptions)
	o.SetDialer(dialer{from, fmt.Sprintf("127.0.0.1:%d", i.port)})
	if login != nil {
		o.SetAuth(*login)
	}
	c, err := mongo.Connect(o)
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = c.Disconnect(ctx)
	})
	return c
}

const direct, asSet = "directConnection=true", "replicaSet=rs0"

func (i *instance) root() *mongo.Client { return i.client(direct, "127.0.0.1", "root", rootPassword) }

// ask sends a command and returns the answer and the error's code.
func ask(t *testing.T, c *mongo.Client, db string, command bson.D) (bson.M, int32) {
	t.Helper()
	var answer bson.M
	err := c.Database(db).RunCommand(t.Context(), command).Decode(&answer)
	return answer, codeIn(err)
}

// codeIn is -1 for an error without a code, that is none of mongod's.
func codeIn(err error) int32 {
	if err == nil {
		return 0
	}
	var e mongo.ServerError
	if errors.As(err, &e) && len(e.ErrorCodes()) > 0 {
		return int32(e.ErrorCodes()[0])
	}
	return -1
}
