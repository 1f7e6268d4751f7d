package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/fault"
	"rcgen/generator/strict"
	"rcgen/generator/units"
	"rcgen/profiles"
)

// Cited is one value of a profile with its reason: the source it was taken
// from, or the assumption it is. Exactly one of the two is given.
type Cited[T any] struct {
	Value      T      `yaml:"value"`
	Source     string `yaml:"source"`
	Assumption string `yaml:"assumption"`

	given bool // the value was there
}

// Origin returns the source, or the assumption marked as one.
func (c Cited[T]) Origin() string {
	if c.Assumption != "" {
		return "assumption: " + c.Assumption
	}
	return c.Source
}

// cited is how the check of a profile sees values of every type.
func (c Cited[T]) cited() error {
	if !c.given {
		return errors.New("has no value")
	}
	if (c.Source == "") == (c.Assumption == "") {
		return errors.New("needs either a source or an assumption")
	}
	return nil
}

// UnmarshalYAML reads a whole value: one that stands above a base replaces it
// with its citation.
func (c *Cited[T]) UnmarshalYAML(n *yaml.Node) error {
	type plain Cited[T]
	var v plain
	if err := strict.DecodeKnown(n, &v); err != nil {
		return err
	}
	*c = Cited[T](v)
	c.given = slices.ContainsFunc(n.Content, func(k *yaml.Node) bool { return k.Value == "value" })
	return nil
}

// Profile holds the coefficients of a plan. Memory and disk are in bytes, CPUs
// in cores, "concurrent" counts users online at once.
type Profile struct {
	Name string `yaml:"name"`
	// shipped profile whose values stand where this one has none
	Base                  string          `yaml:"base"`
	Users                 Cited[Range]    `yaml:"users"`                   // that the profile is made for
	Concurrency           Cited[float64]  `yaml:"concurrency"`             // concurrent / users, above 0 and up to 1
	ConcurrentPerInstance Cited[int]      `yaml:"concurrent_per_instance"` // that one replica carries
	MinInstances          Cited[int]      `yaml:"min_instances"`
	KubernetesFrom        Cited[int]      `yaml:"kubernetes_from"` // concurrent users
	PresenceCap           Cited[int]      `yaml:"presence_cap"`    // connections without a licence
	OSReserve             Cited[[]Slice]  `yaml:"os_reserve"`
	PIDs                  Cited[PIDs]     `yaml:"pids"`
	Requests              Cited[Requests] `yaml:"requests"`   // from one address
	HeapShare             Cited[float64]  `yaml:"heap_share"` // of a replica's memory limit
	GoShare               Cited[float64]  `yaml:"go_share"`   // of Traefik's memory limit
	Cache                 Cited[Cache]    `yaml:"cache"`
	Alerts                AlertThresholds `yaml:"alerts"`
	Logs                  Cited[bool]     `yaml:"logs"` // the containers' logs are kept in Loki
	Storage               Storage         `yaml:"storage"`
	Services              Shapes          `yaml:"services"`
}

// Range is a number of users, both ends included.
type Range struct {
	Min int `yaml:"min"`
	Max int `yaml:"max"`
}

// Slice is a part of the host's memory of which a share stays with the system.
type Slice struct {
	UpTo  units.Bytes `yaml:"up_to"` // upper end of the slice; 0 = no end
	Share float64     `yaml:"share"` // 0 to below 1
}

// Cache is MongoDB's rule for its WiredTiger cache: Share x (limit - Less), at
// least Min.
type Cache struct {
	Share float64     `yaml:"share"`
	Less  units.Bytes `yaml:"less"`
	Min   units.Bytes `yaml:"min"`
}

// Storage holds what the disk is filled with.
type Storage struct {
	MessagesPerUserDay  Cited[int]         `yaml:"messages_per_user_day"`
	BytesPerMessage     Cited[units.Bytes] `yaml:"bytes_per_message"` // with its indexes, compressed
	UploadsPerUserMonth Cited[units.Bytes] `yaml:"uploads_per_user_month"`
	MetricsRetention    Cited[string]      `yaml:"metrics_retention"` // Prometheus duration
	MetricsSize         Cited[units.Bytes] `yaml:"metrics_size"`      // Prometheus keeps no more
	LogsRetention       Cited[string]      `yaml:"logs_retention"`    // Loki duration, from a day on
	LogsSize            Cited[units.Bytes] `yaml:"logs_size"`         // Loki keeps no more
}

// Shape is what one service needs. The zero value of a coefficient means none.
type Shape struct {
	CPUs                Cited[float64]      `yaml:"cpus"`
	CPUsPerConcurrent   *Cited[float64]     `yaml:"cpus_per_concurrent"`
	Memory              Cited[units.Bytes]  `yaml:"memory"`
	MemoryPerConcurrent *Cited[units.Bytes] `yaml:"memory_per_concurrent"`
	MemoryMin           Cited[units.Bytes]  `yaml:"memory_min"` // below it the service does not run
}

// Shapes holds the needs of every service.
type Shapes struct {
	RocketChat      Shape `yaml:"rocketchat"` // of one replica
	MongoDB         Shape `yaml:"mongodb"`
	Traefik         Shape `yaml:"traefik"`
	NATS            Shape `yaml:"nats"`
	Prometheus      Shape `yaml:"prometheus"`
	Alertmanager    Shape `yaml:"alertmanager"`
	Grafana         Shape `yaml:"grafana"`
	Loki            Shape `yaml:"loki"`           // only where logs are kept
	OTelCollector   Shape `yaml:"otel-collector"` // only where logs are kept
	NodeExporter    Shape `yaml:"node-exporter"`
	MongoDBExporter Shape `yaml:"mongodb-exporter"`
	NATSExporter    Shape `yaml:"nats-exporter"`
}

// shippedProfiles are the names of the profiles in package profiles, smallest first.
var shippedProfiles = []string{"small", "medium", "large"}

// ProfileNames returns the names of the shipped profiles, smallest first.
func ProfileNames() []string { return slices.Clone(shippedProfiles) }

// Profiles returns the shipped profiles, smallest first.
func Profiles() ([]Profile, error) {
	var all []Profile
	for _, name := range shippedProfiles {
		p, err := Shipped(name)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Shipped returns a shipped profile.
func Shipped(name string) (Profile, error) {
	data, err := ProfileText(name)
	if err != nil {
		return Profile{}, err
	}
	return DecodeProfile(name+".yaml", data)
}

// ProfileText returns a shipped profile as it is written, comments included.
func ProfileText(name string) ([]byte, error) {
	if !slices.Contains(shippedProfiles, name) {
		return nil, fault.New("profile: %q is not one that rcgen ships", name).Fix("small, medium or large")
	}
	return fs.ReadFile(profiles.FS, name+".yaml")
}

// DecodeProfile reads a profile and lays it over its base. Unknown and missing
// keys, values without a citation and values out of range are errors that name
// the file and, where there is one, the line.
func DecodeProfile(file string, data []byte) (Profile, error) {
	var head struct {
		Base string `yaml:"base"`
	}
	var p Profile
	if err := yaml.Unmarshal(data, &head); err == nil && head.Base != "" {
		base, err := Shipped(head.Base)
		if err != nil {
			return Profile{}, fmt.Errorf("%s: base: %w", file, err)
		}
		p = base
		p.Name = "" // its own
	}
	if err := strict.Decode(file, data, &p); err != nil {
		return Profile{}, &fault.Error{Err: err, Hint: profileHint}
	}
	if err := checkCitations(reflect.ValueOf(p), ""); err != nil {
		return Profile{}, fault.New("%s: %v", file, err).Fix(profileHint)
	}
	if err := p.check(); err != nil {
		return Profile{}, fault.New("%s: %v", file, err).Fix(profileHint)
	}
	return p, nil
}

const profileHint = "rcgen profiles --show medium prints every key"

// checkCitations walks every field, so that none can be added without a citation.
func checkCitations(v reflect.Value, path string) error {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		return checkCitations(v.Elem(), path)
	}
	if c, ok := v.Interface().(interface{ cited() error }); ok {
		if err := c.cited(); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		name := v.Type().Field(i).Tag.Get("yaml")
		if path != "" {
			name = path + "." + name
		}
		if err := checkCitations(v.Field(i), name); err != nil {
			return err
		}
	}
	return nil
}

// MemoryFor returns the memory for that many concurrent users, in bytes.
func (s Shape) MemoryFor(concurrent int) units.Bytes {
	m := s.Memory.Value
	if s.MemoryPerConcurrent != nil {
		m += s.MemoryPerConcurrent.Value * units.Bytes(concurrent)
	}
	return m
}

// CPUsFor returns the cores for that many concurrent users, to a hundredth.
func (s Shape) CPUsFor(concurrent int) float64 {
	c := s.CPUs.Value
	if s.CPUsPerConcurrent != nil {
		c += s.CPUsPerConcurrent.Value * float64(concurrent)
	}
	return math.Round(c*100) / 100
}
