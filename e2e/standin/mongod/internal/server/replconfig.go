package server

import (
	"fmt"
	"net"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// member is a MemberConfig with all that mongod fills in.
type member struct {
	ID                 int32   `bson:"_id"`
	Host               string  `bson:"host"`
	ArbiterOnly        bool    `bson:"arbiterOnly"`
	BuildIndexes       bool    `bson:"buildIndexes"`
	Hidden             bool    `bson:"hidden"`
	Priority           float64 `bson:"priority"`
	Tags               bson.D  `bson:"tags"`
	SecondaryDelaySecs int64   `bson:"secondaryDelaySecs"`
	Votes              int32   `bson:"votes"`
}

var memberFields = []string{
	"_id", "host", "arbiterOnly", "buildIndexes", "hidden", "priority", "tags", "secondaryDelaySecs", "votes",
}

type settings struct {
	ChainingAllowed            bool          `bson:"chainingAllowed"`
	HeartbeatIntervalMillis    int32         `bson:"heartbeatIntervalMillis"`
	HeartbeatTimeoutSecs       int32         `bson:"heartbeatTimeoutSecs"`
	ElectionTimeoutMillis      int32         `bson:"electionTimeoutMillis"`
	CatchUpTimeoutMillis       int32         `bson:"catchUpTimeoutMillis"`
	CatchUpTakeoverDelayMillis int32         `bson:"catchUpTakeoverDelayMillis"`
	GetLastErrorModes          bson.D        `bson:"getLastErrorModes"`
	GetLastErrorDefaults       bson.D        `bson:"getLastErrorDefaults"`
	ReplicaSetID               bson.ObjectID `bson:"replicaSetId"`
}

var settingsFields = []string{
	"chainingAllowed", "heartbeatIntervalMillis", "heartbeatTimeoutSecs", "electionTimeoutMillis",
	"catchUpTimeoutMillis", "catchUpTakeoverDelayMillis", "getLastErrorModes", "getLastErrorDefaults", "replicaSetId",
}

// replConfig is a ReplSetConfig. A forced one has no term.
type replConfig struct {
	Name                 string   `bson:"_id"`
	Version              int32    `bson:"version"`
	Term                 *int64   `bson:"term,omitempty"`
	Members              []member `bson:"members"`
	ProtocolVersion      int64    `bson:"protocolVersion"`
	MajorityJournalsByDB bool     `bson:"writeConcernMajorityJournalDefault"`
	Settings             settings `bson:"settings"`
}

var configFields = []string{
	"_id", "version", "term", "members", "protocolVersion", "writeConcernMajorityJournalDefault", "settings",
}

// parseConfig is as strict about names and types as mongod: a client that mangled a value
// on its way, an ObjectId into a string say, has to learn it here.
func parseConfig(doc bson.D, setID bson.ObjectID) (*replConfig, error) {
	c := &replConfig{ProtocolVersion: 1, MajorityJournalsByDB: true, Settings: defaultSettings(setID)}
	if err := strict(doc, "ReplSetConfig", configFields, c, "members", "settings"); err != nil {
		return nil, err
	}
	c.Term = nil // decided by the server
	inner, err := docIn("ReplSetConfig", doc, "settings")
	if err != nil {
		return nil, invalid(err)
	}
	if err := strict(inner, "ReplSetConfigSettings", settingsFields, &c.Settings); err != nil {
		return nil, err
	}
	if id, given := lookup(inner, "replicaSetId"); given {
		if _, ok := id.(bson.ObjectID); !ok { // the decoder would take text as well
			return nil, invalid(wrongType("ReplSetConfigSettings", "replicaSetId", "objectId"))
		}
	}
	list, _ := lookup(doc, "members")
	members, ok := list.(bson.A)
	if !ok {
		return nil, invalid(missing("ReplSetConfig", "members"))
	}
	for _, each := range members {
		fields, ok := each.(bson.D)
		if !ok {
			return nil, invalid(wrongType("ReplSetConfig", "members", "object"))
		}
		m := member{ID: -1, BuildIndexes: true, Priority: 1, Votes: 1, Tags: bson.D{}}
		if err := strict(fields, "MemberConfig", memberFields, &m); err != nil {
			return nil, err
		}
		c.Members = append(c.Members, m)
	}
	return c, c.validate()
}

func defaultSettings(setID bson.ObjectID) settings {
	return settings{
		ChainingAllowed: true, HeartbeatIntervalMillis: 2000, HeartbeatTimeoutSecs: 10,
		ElectionTimeoutMillis: 10000, CatchUpTimeoutMillis: -1, CatchUpTakeoverDelayMillis: 30000,
		GetLastErrorModes:    bson.D{},
		GetLastErrorDefaults: bson.D{{Key: "w", Value: int32(1)}, {Key: "wtimeout", Value: int32(0)}},
		ReplicaSetID:         setID,
	}
}

// strict decodes doc into value and leaves out the fields that are decoded by themselves.
func strict(doc bson.D, where string, known []string, value any, apart ...string) error {
	plain := bson.D{}
	for _, e := range doc {
		if !contains(known, e.Key) {
			return invalid(fmt.Errorf("BSON field '%s.%s' is an unknown field", where, e.Key))
		}
		if !contains(apart, e.Key) {
			plain = append(plain, e)
		}
	}
	data, err := bson.Marshal(plain)
	if err == nil {
		err = bson.Unmarshal(data, value)
	}
	if err != nil {
		return invalid(fmt.Errorf("%s: %w", where, err))
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, each := range list {
		if each == s {
			return true
		}
	}
	return false
}

func invalid(err error) error {
	message := err.Error()
	if e := fault.Of(err); e.Message != "" && e.Code != 1 {
		message = e.Message
	}
	return fault.InvalidReplicaSetConfig.Errorf("%s", message)
}

func (c *replConfig) validate() error {
	if c.Version < 1 {
		return fault.InvalidReplicaSetConfig.Errorf("version field value of %d is out of range", c.Version)
	}
	if c.ProtocolVersion != 1 {
		return fault.InvalidReplicaSetConfig.Errorf("protocolVersion of %d is not supported", c.ProtocolVersion)
	}
	if c.Name == "" {
		return fault.InvalidReplicaSetConfig.Errorf("Replica set configuration must have non-empty \"_id\" field")
	}
	if len(c.Members) == 0 || len(c.Members) > 50 {
		return fault.InvalidReplicaSetConfig.Errorf("Replica set configuration contains %d members, "+
			"but must have at least 1 and no more than 50", len(c.Members))
	}
	ids, hosts := map[int32]bool{}, map[string]bool{}
	for _, m := range c.Members {
		if m.ID < 0 || m.ID > 255 {
			return fault.InvalidReplicaSetConfig.Errorf("_id field value of %d is out of range", m.ID)
		}
		host, port, err := net.SplitHostPort(m.Host)
		if n, bad := strconv.Atoi(port); err != nil || host == "" || bad != nil || n < 1 || n > 65535 {
			return fault.InvalidReplicaSetConfig.Errorf("'%s' is not a host and a port", m.Host)
		}
		if ids[m.ID] || hosts[m.Host] {
			return fault.InvalidReplicaSetConfig.Errorf("Found two member configurations with the same _id or host, %d %s", m.ID,
				m.Host)
		}
		ids[m.ID], hosts[m.Host] = true, true
	}
	return nil
}

// stamp is ConfigVersionAndTerm::toString.
func (c *replConfig) stamp() string {
	if c.Term == nil {
		return fmt.Sprintf("{version: %d, term: -1}", c.Version)
	}
	return fmt.Sprintf("{version: %d, term: %d}", c.Version, *c.Term)
}

// after compares as ConfigVersionAndTerm does: by the terms first, where both have one.
func (c *replConfig) after(old *replConfig) bool {
	if c.Term != nil && old.Term != nil && *c.Term != *old.Term {
		return *c.Term > *old.Term
	}
	return c.Version > old.Version
}
