package stack

// The names of the services in compose.yaml; replicas of Rocket.Chat have their
// number appended.
const (
	Traefik         = "traefik"
	RocketChat      = "rocketchat"
	MongoDBService  = "mongodb"
	NATS            = "nats"
	Prometheus      = "prometheus"
	Alertmanager    = "alertmanager"
	Grafana         = "grafana"
	Loki            = "loki"
	OTelCollector   = "otel-collector"
	NodeExporter    = "node-exporter"
	MongoDBExporter = "mongodb-exporter"
	NATSExporter    = "nats-exporter"
)
