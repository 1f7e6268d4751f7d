package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// config is the environment, checked.
type config struct {
	MongoURL string
	Database string // from MongoURL
	AnyMongo bool   // BYPASS_MONGO_VALIDATION

	RootURL string // without a slash at the end
	Port    int
	BindIP  string

	NATS        string // URL; empty means no relay
	Scalability bool   // the licence has the module

	Metrics     bool
	MetricsPort int

	Forwarded int           // proxies in front
	LagLimit  time.Duration // above it /readyz is red
	HeapLimit float64       // ratio, likewise
	HeapBytes int64         // V8's limit

	PingInterval time.Duration // of the instance record
	Expire       time.Duration // when such a record counts no more

	Version   string
	Migration int
	Hostname  string
	Start     time.Duration
	Migrating time.Duration
	Unhealthy bool
}

// parseConfig reads everything, so that a failed start names all that is wrong.
// An error of NODE_OPTIONS comes alone: Node.js itself stops at it.
func parseConfig(getenv func(string) string) (config, error) {
	e := &env{get: getenv}
	c := config{Hostname: e.text("HOSTNAME", hostname())}
	heap, err := parseNodeOptions(getenv("NODE_OPTIONS"))
	if err != nil {
		return c, err
	}
	c.HeapBytes = heap
	c.AnyMongo = truthy(getenv("BYPASS_MONGO_VALIDATION"))
	c.BindIP = e.text("BIND_IP", "0.0.0.0")
	c.Port = e.port("PORT", 3000)
	c.Metrics = getenv("OVERWRITE_SETTING_Prometheus_Enabled") == "true"
	c.MetricsPort = e.port("OVERWRITE_SETTING_Prometheus_Port", 9458)
	if getenv("PROMETHEUS_PORT") != "" {
		c.MetricsPort = e.port("PROMETHEUS_PORT", 9458)
	}
	c.Scalability = strings.Contains(getenv("ROCKETCHAT_LICENSE"), "scalability")
	c.Forwarded = e.number("HTTP_FORWARDED_COUNT", 0)
	c.LagLimit = time.Duration(e.decimal("EVENT_LOOP_LAG_MS", 70) * float64(time.Millisecond))
	c.HeapLimit = e.decimal("HEAP_USAGE_PERCENT", 0.85)
	c.PingInterval = time.Duration(e.number("MULTIPLE_INSTANCES_PING_INTERVAL", 10)) * time.Second
	c.Expire = time.Duration(e.number("MULTIPLE_INSTANCES_EXPIRE", 1)) * time.Minute
	c.Start = e.duration("STANDIN_START", 5*time.Second)
	c.Migrating = e.duration("STANDIN_MIGRATING", time.Second)
	c.Unhealthy = getenv("STANDIN_UNHEALTHY") == "1"
	c.Version = e.text("STANDIN_VERSION", "8.9.1")

	c.Migration = e.migration(c.Version)
	c.MongoURL, c.Database = e.mongo("MONGO_URL")
	c.RootURL = e.site("ROOT_URL")
	c.NATS = e.transporter("TRANSPORTER")
	return c, errors.Join(e.errs...)
}

func hostname() string {
	h, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return h
}

// truthy is how Rocket.Chat reads the BYPASS variables.
func truthy(s string) bool {
	s = strings.ToLower(s)
	return s == "yes" || s == "true"
}

// env reads variables and collects what is wrong with them.
type env struct {
	get  func(string) string
	errs []error
}

func (e *env) wrong(name, format string, args ...any) {
	e.errs = append(e.errs, fmt.Errorf(name+": "+format, args...))
}

func (e *env) text(name, fallback string) string {
	if v := e.get(name); v != "" {
		return v
	}
	return fallback
}

func (e *env) number(name string, fallback int) int {
	v := e.get(name)
	if v == "" {
		return fallback
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		e.wrong(name, "%q is not a number", v)
	}
	return n
}

func (e *env) port(name string, fallback int) int {
	n := e.number(name, fallback)
	if n > 65535 {
		e.wrong(name, "%d is not a port", n)
	}
	return n
}

func (e *env) decimal(name string, fallback float64) float64 {
	v := e.get(name)
	if v == "" {
		return fallback
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil {
		e.wrong(name, "%q is not a number", v)
	}
	if n == 0 {
		return fallback // as JavaScript's "||" has it
	}
	return n
}

func (e *env) duration(name string, fallback time.Duration) time.Duration {
	v := e.get(name)
	if v == "" {
		return fallback
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		e.wrong(name, "%q is not a duration", v)
	}
	return d
}

// migration is the number of the last migration a version knows. Patch releases
// bring none.
func (e *env) migration(version string) int {
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		e.wrong("STANDIN_VERSION", "%q is not major.minor.patch", version)
	}
	return major*100 + minor
}

// mongo gives the URL and the name of the database; without one in the path it
// is "test", as in the driver of Node.js.
func (e *env) mongo(name string) (string, string) {
	v := e.get(name)
	if v == "" {
		e.wrong(name, "must be set")
		return "", ""
	}
	cs, err := connstring.ParseAndValidate(v)
	if err != nil {
		e.wrong(name, "%w", err)
		return "", ""
	}
	if cs.Database == "" {
		return v, "test"
	}
	return v, cs.Database
}

func (e *env) site(name string) string {
	v := e.get(name)
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		e.wrong(name, "%q is not an http or https URL", v)
		return ""
	}
	return strings.TrimSuffix(v, "/")
}

func (e *env) transporter(name string) string {
	u, err := parseTransporter(e.get(name))
	if err != nil {
		e.wrong(name, "%w", err)
	}
	return u
}
