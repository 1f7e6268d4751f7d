package status

import (
	"fmt"
	"slices"
	"time"

	"rcgen/generator"
	"rcgen/generator/alerts"
	"rcgen/internal/container"
)

// noon is when the tests' deployments are looked at.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

// running is a container of an hour, with its service as id.
func running(service, image string) container.Container {
	return container.Container{ID: service, Service: service, Number: 1, State: "running", Health: "healthy", Image: image,
		Created: noon.Add(-time.Hour)}
}

// series is a sample by its name and labels in pairs.
func series(value float64, name string, labels ...string) sample {
	s := sample{map[string]string{"__name__": name}, value}
	for pair := range slices.Chunk(labels, 2) {
		s.labels[pair[0]] = pair[1]
	}
	return s
}

// well is what is found out of two replicas where nothing is wrong.
func well() answers {
	const image = "registry.rocket.chat/rocketchat/rocket.chat:8.9.1"
	return answers{
		plan: generator.Plan{
			Instances: 2, Concurrent: 120, Release: "8.9.1",
			Deployment: alerts.Deployment{HTTPS: true, Thresholds: alerts.Thresholds{CertificateDays: 14}},
		},
		running: Running{Project: "chat", Containers: []container.Container{
			running("mongodb", "mongo:8.0.26"), running("prometheus", "prom/prometheus:v3.13.5"),
			running("rocketchat-1", image), running("rocketchat-2", image),
		}},
		usage: map[string]usage{
			"rocketchat-1": {ptr(0.4249), ptr(1.5), ptr(int64(812 << 20)), ptr(int64(2 << 30))},
			"rocketchat-2": {ptr(0.1), ptr(1.5), ptr(int64(700 << 20)), ptr(int64(2 << 30))},
			"mongodb":      {ptr(0.05), ptr(2.72), ptr(int64(3 << 30)), ptr(int64(4448 << 20))},
			"prometheus":   {ptr(0.01), ptr(0.0), ptr(int64(100 << 20)), ptr(int64(0))},
		},
		samples: []sample{
			series(7, seriesUsers, "instance", "rocketchat-1"), series(5, seriesUsers, "instance", "rocketchat-2"),
			series(1, seriesMember, "member_idx", "mongodb:27017"), series(2, seriesNATS),
			series(float64(noon.Add(60*24*time.Hour).Unix()), seriesCertificate, "cn", "chat.firma.de", "sans", "chat.firma.de",
				"serial", "2"),
			series(float64(noon.Add(-24*time.Hour).Unix()), seriesCertificate, "cn", "chat.firma.de", "sans", "chat.firma.de",
				"serial", "1"),
		},
		support: "2027-10-31", supportKnown: true,
	}
}

// without removes a series.
func without(samples []sample, name string) []sample {
	return slices.DeleteFunc(slices.Clone(samples), func(s sample) bool { return s.labels["__name__"] == name })
}

// told is a problem without its hint.
func told(p Problem) string { return fmt.Sprintf("%s: %s: %s", p.Code, p.Subject, p.Message) }
