package generator

// Site returns what the commands of an upgrade depend on.
func (p Plan) Site() Site {
	s := Site{External: p.ExternalMongoDB, Volume: p.FileSystem}
	for _, m := range p.MongoDBMembers {
		s.Members = append(s.Members, m.Name)
	}
	for _, r := range p.Replicas {
		s.Replicas = append(s.Replicas, r.Name)
	}
	return s
}

// Versions returns those that the plan runs. MongoDB's is empty if rcgen does not run
// the database.
func (p Plan) Versions() Deployment {
	d := Deployment{Release: p.Release, MongoDB: p.MongoDBVersion}
	if p.ExternalMongoDB {
		d.MongoDB = ""
	}
	return d
}
