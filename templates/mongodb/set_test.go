package mongodb_test

import (
	"maps"
	"slices"
	"time"
)

// cluster is what happens among several mongods: heartbeats, elections, copies
// of the data. Each knows the others only by what a heartbeat told it.
type cluster struct {
	mongods    []*mongod
	nextBeat   time.Time
	initiated  []string // the hosts that made a set, in order
	syncTime   time.Duration
	electionAt map[int]time.Time // by set
}

// inSet is what a mongod has more when it is one of a cluster.
type inSet struct {
	cluster   *cluster
	host      string
	down      bool
	isPrimary bool
	synced    bool // has the data, be it a copy or the first
	syncedAt  time.Time
	written   int // documents that a client wrote, acknowledged by a majority
}

// heartbeat is heartbeatIntervalMillis, and electionTime less than
// electionTimeoutMillis: what takes longer would only make the runs wait more.
const (
	heartbeat    = 2 * time.Second
	electionTime = 3 * time.Second
)

// newCluster returns mongods with empty volumes.
func newCluster(hosts ...string) *cluster {
	c := &cluster{syncTime: 15 * time.Second, electionAt: map[int]time.Time{}}
	for _, host := range hosts {
		m := newMongod()
		m.cluster, m.host, m.selfHosts = c, host, []string{host, "localhost:27017"}
		c.mongods = append(c.mongods, m)
	}
	return c
}

func (c *cluster) find(host string) *mongod {
	for _, m := range c.mongods {
		if m.host == host && !m.down {
			return m
		}
	}
	return nil
}

// pass lets time go by, for all alike.
func (m *mongod) pass(d time.Duration) {
	m.now = m.now.Add(d)
	if m.cluster != nil {
		m.cluster.advance(m.now)
	}
}

func (m *mongod) peer(host string) *mongod {
	if host == "127.0.0.1:27017" {
		return m
	}
	if m.cluster == nil {
		return nil
	}
	return m.cluster.find(host)
}

func (c *cluster) advance(now time.Time) {
	for _, m := range c.mongods {
		m.now = now
	}
	if now.Before(c.nextBeat) {
		return
	}
	c.nextBeat = now.Add(heartbeat)
	for _, a := range c.up() {
		for _, b := range c.up() {
			b.hear(a)
		}
	}
	for _, m := range c.up() {
		m.copyData()
	}
	for set := range 10 {
		c.elect(set, now)
	}
}

func (c *cluster) up() []*mongod {
	return slices.DeleteFunc(slices.Clone(c.mongods), func(m *mongod) bool { return m.down })
}

// lists says whether the configuration has the host as a member.
func (r *replConfig) lists(host string) bool { return r != nil && r.find(host) != nil }

func (r *replConfig) find(host string) *member {
	for i := range r.Members {
		if r.Members[i].Host == host {
			return &r.Members[i]
		}
	}
	return nil
}

func (r *replConfig) clone() *replConfig {
	config := *r
	config.Members = slices.Clone(r.Members)
	return &config
}

// hear is a heartbeat between the two, whoever sent it: the newer configuration
// wins, and none is the oldest. Another set's is refused.
func (m *mongod) hear(other *mongod) {
	switch {
	case m == other || other.config == nil:
	case m.config == nil && other.config.lists(m.host):
		m.config = other.config.clone()
	case m.config == nil || m.config.Settings.SetID != other.config.Settings.SetID:
	case m.config.Version < other.config.Version && (m.config.lists(other.host) || other.config.lists(m.host)):
		m.config = other.config.clone()
	}
}

// primaryFor returns the primary that this mongod can see.
func (m *mongod) primaryFor() *mongod {
	for _, other := range m.cluster.up() {
		if other.isPrimary && m.config != nil && other.config.Settings.SetID == m.config.Settings.SetID &&
			m.config.lists(other.host) && other.config.lists(m.host) {
			return other
		}
	}
	return nil
}

// copyData is the initial sync, and replication from then on.
func (m *mongod) copyData() {
	source := m.primaryFor()
	if source == nil || source == m {
		return
	}
	if !m.synced {
		if m.syncedAt.IsZero() {
			m.syncedAt = m.now.Add(m.cluster.syncTime)
		}
		m.synced = !m.now.Before(m.syncedAt)
	}
	if m.synced {
		m.users, m.written = maps.Clone(source.users), source.written
		source.grantVote(m.host)
	}
}

// grantVote is the reconfiguration that a primary makes by itself.
func (m *mongod) grantVote(host string) {
	if m.config.find(host).newlyAdded {
		m.config = m.config.clone()
		m.config.find(host).newlyAdded = false
		m.config.Version++
	}
}

// elect lets a primary without a majority step down, and gives a set without a
// primary one.
func (c *cluster) elect(set int, now time.Time) {
	var best *mongod
	for _, m := range c.up() {
		if m.config == nil || m.config.Settings.SetID != set {
			continue
		}
		if m.isPrimary && !m.hasMajority() {
			m.isPrimary = false
		}
		if m.canWin() && (best == nil || m.betterThan(best)) {
			best = m
		}
	}
	if best == nil || best.isPrimary {
		return
	}
	if was := best.primaryFor(); was != nil { // a takeover by priority
		was.isPrimary, best.isPrimary = false, true
		return
	}
	if c.electionAt[set].IsZero() {
		c.electionAt[set] = now.Add(electionTime)
	}
	if !now.Before(c.electionAt[set]) {
		best.isPrimary = true
		delete(c.electionAt, set)
	}
}

func (m *mongod) betterThan(other *mongod) bool {
	if m.written != other.written {
		return m.written > other.written
	}
	return m.self().Priority > other.self().Priority
}

func (m *mongod) canWin() bool {
	return m.self() != nil && m.synced && !m.self().newlyAdded && m.hasMajority()
}

// hasMajority asks the voters of the configuration that this mongod has.
func (m *mongod) hasMajority() bool {
	voters, reached := 0, 0
	if m.self() == nil {
		return false
	}
	for _, each := range m.config.Members {
		if each.newlyAdded {
			continue
		}
		voters++
		peer := m.cluster.find(each.Host)
		isPeer := peer != nil && peer.config != nil && peer.config.lists(m.host) &&
			peer.config.Settings.SetID == m.config.Settings.SetID
		if isPeer || slices.Contains(m.selfHosts, each.Host) {
			reached++
		}
	}
	return reached > voters/2
}

func (m *mongod) stateInSet() string {
	switch {
	case !m.synced:
		return "STARTUP2"
	case m.isPrimary:
		return "PRIMARY"
	}
	return "SECONDARY"
}

func (m *mongod) knownPrimary() any {
	if m.cluster == nil {
		return nil
	}
	if primary := m.primaryFor(); primary != nil {
		return primary.host
	}
	return nil
}

func (m *mongod) peerStatus(host string) document {
	if m.cluster == nil {
		return document{"name": host, "health": 1, "stateStr": "SECONDARY"}
	}
	if peer := m.cluster.find(host); peer != nil {
		return document{"name": host, "health": 1, "stateStr": peer.state()}
	}
	return document{"name": host, "health": 0, "stateStr": "(not reachable/healthy)"}
}

// founded gives a new set its identity.
func (m *mongod) founded() {
	if m.cluster == nil {
		return
	}
	m.synced = true
	m.cluster.initiated = append(m.cluster.initiated, m.host)
	m.config.Settings.SetID = len(m.cluster.initiated)
	for i := range m.config.Members {
		m.config.Members[i].Priority, m.config.Members[i].Votes = 1, 1
	}
}

// reconfigSet follows validateSingleNodeChange, the rewriting of new voters in
// CmdReplSetReconfig.
func (m *mongod) reconfigSet(old *replConfig, force bool) (document, *serverError) {
	config := m.config
	m.config = old
	changed := 0
	for i, each := range config.Members {
		if was := old.find(each.Host); was != nil {
			config.Members[i].newlyAdded = was.newlyAdded
		} else {
			changed++
			config.Members[i].newlyAdded = !force
		}
	}
	for _, each := range old.Members {
		if !config.lists(each.Host) {
			changed++
		}
	}
	if !force && changed > 1 {
		return nil, refused(103, "NewReplicaSetConfigurationIncompatible",
			"Non force replica set reconfig can only add or remove at most 1 voting member.")
	}
	if !force {
		if refusal := m.askQuorum(config); refusal != nil {
			return nil, refusal
		}
	}
	m.config = config
	return document{"ok": 1}, nil
}

// askQuorum follows QuorumChecker: one that belongs to another set has a veto, and a majority of
// the voters must answer.
func (m *mongod) askQuorum(config *replConfig) *serverError {
	voters, reached := 0, 0
	for _, each := range config.Members {
		peer := m.cluster.find(each.Host)
		if peer != nil && peer.config != nil && peer.config.Settings.SetID != config.Settings.SetID {
			return refused(103, "NewReplicaSetConfigurationIncompatible",
				"Our replica set ID did not match that of %s", each.Host)
		}
		if !each.newlyAdded {
			voters++
			if peer != nil {
				reached++
			}
		}
	}
	if reached <= voters/2 {
		return refused(74, "NodeNotFound", "Quorum check failed because not enough voting nodes responded")
	}
	return nil
}
