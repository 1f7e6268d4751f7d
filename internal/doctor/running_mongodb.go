package doctor

import (
	"context"
	_ "embed" // the script
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rcgen/generator/catalog"
	"rcgen/internal/container"
)

// mongoLimit is how long mongosh may take: it starts in one to three seconds (seen
// with 2.12), beside all the other checks. mongoPatience is that of the checks that
// wait for it, so that they tell what came of it.
const (
	mongoLimit    = 8 * time.Second
	mongoPatience = 9 * time.Second
)

// mongoScript is run by mongosh in the container of a member.
//
//go:embed mongodb.js
var mongoScript string

// mongoAnswer is what the script prints. What is nil or empty has a line in Errors,
// under its own name, or is not there.
type mongoAnswer struct {
	Members    []mongoMember // as the member that was asked sees them
	Config     []string      // host:port of each member
	Version    string        // of the server
	FCV        string
	Instances  []*float64 // since the last heartbeat of each, in seconds; nil: it has none
	Control    *mongoControl
	Statistics *mongoStatistics
	Errors     map[string]string
}

type mongoMember struct{ Host, State string }

// mongoControl is the record that serialises migrations.
type mongoControl struct {
	Version float64
	Locked  bool
	Age     *float64 // of the lock, in seconds; nil: unknown
}

// mongoStatistics is of the newest record that Rocket.Chat keeps of itself.
type mongoStatistics struct {
	Age     *float64 // in seconds
	Modules []string // of the licence; nil: the record has nothing of it
}

var errExternal = errors.New("MongoDB is not on this host")

// askMongoDB asks in the first container of a member that runs. A set of several is
// asked as a whole, whichever is its primary; a lone one directly, which it answers
// also when it is no set yet.
func (w *world) askMongoDB(ctx context.Context) (mongoAnswer, error) {
	if w.Plan.Request.MongoDB.External {
		return mongoAnswer{}, errExternal
	}
	address := ""
	if len(w.Plan.MongoDBMembers()) > 1 {
		address = `"mongodb://` + strings.Join(w.Plan.MongoDBMembers(), ",") +
			`/?replicaSet=rs0&readPreference=primaryPreferred&serverSelectionTimeoutMS=3000" `
	}
	c, err := w.member(ctx)
	var out string
	if err == nil {
		out, err = w.Docker(ctx, "exec", c.ID, "sh", "-c", catalog.MongoDBShell+address+`--eval "$1"`, "sh", mongoScript)
	}
	if err != nil {
		return mongoAnswer{}, err
	}
	return parseMongoAnswer(out)
}

// member returns the first container of a member that runs.
func (w *world) member(ctx context.Context) (container.Container, error) {
	var first error
	for _, name := range w.Plan.MongoDBMembers() {
		c, err := w.running(ctx, name)
		if err == nil {
			return c, nil
		}
		if first == nil {
			first = err
		}
	}
	return container.Container{}, first
}

// parseMongoAnswer reads the last line: mongosh may print warnings before.
func parseMongoAnswer(out string) (mongoAnswer, error) {
	out = strings.TrimSpace(out)
	var a mongoAnswer
	if err := json.Unmarshal([]byte(out[strings.LastIndex(out, "\n")+1:]), &a); err != nil {
		return mongoAnswer{}, fmt.Errorf("the answer of mongosh cannot be read: %w", err)
	}
	if a.Errors == nil { // the script always has it
		return mongoAnswer{}, errors.New("the answer of mongosh is not that of the script")
	}
	return a, nil
}

// asked returns the answer of MongoDB, or why a check cannot be made: it failed as
// a whole, or at the part of that name.
func (w *world) asked(ctx context.Context, part string) (mongoAnswer, *verdict) {
	a, err := w.mongoDB(ctx)
	var v verdict
	switch {
	case errors.Is(err, errExternal):
		v = skip(err.Error(), "ask it yourself; rcgen has no access")
	case err != nil:
		v = skip("MongoDB is not asked: "+err.Error(), "see the check mongodb-primary")
	case a.Errors[part] != "":
		v = skip("MongoDB refuses: "+a.Errors[part], "docker compose logs --tail 100 mongodb")
	default:
		return a, nil
	}
	return mongoAnswer{}, &v
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
