package main

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/prometheus/common/expfmt"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// refreshEvery is collectMetrics.ts's interval.
const refreshEvery = 5 * time.Second

// workspaceGauges are the gauges without labels and their help. Those that nothing
// here can move stay 0. All but ddp_* and metrics_size are the same on every
// instance, since they count documents.
func workspaceGauges() map[string]string {
	return map[string]string{
		"rocketchat_metrics_size":                 "size of the metrics response in chars",
		"rocketchat_ddp_sessions_count":           "number of open ddp sessions",
		"rocketchat_ddp_sessions_auth":            "number of authenticated open ddp sessions",
		"rocketchat_ddp_connected_users":          "number of unique connected users",
		"rocketchat_migration":                    "migration version",
		"rocketchat_instance_count":               "instances running",
		"rocketchat_users_total":                  "total of users",
		"rocketchat_users_active":                 "total of active users",
		"rocketchat_users_non_active":             "total of non active users",
		"rocketchat_users_online":                 "total of users online",
		"rocketchat_users_away":                   "total of users away",
		"rocketchat_users_offline":                "total of users offline",
		"rocketchat_rooms_total":                  "total of rooms",
		"rocketchat_channels_total":               "total of public rooms/channels",
		"rocketchat_private_groups_total":         "total of private rooms",
		"rocketchat_direct_total":                 "total of direct rooms",
		"rocketchat_livechat_total":               "total of livechat rooms",
		"rocketchat_messages_total":               "total of messages",
		"rocketchat_channel_messages_total":       "total of messages in public rooms",
		"rocketchat_private_group_messages_total": "total of messages in private rooms",
		"rocketchat_direct_messages_total":        "total of messages in direct rooms",
		"rocketchat_livechat_messages_total":      "total of messages in livechat rooms",
		"rocketchat_apps_installed":               "total apps installed",
		"rocketchat_apps_enabled":                 "total apps enabled",
		"rocketchat_apps_failed":                  "total apps that failed to load",
		"rocketchat_visitors_total":               "total of visitors",
		"rocketchat_agents_total":                 "total of agents",
	}
}

// refreshLoop brings the gauges up to date for as long as the process lives.
func (m *metrics) refreshLoop(s *server) {
	m.registry.MustRegister(newNodeCollector(s.load, s.hub))
	for {
		ctx, cancel := context.WithTimeout(context.Background(), refreshEvery)
		if err := m.refresh(ctx, s); err != nil {
			s.log.Warn("Error while collecting metrics", "err", err.Error())
		}
		cancel()
		time.Sleep(refreshEvery)
	}
}

// refresh leaves the last figures where the database does not answer.
func (m *metrics) refresh(ctx context.Context, s *server) error {
	sessions, authenticated, users := s.hub.counts()
	m.stats["rocketchat_ddp_sessions_count"].Set(float64(sessions))
	m.stats["rocketchat_ddp_sessions_auth"].Set(float64(authenticated))
	m.stats["rocketchat_ddp_connected_users"].Set(float64(users))
	m.stats["rocketchat_migration"].Set(float64(m.cfg.Migration))
	instances, err := s.db.instances(ctx, m.cfg)
	if err != nil {
		return err
	}
	m.stats["rocketchat_instance_count"].Set(float64(instances))
	online := bson.D{{Key: "status", Value: "online"}}
	for _, c := range []struct {
		collection string
		query      bson.D
		names      []string
	}{
		{collUsers, bson.D{}, []string{"users_total", "users_active"}},
		{collUsers, online, []string{"users_online"}},
		{collRooms, bson.D{}, []string{"rooms_total", "channels_total"}},
		{collMessages, bson.D{}, []string{"messages_total", "channel_messages_total"}},
	} {
		n, err := s.db.count(ctx, c.collection, c.query)
		if err != nil {
			return err
		}
		for _, name := range c.names {
			m.stats["rocketchat_"+name].Set(float64(n))
		}
	}
	return nil
}

// scrape writes the text format. The size told is that of the scrape before, as
// the real one sets it after it has built the answer.
func (m *metrics) scrape(w http.ResponseWriter, _ *http.Request) {
	families, err := m.registry.Gather()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var body bytes.Buffer
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	enc := expfmt.NewEncoder(&body, format)
	for _, f := range families {
		if err := enc.Encode(f); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	m.requests.inc("")
	m.size.Set(float64(body.Len()))
	w.Header().Set("Content-Type", string(format))
	_, _ = w.Write(body.Bytes()) // the client may be gone
}

// recordStatistics writes the record of an instance that starts, of which the licence
// is all that is here (apps/meteor/ee/app/license/server/getStatistics.ts).
func (d *database) recordStatistics(ctx context.Context, cfg config) error {
	modules := bson.A{}
	if cfg.Scalability {
		modules = append(modules, "scalability")
	}
	_, err := d.db.Collection(collStatistics).InsertOne(ctx, bson.D{
		{Key: "_id", Value: newID()}, {Key: "createdAt", Value: time.Now().UTC()}, {Key: "version", Value: cfg.Version},
		{Key: "enterprise", Value: bson.D{{Key: "modules", Value: modules}}},
	})
	return err
}
