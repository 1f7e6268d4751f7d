package image

// Stack returns the images of a generated project, under the names of
// profiles/images.yaml. Each has those facts of the real image that a project
// can rely on by mistake or on purpose: the programs and where they are, the
// user, the entrypoint, the volumes and their owners.
//
// bin holds the programs by name: those of package parts, its Busybox as
// "busybox", and the stand-ins mongod, mongosh, rocketchat and grafana. One that
// is missing is an error of the image's Load.
func Stack(bin map[string]string) []Image {
	return []Image{
		traefik(bin), rocketchat(bin), mongo(bin), nats(bin), prometheus(bin),
		alertmanager(bin), grafana(bin), loki(bin), otelCollector(bin),
		nodeExporter(bin), mongodbExporter(bin), natsExporter(bin),
	}
}

func traefik(bin map[string]string) Image {
	i := alpine(bin, "traefik:v3.6.12", "")
	i.Files["/usr/local/bin/traefik"] = bin["traefik"]
	i.Entrypoint = []string{"traefik"}
	i.Dirs["/etc/ssl/certs"] = Dir{Mode: 0o755}
	return i
}

// rocketchat has no ENTRYPOINT and no curl. The stand-in takes node's place, so
// that it is started by the command that starts the real one.
func rocketchat(bin map[string]string) Image {
	i := alpine(bin, "registry.rocket.chat/rocketchat/rocket.chat:8.9.1", "rocketchat:x:65533:65533::/tmp:/sbin/nologin\n")
	i.Files["/usr/local/bin/node"] = bin["rocketchat"]
	i.Cmd = []string{"node", "main.js"}
	i.WorkDir = "/app/bundle"
	i.User = "65533:65533"
	i.Dirs["/app/bundle"] = Dir{65533, 65533, 0o755}
	i.Dirs["/app/uploads"] = Dir{65533, 65533, 0o755}
	i.Volumes = []string{"/app/uploads"}
	i.Env = map[string]string{
		"HOME": "/tmp", "DEPLOY_METHOD": "docker", "NODE_ENV": "production", "PORT": "3000",
		"ROOT_URL": "http://localhost:3000", "MONGO_URL": "mongodb://mongo:27017/rocketchat",
		"Accounts_AvatarStorePath": "/app/uploads",
	}
	return i
}

// mongo is Ubuntu: no wget and no nc in it. The real entrypoint, which makes the
// first user, is left out, as generated projects have their own.
func mongo(bin map[string]string) Image {
	i := ubuntu(bin, "mongo:8.0.26", "mongodb:x:999:999::/data/db:/usr/sbin/nologin\n")
	i.Files["/usr/bin/mongod"] = bin["mongod"]
	i.Files["/usr/bin/mongosh"] = bin["mongosh"]
	i.Cmd = []string{"mongod"}
	i.Env = map[string]string{"HOME": "/data/db"}
	i.Dirs["/data/db"] = Dir{999, 999, 0o755}
	i.Dirs["/data/configdb"] = Dir{999, 999, 0o755}
	i.Volumes = []string{"/data/db", "/data/configdb"}
	return i
}

func nats(bin map[string]string) Image {
	i := alpine(bin, "nats:2.15.2-alpine", "")
	i.Files["/usr/local/bin/nats-server"] = bin["nats-server"]
	i.Entrypoint = []string{"nats-server"}
	return i
}

func prometheus(bin map[string]string) Image {
	i := alpine(bin, "prom/prometheus:v3.13.5", "")
	i.Files["/bin/prometheus"] = bin["prometheus"]
	i.Entrypoint = []string{"/bin/prometheus"}
	i.Cmd = []string{"--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"}
	i.WorkDir = "/prometheus"
	i.User = "65534"
	i.Dirs["/prometheus"] = Dir{65534, 65534, 0o755}
	i.Dirs["/etc/prometheus"] = Dir{65534, 65534, 0o755}
	i.Volumes = []string{"/prometheus"}
	return i
}

func alertmanager(bin map[string]string) Image {
	i := alpine(bin, "prom/alertmanager:v0.31.1", "")
	i.Files["/bin/alertmanager"] = bin["alertmanager"]
	i.Files["/bin/amtool"] = bin["amtool"]
	i.Entrypoint = []string{"/bin/alertmanager"}
	i.Cmd = []string{"--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"}
	i.WorkDir = "/alertmanager"
	i.User = "nobody"
	i.Dirs["/alertmanager"] = Dir{65534, 65534, 0o775}
	i.Dirs["/etc/alertmanager"] = Dir{65534, 65534, 0o755}
	i.Volumes = []string{"/alertmanager"}
	return i
}

// loki is distroless: users, but neither a shell nor any tool (cmd/loki/Dockerfile).
func loki(bin map[string]string) Image {
	const users = "root:x:0:0:root:/root:/bin/bash\nloki:x:10001:10001::/home/loki:/bin/bash\n"
	return Image{
		Ref:        "grafana/loki:3.7.8",
		Entrypoint: []string{"/usr/bin/loki"},
		Cmd:        []string{"-config.file=/etc/loki/local-config.yaml"},
		User:       "10001",
		WorkDir:    "/",
		Files:      map[string]string{"/usr/bin/loki": bin["loki"]},
		Text:       map[string]string{"/etc/passwd": users, "/etc/group": groups(users)},
		Dirs: map[string]Dir{"/loki": {10001, 10001, 0o755}, "/etc/loki": {10001, 10001, 0o755},
			"/tmp": {Mode: 0o1777}},
	}
}

// otelCollector holds the program alone, and that with a few of its components.
func otelCollector(bin map[string]string) Image {
	return Image{
		Ref:        "otel/opentelemetry-collector-contrib:0.149.0",
		Entrypoint: []string{"/otelcol-contrib"},
		Cmd:        []string{"--config", "/etc/otelcol-contrib/config.yaml"},
		User:       "10001",
		Files:      map[string]string{"/otelcol-contrib": bin["otelcol"]},
	}
}

func grafana(bin map[string]string) Image {
	i := alpine(bin, "grafana/grafana:12.0.2", "grafana:x:472:0::/home/grafana:/sbin/nologin\n")
	i.Files["/usr/bin/grafana"] = bin["grafana"]
	i.Entrypoint = []string{"/usr/bin/grafana"}
	i.WorkDir = "/usr/share/grafana"
	i.User = "472"
	i.Dirs["/usr/share/grafana"] = Dir{472, 0, 0o755}
	i.Dirs["/etc/grafana"] = Dir{472, 0, 0o755}
	i.Dirs["/var/lib/grafana"] = Dir{472, 0, 0o777}
	i.Volumes = []string{"/var/lib/grafana"}
	return i
}

func nodeExporter(bin map[string]string) Image {
	i := alpine(bin, "prom/node-exporter:v1.12.1", "")
	i.Files["/bin/node_exporter"] = bin["node-exporter"]
	i.Entrypoint = []string{"/bin/node_exporter"}
	i.User = "65534"
	return i
}

// mongodbExporter says 0.44.0 and is 0.43.1, the newest that can be had as a Go
// module. Like the real one it holds the program alone.
func mongodbExporter(bin map[string]string) Image {
	return Image{
		Ref:        "percona/mongodb_exporter:0.44.0",
		Entrypoint: []string{"/mongodb_exporter"},
		Files:      map[string]string{"/mongodb_exporter": bin["mongodb-exporter"]},
	}
}

// natsExporter says 0.17.3 and is 0.12.0, the newest that can be had as a Go
// module. Like the real one it holds the program alone.
func natsExporter(bin map[string]string) Image {
	return Image{
		Ref:        "natsio/prometheus-nats-exporter:0.17.3",
		Entrypoint: []string{"/prometheus-nats-exporter"},
		Files:      map[string]string{"/prometheus-nats-exporter": bin["nats-exporter"]},
	}
}
