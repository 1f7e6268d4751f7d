// Package profiles has rcgen's data: the three size profiles, the Rocket.Chat releases with
// the MongoDB each needs, the images, and the environment variables that Rocket.Chat knows.
// Every value has its source or is marked as an assumption.
//
// What belongs here: YAML with sources. What does not: reading and checking it
// (generator/catalog, generator).
package profiles

import "embed"

// FS holds small.yaml, medium.yaml, large.yaml, releases.yaml, images.yaml and
// environment.yaml.
//
//go:embed *.yaml
var FS embed.FS
