// Package profiles holds rcgen's data: the three size profiles, the Rocket.Chat
// releases with the MongoDB each needs, the images, and the environment variables
// that Rocket.Chat knows. Every value carries its
// source or is marked as an assumption; package generator reads and checks them.
package profiles

import "embed"

// FS holds small.yaml, medium.yaml, large.yaml, releases.yaml, images.yaml and
// environment.yaml.
//
//go:embed *.yaml
var FS embed.FS
