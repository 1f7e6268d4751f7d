package generator

import (
	"fmt"
	"strings"

	"rcgen/generator/stack"
)

// database is how MongoDB is reached, and what its members are told.
type database struct {
	Members     []process // of the replica set on this host; none if MongoDB is elsewhere
	MemberNames string    // their names with commas between
	Several     bool      // more than one
	MongoURL    string    // connection string of Rocket.Chat, with references to .env
	ExporterURL string    // connection strings of the exporter, with references to .env
	CacheGB     string    // WiredTiger cache in GiB, as mongod takes it
}

func newDatabase(p Plan) database {
	names := p.MongoDBMembers()
	if len(names) == 0 {
		url := required(secretMongoURL)
		return database{MongoURL: url, ExporterURL: "${MONGODB_EXPORTER_URL:-" + url + "}"}
	}
	var hosts, exporter []string
	for _, name := range names {
		hosts = append(hosts, name+":27017")
		exporter = append(exporter,
			fmt.Sprintf("mongodb://exporter:%s@%s:27017/admin?directConnection=true", required(secretExporter), name))
	}
	d := database{
		Members:     processes(names),
		MemberNames: strings.Join(names, ","),
		Several:     len(names) > 1,
		MongoURL: fmt.Sprintf("mongodb://rocketchat:%s@%s/rocketchat?authSource=admin&replicaSet=rs0",
			required(secretApp), strings.Join(hosts, ",")),
		ExporterURL: strings.Join(exporter, ","), // each is a target of its own
	}
	if svc, err := p.Service(stack.MongoDBService); err == nil { // every plan with members has one
		d.CacheGB = strings.TrimRight(fmt.Sprintf("%.3f", svc.Cache.Value.GiB()), "0")
		d.CacheGB = strings.TrimSuffix(d.CacheGB, ".")
	}
	return d
}
