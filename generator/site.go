package generator

import "rcgen/generator/catalog"

// Site returns what the commands of an upgrade depend on.
func (p Plan) Site() catalog.Site {
	return catalog.Site{
		External: p.Request.MongoDB.External, Volume: p.Request.Uploads.Storage == UploadsFileSystem,
		Members: p.MongoDBMembers(), Replicas: p.Replicas(),
	}
}

// Versions returns those that the plan runs. MongoDB's is empty if rcgen does not run
// the database.
func (p Plan) Versions() catalog.Deployment {
	d := catalog.Deployment{Release: p.Release, MongoDB: p.MongoDBVersion}
	if p.Request.MongoDB.External {
		d.MongoDB = ""
	}
	return d
}
