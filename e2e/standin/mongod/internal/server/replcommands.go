package server

import (
	"log/slog"
	"net"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// checkReplication is checkReplEnabledForCommand.
func (k *call) checkReplication() error {
	if k.s.opts.SetName == "" {
		return fault.NoReplicationEnabled.Errorf("not running with --replSet")
	}
	if k.s.set.state() == startup {
		e := fault.NotYetInitialized.Errorf("no replset config has been received")
		e.Extra = bson.D{{Key: "info", Value: "run rs.initiate(...) if not yet done for the set"}}
		return e
	}
	return nil
}

func (k *call) replSetGetConfig() (bson.D, error) {
	if err := k.checkReplication(); err != nil {
		return nil, err
	}
	return bson.D{{Key: "config", Value: k.s.set.kept.Config}}, nil
}

// replSetInitiate follows CmdReplSetInitiate and processReplSetInitiate.
func (k *call) replSetInitiate() (bson.D, error) {
	r := k.s.set
	if k.s.opts.SetName == "" {
		return nil, fault.NoReplicationEnabled.Errorf("This node was not started with the replSet option")
	}
	doc, _ := k.body[0].Value.(bson.D)
	if len(doc) == 0 {
		doc = bson.D{{Key: "_id", Value: k.s.opts.SetName}, {Key: "members", Value: bson.A{
			bson.D{{Key: "_id", Value: int32(0)}, {Key: "host", Value: k.s.ownAddress()}},
		}}}
	}
	if _, given := lookup(doc, "version"); !given {
		doc = append(doc, bson.E{Key: "version", Value: int32(1)})
	}
	if r.kept.Config != nil {
		e := fault.AlreadyInitialized.Errorf("already initialized")
		e.Extra = bson.D{{Key: "info", Value: "try querying local.system.replset to see current configuration"}}
		return nil, e
	}
	c, err := k.s.firstConfig(doc)
	if err != nil {
		return nil, err
	}
	r.written()
	slog.Info("Replica set initiated", "c", "REPL", "config", c.stamp())
	return bson.D{}, r.install(replState{Config: c, Oplog: r.lastWrite})
}

// firstConfig is validateConfigForInitiate with what comes before and after it.
func (s *Server) firstConfig(doc bson.D) (*replConfig, error) {
	c, err := parseConfig(doc, bson.NewObjectID())
	if err != nil {
		return nil, err
	}
	initialTerm := int64(0)
	c.Term = &initialTerm
	if c.Name != s.opts.SetName {
		return nil, fault.InvalidReplicaSetConfig.Errorf("Rejecting initiate with a set name that differs from command "+
			"line set name, initiate set name: %s, command line set name: %s", c.Name, s.opts.SetName)
	}
	if c.Version != 1 {
		return nil, fault.InvalidReplicaSetConfig.Errorf("Configuration used to initiate a replica set must "+
			" have version 1, but found %d", c.Version)
	}
	if err := s.findSelf(c, true); err != nil {
		return nil, invalid(err)
	}
	return c, quorum(c, "replSetInitiate")
}

func (r *replSet) install(next replState) error {
	if err := r.save(next); err != nil {
		return err
	}
	r.standForElection()
	return nil
}

func (s *Server) ownAddress() string {
	if s.opts.Self != "" {
		return s.opts.Self
	}
	return net.JoinHostPort(s.opts.Hostname, strconv.Itoa(s.opts.Port))
}

// findSelf is findSelfInConfig, and findSelfInConfigIfElectable.
func (s *Server) findSelf(c *replConfig, electable bool) error {
	var found []member
	for _, m := range c.Members {
		if s.isSelf(m.Host) {
			found = append(found, m)
		}
	}
	switch {
	case len(found) == 0:
		return fault.NodeNotFound.Errorf("No host described in new configuration with %s for replica set %s "+
			"maps to this node", c.stamp(), c.Name)
	case len(found) > 1:
		return fault.InvalidReplicaSetConfig.Errorf("The hosts %s and %s all map to this node in new configuration "+
			"with %s for replica set %s", found[0].Host, found[1].Host, c.stamp(), c.Name)
	case electable && (found[0].Priority <= 0 || found[0].ArbiterOnly):
		return fault.NodeNotElectable.Errorf("This node, %s, with _id %d is not electable under the new configuration",
			found[0].Host, found[0].ID)
	}
	return nil
}

// quorum asks the other members, who are never there.
func quorum(c *replConfig, what string) error {
	if len(c.Members) > 1 {
		return fault.NodeNotFound.Errorf("%s quorum check failed because not all proposed set members responded "+
			"affirmatively: the stand-in has no peers", what)
	}
	return nil
}
