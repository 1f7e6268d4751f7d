package server

import (
	"errors"
	"log/slog"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
	"rcgen/e2e/standin/mongod/internal/store"
)

// login is a SASL conversation under way.
type login struct {
	conversation *scram.ServerConversation
	db           string
	skipEmpty    bool // the client needs no empty exchange at the end
	proven       bool
}

// conversationID is the same for all: a connection has one conversation at a time.
const conversationID int32 = 1

var errNoUser = errors.New("no such user")

func (k *call) saslStart() (bson.D, error) { return k.startLogin(k.body, k.db) }

// startLogin also serves the first step that a driver sends along with hello.
func (k *call) startLogin(body bson.D, db string) (bson.D, error) {
	k.c.login = nil
	wanted, _ := store.Get(body, "mechanism").(string)
	if wanted == "SCRAM-SHA-1" {
		// The driver's choice for a name that hello knew no mechanism of. Users made by
		// the stand-in have no credentials for it.
		return nil, k.loginFailed("", db, errNoUser)
	}
	if wanted != mechanism {
		return nil, fault.MechanismUnavailable.Errorf("Received authentication for mechanism %s which is not enabled", wanted)
	}
	server, err := scram.SHA256.NewServer(func(name string) (scram.StoredCredentials, error) {
		return k.s.users.credentials(name, db)
	})
	if err != nil {
		return nil, err
	}
	options, _ := store.Get(body, "options").(bson.D)
	l := &login{conversation: server.NewConversation(), db: db, skipEmpty: truth(store.Get(options, "skipEmptyExchange"))}
	answer, err := l.conversation.Step(payload(body))
	if err != nil {
		return nil, k.loginFailed(l.conversation.Username(), db, err)
	}
	k.c.login = l
	return exchange(answer, false), nil
}

func (b *userBook) credentials(name, db string) (scram.StoredCredentials, error) {
	a := b.find(name, db)
	if a == nil {
		return scram.StoredCredentials{}, errNoUser
	}
	return scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(a.Salt), Iters: a.Iterations},
		StoredKey:  a.StoredKey, ServerKey: a.ServerKey,
	}, nil
}

func (k *call) saslContinue() (bson.D, error) {
	l := k.c.login
	if l == nil {
		return nil, fault.ProtocolError.Errorf("No SASL session state found")
	}
	if integer(k.get("conversationId")) != int64(conversationID) {
		return nil, fault.ProtocolError.Errorf("sasl: Mismatched conversation id")
	}
	name := l.conversation.Username()
	if l.proven {
		return exchange("", true), k.loggedIn(l, name)
	}
	answer, err := l.conversation.Step(payload(k.body))
	if err != nil || !l.conversation.Valid() {
		k.c.login = nil
		return nil, k.loginFailed(name, l.db, err)
	}
	l.proven = true
	if !l.skipEmpty {
		return exchange(answer, false), nil
	}
	return exchange(answer, true), k.loggedIn(l, name)
}

func (k *call) loggedIn(l *login, name string) error {
	k.c.login = nil
	a := k.s.users.find(name, l.db)
	if was := k.c.user; was != nil && was.fullName() != a.fullName() {
		return fault.SecondLogin.Errorf("Client has attempted to authenticate on multiple databases."+
			"Already authenticated as: %s", was.fullName())
	}
	k.c.user = a
	slog.Info("Successfully authenticated", "c", "ACCESS", "user", a.fullName(), "appName", k.c.app, "remote", k.c.remote)
	return nil
}

// loginFailed tells the log more than the client, which must not learn who exists.
func (k *call) loginFailed(name, db string, why error) error {
	text := ""
	if why != nil {
		text = why.Error()
	}
	slog.Info("Authentication failed", "c", "ACCESS", "user", name+"@"+db, "remote", k.c.remote, "error", text)
	return fault.AuthenticationFailed.Errorf("Authentication failed.")
}

func payload(body bson.D) string {
	switch v := store.Get(body, "payload").(type) {
	case bson.Binary:
		return string(v.Data)
	case string:
		return v
	}
	return ""
}

func exchange(answer string, done bool) bson.D {
	return bson.D{
		{Key: "conversationId", Value: conversationID},
		{Key: "done", Value: done},
		{Key: "payload", Value: bson.Binary{Data: []byte(answer)}},
	}
}
