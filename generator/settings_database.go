package generator

import (
	"fmt"
	"strings"
)

// Database is where MongoDB is and how it is reached.
type Database struct {
	ExternalMongoDB bool     // no MongoDB service
	BundledMongoDB  bool     // a MongoDB service
	MongoDBVersion  string   // major.minor
	MongoDBMembers  []Member // of the replica set on this host
	MongoDBNames    string   // their names with commas between
	Several         bool     // more than one member
	MongoURL        string   // connection string of Rocket.Chat, with references to .env
	ExporterURL     string   // connection strings of the exporter, with references to .env
	CacheGB         string   // WiredTiger cache in GiB, as mongod takes it
}

// Member is one MongoDB process of the replica set.
type Member struct {
	Name  string // service and host name
	Joins bool   // it waits to be added and copies the data; the first makes the set
}

func newDatabase(r Request, version string) Database {
	d := Database{ExternalMongoDB: r.MongoDB.External, BundledMongoDB: !r.MongoDB.External, MongoDBVersion: version}
	if d.ExternalMongoDB {
		d.MongoURL = required(secretMongoURL)
		d.ExporterURL = "${MONGODB_EXPORTER_URL:-" + d.MongoURL + "}"
		return d
	}
	var names, hosts, exporter []string
	for i := range r.mongoDBMembers() {
		m := Member{Name: MongoDBService, Joins: i > 0}
		if m.Joins {
			m.Name += fmt.Sprintf("-%d", i+1)
		}
		d.MongoDBMembers = append(d.MongoDBMembers, m)
		names, hosts = append(names, m.Name), append(hosts, m.Name+":27017")
		exporter = append(exporter, fmt.Sprintf("mongodb://exporter:%s@%s:27017/admin?directConnection=true", required(secretExporter), m.Name))
	}
	d.Several, d.MongoDBNames = len(names) > 1, strings.Join(names, ",")
	d.MongoURL = fmt.Sprintf("mongodb://rocketchat:%s@%s/rocketchat?authSource=admin&replicaSet=rs0", required(secretApp), strings.Join(hosts, ","))
	d.ExporterURL = strings.Join(exporter, ",") // each is a target of its own
	return d
}

// mongoDBMembers returns the number of MongoDB processes on this host.
func (r Request) mongoDBMembers() int {
	if r.MongoDB.External {
		return 0
	}
	return max(1, r.MongoDB.Members)
}
