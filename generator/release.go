package generator

import (
	"fmt"
	"io/fs"

	"github.com/Masterminds/semver/v3"

	"rcgen/profiles"
)

// DefaultRelease is what a request without a release gets: the newest long-term
// line of releases.yaml (a test holds the two equal).
const DefaultRelease = "8.9.1"

// oldestRelease is the oldest one whose image the generated project runs
// (releases.yaml, oldest).
const oldestRelease = "7.0.0"

// Releases is what is known of Rocket.Chat releases on one day.
type Releases struct {
	AsOf    string `yaml:"as_of"` // date of the knowledge, YYYY-MM-DD
	Default string `yaml:"default"`
	Oldest  string `yaml:"oldest"`
	Support struct {
		Source string `yaml:"source"`
	} `yaml:"support"`
	Lines   []ReleaseLine  `yaml:"lines"` // newest first
	MongoDB []MongoVersion `yaml:"mongodb"`
}

// ReleaseLine is one minor release with its support window. Dates are YYYY-MM-DD.
type ReleaseLine struct {
	Line           string `yaml:"line"` // major.minor
	Newest         string `yaml:"newest"`
	Released       string `yaml:"released"`
	SupportedUntil string `yaml:"supported_until"`
	LTS            bool   `yaml:"lts"`
	Source         string `yaml:"source"`
}

// MongoVersion is the MongoDB that a range of releases is declared for.
type MongoVersion struct {
	Releases string `yaml:"releases"` // semver constraint
	MongoDB  string `yaml:"mongodb"`  // major.minor
	Source   string `yaml:"source"`
}

// Image is a pinned image and where its tag was seen.
type Image struct {
	Image  string `yaml:"image"`
	Source string `yaml:"source"`
}

// catalog is the data about releases and images that every plan needs.
type catalog struct {
	releases Releases
	images   map[string]Image
}

func loadCatalog() (catalog, error) {
	var c catalog
	for file, v := range map[string]any{"releases.yaml": &c.releases, "images.yaml": &c.images} {
		data, err := fs.ReadFile(profiles.FS, file)
		if err != nil {
			return catalog{}, err
		}
		if err := decodeStrict(file, data, v); err != nil {
			return catalog{}, err
		}
	}
	return c, nil
}

// mongoDB returns the MongoDB version for a release.
func (r Releases) mongoDB(release *semver.Version) (MongoVersion, error) {
	for _, m := range r.MongoDB {
		c, err := semver.NewConstraint(m.Releases)
		if err != nil {
			return MongoVersion{}, fmt.Errorf("releases.yaml: %q: %w", m.Releases, err)
		}
		c.IncludePrerelease = true
		if c.Check(release) {
			return m, nil
		}
	}
	return MongoVersion{}, fmt.Errorf("releases.yaml: no MongoDB is known for Rocket.Chat %s", release)
}

// supported reports whether a release was in its support window on AsOf, and
// otherwise why not.
func (r Releases) supported(release *semver.Version) (ok bool, why string) {
	if release.Prerelease() != "" {
		return false, "it is a pre-release"
	}
	line := fmt.Sprintf("%d.%d", release.Major(), release.Minor())
	for _, l := range r.Lines {
		if l.Line == line {
			return l.SupportedUntil >= r.AsOf, "support for " + line + " ended on " + l.SupportedUntil
		}
	}
	return false, "line " + line + " is not among the supported ones known on " + r.AsOf
}

// image returns the pinned image for a service.
func (c catalog) image(name string) (string, error) {
	img, ok := c.images[name]
	if !ok || img.Image == "" || img.Source == "" {
		return "", fmt.Errorf("images.yaml: %s: no image with a source", name)
	}
	return img.Image, nil
}
