package server

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// replSetGetStatus has the fields of TopologyCoordinator::prepareStatusResponse that a
// lone member has something to say about.
func (k *call) replSetGetStatus() (bson.D, error) {
	if err := k.checkReplication(); err != nil {
		return nil, err
	}
	r := k.s.set
	state := r.state()
	if state == removed {
		e := fault.InvalidReplicaSetConfig.Errorf("Our replica set config is invalid or we are not a member of it")
		e.Extra = bson.D{{Key: "state", Value: int32(state)}, {Key: "stateStr", Value: state.String()}}
		return nil, e
	}
	voters := int32(len(r.kept.Config.Members))
	last := r.opTime()
	date := r.lastDate()
	return bson.D{
		{Key: "set", Value: r.kept.Config.Name},
		{Key: "date", Value: bson.NewDateTimeFromTime(time.Now())},
		{Key: "myState", Value: int32(state)},
		{Key: "term", Value: r.kept.Term},
		{Key: "syncSourceHost", Value: ""},
		{Key: "syncSourceId", Value: int32(-1)},
		{Key: "heartbeatIntervalMillis", Value: int64(2000)},
		{Key: "majorityVoteCount", Value: voters/2 + 1},
		{Key: "writeMajorityCount", Value: voters/2 + 1},
		{Key: "votingMembersCount", Value: voters},
		{Key: "writableVotingMembersCount", Value: voters},
		{Key: "optimes", Value: bson.D{
			{Key: "lastCommittedOpTime", Value: last}, {Key: "lastCommittedWallTime", Value: date},
			{Key: "readConcernMajorityOpTime", Value: last}, {Key: "appliedOpTime", Value: last},
			{Key: "durableOpTime", Value: last}, {Key: "writtenOpTime", Value: last},
			{Key: "lastAppliedWallTime", Value: date}, {Key: "lastDurableWallTime", Value: date},
		}},
		{Key: "members", Value: r.memberStatus(state)},
	}, nil
}

func (r *replSet) memberStatus(state memberState) bson.A {
	members := bson.A{}
	for i := range r.kept.Config.Members {
		if m := &r.kept.Config.Members[i]; r.s.isSelf(m.Host) {
			members = append(members, r.selfStatus(m, state))
		} else {
			members = append(members, peerStatus(m))
		}
	}
	return members
}

func (r *replSet) opTime() bson.D {
	return bson.D{{Key: "ts", Value: r.lastWrite}, {Key: "t", Value: r.kept.Term}}
}

func (r *replSet) lastDate() bson.DateTime { return bson.DateTime(int64(r.lastWrite.T) * 1000) }

func (r *replSet) selfStatus(m *member, state memberState) bson.D {
	term := int64(-1)
	if r.kept.Config.Term != nil {
		term = *r.kept.Config.Term
	}
	d := bson.D{
		{Key: "_id", Value: m.ID},
		{Key: "name", Value: m.Host},
		{Key: "health", Value: 1.0},
		{Key: "state", Value: int32(state)},
		{Key: "stateStr", Value: state.String()},
		{Key: "uptime", Value: int32(time.Since(r.s.start).Seconds())},
		{Key: "optime", Value: r.opTime()},
		{Key: "optimeDate", Value: r.lastDate()},
		{Key: "lastAppliedWallTime", Value: r.lastDate()},
		{Key: "lastDurableWallTime", Value: r.lastDate()},
		{Key: "syncSourceHost", Value: ""},
		{Key: "syncSourceId", Value: int32(-1)},
		{Key: "infoMessage", Value: ""},
	}
	if state == primary {
		d = append(d, bson.D{
			{Key: "electionTime", Value: bson.Timestamp{T: uint32(r.electedAt.Unix()), I: 1}},
			{Key: "electionDate", Value: bson.NewDateTimeFromTime(r.electedAt)},
		}...)
	}
	return append(d, bson.D{
		{Key: "configVersion", Value: r.kept.Config.Version},
		{Key: "configTerm", Value: int32(term)},
		{Key: "self", Value: true},
		{Key: "lastHeartbeatMessage", Value: ""},
	}...)
}

func peerStatus(m *member) bson.D {
	return bson.D{
		{Key: "_id", Value: m.ID},
		{Key: "name", Value: m.Host},
		{Key: "health", Value: 0.0},
		{Key: "state", Value: int32(8)},
		{Key: "stateStr", Value: "(not reachable/healthy)"},
		{Key: "uptime", Value: int32(0)},
		{Key: "lastHeartbeatMessage", Value: "the stand-in has no peers"},
	}
}
