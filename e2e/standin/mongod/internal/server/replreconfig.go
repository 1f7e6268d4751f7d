package server

import (
	"errors"
	"log/slog"
	"math/rand/v2"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// replSetReconfig follows processReplSetReconfig and _doReplSetReconfig.
func (k *call) replSetReconfig() (bson.D, error) {
	r := k.s.set
	doc, ok := k.body[0].Value.(bson.D)
	if !ok {
		return nil, fault.BadValue.Errorf("no configuration specified")
	}
	if err := k.only("force"); err != nil {
		return nil, err
	}
	force := truth(k.get("force"))
	switch state := r.state(); {
	case k.s.opts.SetName == "":
		return nil, fault.NoReplicationEnabled.Errorf("not running with --replSet")
	case state == startup:
		return nil, fault.NotYetInitialized.Errorf("Node not yet initialized; use the replSetInitiate command")
	case !force && state != primary:
		return nil, fault.NotWritablePrimary.Errorf("Safe reconfig is only allowed on a writable PRIMARY. "+
			"Current state is %s", state)
	}
	c, err := r.successor(doc, force)
	if err != nil {
		return nil, err
	}
	if err := k.s.findSelf(c, !force); err != nil {
		return nil, err
	}
	if !force {
		if err := quorum(c, "replSetReconfig"); err != nil {
			return nil, err
		}
	}
	next := r.kept
	next.Config = c
	slog.Info("Replica set reconfigured", "c", "REPL", "config", c.stamp(), "force", force)
	// A primary may step down over it (manual, replSetReconfig). This one always does,
	// which is harder on its clients than the usual real one.
	return bson.D{}, r.install(next)
}

func (r *replSet) successor(doc bson.D, force bool) (*replConfig, error) {
	old := r.kept.Config
	c, err := parseConfig(doc, old.Settings.ReplicaSetID)
	if err != nil {
		return nil, err
	}
	if c.Name != old.Name {
		return nil, fault.InvalidReplicaSetConfig.Errorf("Rejecting reconfig where new config set name differs from "+
			"command line set name, new config set name: %s, old config set name: %s", c.Name, old.Name)
	}
	if force {
		c.Version = max(old.Version, c.Version) + 10_000 + rand.Int32N(100_000)
	} else {
		term := r.kept.Term
		c.Term = &term
	}
	if err := compatible(old, c, force); err != nil {
		var e *fault.Error
		errors.As(err, &e)
		return nil, fault.NewReplicaSetConfigurationIncompatible.Errorf("%s", e.Message)
	}
	return c, nil
}

// compatible is validateOldAndNewConfigsCompatible and validateSingleNodeChange.
func compatible(old, c *replConfig, force bool) error {
	const code = fault.NewReplicaSetConfigurationIncompatible
	if !c.after(old) {
		return code.Errorf("New replica set configuration version and term must be greater than old, but %s is not "+
			"greater than %s for replica set %s", c.stamp(), old.stamp(), c.Name)
	}
	if c.Settings.ReplicaSetID != old.Settings.ReplicaSetID {
		return code.Errorf("New and old configurations differ in replica set ID; old was %s, and new is %s",
			old.Settings.ReplicaSetID.Hex(), c.Settings.ReplicaSetID.Hex())
	}
	ids := map[int32]bool{}
	for _, m := range old.Members {
		ids[m.ID] = true
		for _, n := range c.Members {
			if m.Host == n.Host && m.ID != n.ID {
				return code.Errorf("New and old configurations both have members with host of %s but with another _id", m.Host)
			}
		}
	}
	difference := len(ids)
	for _, n := range c.Members {
		if ids[n.ID] {
			difference--
		} else {
			difference++
		}
	}
	if !force && difference > 1 {
		return code.Errorf("Non force replica set reconfig can only add or remove at most 1 voting member.")
	}
	return nil
}
