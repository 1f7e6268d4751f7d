package catalog

import (
	"fmt"
	"io/fs"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/strict"
	"rcgen/profiles"
)

// DefaultRelease is what a request without a release gets: the newest long-term
// line of releases.yaml (a test holds the two equal).
const DefaultRelease = "8.9.1"

// OldestRelease is the oldest one whose image the generated project runs
// (releases.yaml, oldest).
const OldestRelease = "7.0.0"

// Releases is what is known of Rocket.Chat releases on one day.
type Releases struct {
	AsOf    string `yaml:"as_of"` // date of the knowledge, YYYY-MM-DD
	Default string `yaml:"default"`
	Oldest  string `yaml:"oldest"`
	Support struct {
		Months    int    `yaml:"months"` // from the month of the release
		LTSMonths int    `yaml:"lts_months"`
		Source    string `yaml:"source"`
	} `yaml:"support"`
	Lines   []ReleaseLine  `yaml:"lines"` // newest first
	MongoDB []MongoVersion `yaml:"mongodb"`
	Bad     []BadRelease   `yaml:"bad"`
}

// ReleaseLine is one minor release with its support window. Dates are YYYY-MM-DD.
type ReleaseLine struct {
	Line           string   `yaml:"line"` // major.minor
	Newest         string   `yaml:"newest"`
	Released       string   `yaml:"released"`        // the last day of the month where DayUnknown
	DayUnknown     bool     `yaml:"day_unknown"`     // only the month of Released is known
	SupportedUntil string   `yaml:"supported_until"` // last day
	Computed       bool     `yaml:"-"`               // SupportedUntil follows from the rule; the vendor published none
	LTS            bool     `yaml:"lts"`
	Node           string   `yaml:"node"`     // version or range of Node.js; empty where not known
	Breaking       []string `yaml:"breaking"` // what stops working with it
	Source         string   `yaml:"source"`
}

// MongoVersion is the MongoDB that a range of releases is declared for. Versions
// are major.minor.
type MongoVersion struct {
	Releases  string   `yaml:"releases"`  // semver constraint
	MongoDB   string   `yaml:"mongodb"`   // which rcgen takes unless a request names another
	Supported []string `yaml:"supported"` // which the vendor declares
	Also      []string `yaml:"also"`      // which the vendor states to work without declaring them
	Source    string   `yaml:"source"`
}

// BadRelease is a release that nobody should take.
type BadRelease struct {
	Release string `yaml:"release"`
	Why     string `yaml:"why"`
	Instead string `yaml:"instead"` // which to take
	Source  string `yaml:"source"`
}

// Image is a pinned image and where its tag was seen.
type Image struct {
	Image  string `yaml:"image"`
	Source string `yaml:"source"`
}

// Catalog is the data about releases and images that every plan needs.
type Catalog struct {
	Releases Releases
	images   map[string]Image
}

// Load reads the built-in data about releases and images. The error is one of that data.
func Load() (Catalog, error) {
	var c Catalog
	for file, v := range map[string]any{"releases.yaml": &c.Releases, "images.yaml": &c.images} {
		data, err := fs.ReadFile(profiles.FS, file)
		if err != nil {
			return Catalog{}, err
		}
		if err := strict.Decode(file, data, v); err != nil {
			return Catalog{}, err
		}
	}
	return c, c.Releases.complete()
}

// KnownReleases returns what this rcgen knows of Rocket.Chat's releases. The error
// is one of the built-in data.
func KnownReleases() (Releases, error) {
	c, err := Load()
	return c.Releases, err
}

// complete fills in the ends of support that the vendor did not publish.
func (r Releases) complete() error {
	for i, l := range r.Lines {
		if l.SupportedUntil != "" {
			continue
		}
		months := r.Support.Months
		if l.LTS {
			months = r.Support.LTSMonths
		}
		until, err := monthEnd(l.Released, months)
		if err != nil {
			return fmt.Errorf("releases.yaml: %s: %w", l.Line, err)
		}
		r.Lines[i].SupportedUntil, r.Lines[i].Computed = until, true
	}
	return nil
}

// monthEnd returns the last day of the month that comes a number of months after
// that of date. Both are YYYY-MM-DD.
func monthEnd(date string, months int) (string, error) {
	var year, month, day int
	if n, err := fmt.Sscanf(date, "%4d-%2d-%2d", &year, &month, &day); n != 3 || err != nil || month < 1 || month > 12 {
		return "", fmt.Errorf("%q is not a date", date)
	}
	month += months - 1
	year, month = year+month/12, month%12+1
	days := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days = 29
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, days), nil
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

// Supported reports whether a release was in its support window on AsOf, and
// otherwise why not.
func (r Releases) Supported(release *semver.Version) (ok bool, why string) {
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

// SupportEnd returns the last day, YYYY-MM-DD, on which a release is supported:
// empty where it has no support, as a pre-release or a line that is not among the
// known ones. Of a line newer than all of them nothing is known. The error is one
// of the release or of the built-in data.
func SupportEnd(release string) (until string, known bool, err error) {
	v, err := semver.StrictNewVersion(release)
	if err != nil {
		return "", false, fmt.Errorf("release %q: %w", release, err)
	}
	c, err := Load()
	if err != nil {
		return "", false, err
	}
	line := fmt.Sprintf("%d.%d", v.Major(), v.Minor())
	for _, l := range c.Releases.Lines {
		if l.Line == line && v.Prerelease() == "" {
			return l.SupportedUntil, true, nil
		}
	}
	newest, err := semver.StrictNewVersion(c.Releases.Lines[0].Newest)
	if err != nil {
		return "", false, fmt.Errorf("releases.yaml: %w", err)
	}
	return "", v.Prerelease() != "" || v.LessThan(newest), nil
}

// Image returns the pinned image for a service.
func (c Catalog) Image(name string) (string, error) {
	img, ok := c.images[name]
	if !ok || img.Image == "" || img.Source == "" {
		return "", fmt.Errorf("images.yaml: %s: no image with a source", name)
	}
	return img.Image, nil
}

// ImageName returns the key of a service in images.yaml: MongoDB has one image a version.
func ImageName(service, mongoDB string) string {
	if service == stack.MongoDBService {
		return service + "-" + mongoDB
	}
	return service
}

// CheckRelease returns why a text names no release that rcgen can generate, or nil.
func CheckRelease(release string) error {
	v, err := semver.StrictNewVersion(release)
	if err != nil || v.Metadata() != "" {
		return fault.New("release: %q is not a Rocket.Chat version", release).
			Fix("give all three numbers, like " + DefaultRelease)
	}
	if v.LessThan(semver.MustParse(OldestRelease)) {
		return fault.New("release: %s is older than %s", release, OldestRelease).
			Fix("the Alpine image that the health checks rely on exists since 7.0.0 (RocketChat/Rocket.Chat#28042)")
	}
	return nil
}
