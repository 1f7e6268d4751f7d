// Package status shows the current state of a deployment on one screen: the running
// containers next to the plan and the files, and what Prometheus measures.
//
// It asks through functions that the caller passes, so that Docker contexts and remote
// engines work; judging and printing are pure.
//
// What belongs here: what is asked of the sources, judgment and the screen. What does not:
// the sources (internal/inspect), and advice on hosts and files (internal/doctor).
package status

import (
	"time"

	"rcgen/internal/container"
)

// Status is how a deployment was at one moment. Its JSON form stays: keys may
// come, none goes. What is null could not be found out, and Unknown says why;
// memory is in bytes, CPUs are cores.
type Status struct {
	Project      string        `json:"project"` // name of the Compose project
	At           time.Time     `json:"at"`      // in UTC, whole seconds
	OK           bool          `json:"ok"`      // Wrong is empty
	Replicas     []Row         `json:"replicas"`
	Services     []Row         `json:"services"` // the other services, by name
	Users        Users         `json:"users"`
	MongoDB      MongoDB       `json:"mongodb"`
	NATS         NATS          `json:"nats"`
	Certificates []Certificate `json:"certificates"` // empty where Traefik does no https
	Release      Release       `json:"release"`
	Alerts       []Alert       `json:"alerts"` // that fire, by severity and name
	Drift        Drift         `json:"drift"`
	Unknown      []Unknown     `json:"unknown"`
	Wrong        []Problem     `json:"wrong"`
}

// Row is one container with what it uses, or a service that has none.
type Row struct {
	ID          string     `json:"-"`
	Service     string     `json:"service"`
	Number      int        `json:"number"` // among the service's containers, from 1
	State       string     `json:"state"`  // Docker's word, or missing
	Health      string     `json:"health"` // starting, healthy or unhealthy; empty if it does not run or has no check
	Image       string     `json:"image"`  // the reference it was made from
	Created     *time.Time `json:"created"`
	Users       *int       `json:"users"` // connected, of a replica of Rocket.Chat
	CPU         *float64   `json:"cpu"`
	CPULimit    *float64   `json:"cpu_limit"` // 0 = none
	Memory      *int64     `json:"memory"`
	MemoryLimit *int64     `json:"memory_limit"` // 0 = none
}

// StateMissing is the state of a service without a container.
const StateMissing = "missing"

// Users is how many people are connected.
type Users struct {
	Connected *int `json:"connected"` // on the replicas that are measured
	Planned   int  `json:"planned"`   // at once
}

// MongoDB is the replica set as its exporter sees it.
type MongoDB struct {
	Known   bool   `json:"known"`   // it is measured
	Primary string `json:"primary"` // the member; empty: there is none
	Members int    `json:"members"` // that the set has
}

// NATS is what carries events between replicas.
type NATS struct {
	Up          *bool `json:"up"`
	Connections *int  `json:"connections"`
}

// Certificate is one that Traefik serves; of one that was renewed, the newest.
type Certificate struct {
	Name  string    `json:"name"` // its common name, or else the first of its names
	Until time.Time `json:"until"`
	Days  int       `json:"days"` // left, rounded down; negative: expired
}

// Release is how long Rocket.Chat supports the release of the plan.
type Release struct {
	Release   string `json:"release"`
	Supported *bool  `json:"supported"`
	Until     string `json:"until"` // last day, YYYY-MM-DD; empty: none is known
	Days      *int   `json:"days"`  // left
}

// Alert is one alert of Prometheus that fires.
type Alert struct {
	Name     string `json:"name"`
	Severity string `json:"severity"` // critical or warning
	Of       string `json:"of"`       // the instance, URL or name that it is about; may be empty
}

// Drift is where rcgen.yaml, the files and the containers differ.
type Drift struct {
	Files      []FileDrift `json:"files"`      // from rcgen.yaml
	Containers []DriftRow  `json:"containers"` // from the files; null: they cannot be read
}

// FileDrift is a file that `rcgen generate` would change.
type FileDrift struct {
	Path   string `json:"path"`
	Change string `json:"change"` // create, replace, merge, remove or conflict
}

// DriftRow is a container.Drift as a status shows it: its keys are always there.
type DriftRow struct {
	Service   string         `json:"service"`
	Container string         `json:"container"` // its name; empty for replicas
	Kind      container.Kind `json:"kind"`
	Detail    string         `json:"detail"`
}

// Unknown is a question that found no answer.
type Unknown struct {
	Question string `json:"question"` // prometheus, usage, files or containers
	Reason   string `json:"reason"`
}

// The questions.
const (
	AskPrometheus = "prometheus" // users, MongoDB, NATS, certificates, alerts
	AskUsage      = "usage"      // CPU and memory
	AskFiles      = "files"      // rcgen.yaml against the files
	AskContainers = "containers" // the files against the containers
)

// Problem is one thing that is wrong.
type Problem struct {
	Code    string `json:"code"`
	Subject string `json:"subject"` // the service, certificate, alert or question
	Message string `json:"message"`
	Hint    string `json:"hint"` // what to do
}

// The codes of problems.
const (
	CodeService     = "service"     // missing, stopped, unhealthy or still starting
	CodeReplicas    = "replicas"    // fewer than planned
	CodeMongoDB     = "mongodb"     // no primary
	CodeNATS        = "nats"        // does not answer
	CodeCertificate = "certificate" // expired, about to, or none
	CodeRelease     = "release"     // out of support
	CodeAlert       = "alert"       // a critical one fires
	CodeDrift       = "drift"       // rcgen.yaml, files and containers differ
	CodeUnknown     = "unknown"     // a question found no answer
)
