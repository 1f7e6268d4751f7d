package validate

import "fmt"

// Finding is something wrong with the files of a project.
type Finding struct {
	Code    string `json:"code"` // one of the constants below; stable
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"` // 0 where it is not known
	Key     string `json:"key,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint"` // what to do
}

// The codes of findings.
const (
	FindCompose  = "compose"         // Compose would not load the project
	FindPort     = "port-conflict"   // a host port that two containers want
	FindVariable = "variable-unset"  // used without a default and set nowhere
	FindLimit    = "limit-over-host" // more than the host of rcgen.yaml has
	FindPath     = "path-missing"    // a bind mount, env_file, secret or config that is not there
	FindSecret   = "secret-exposed"  // in a file that is committed
	FindImage    = "image-unpinned"  // no tag, or latest
	FindRoute    = "route"           // a replica that Traefik or Prometheus names and Compose does not have
	FindRequest  = "request"         // rcgen.yaml itself

	FindCertificate = "certificate" // of TLS mode files
)

// String returns the finding on one line, as compilers print theirs.
func (f Finding) String() string {
	at := f.File
	if f.Line > 0 {
		at = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Key != "" {
		at += ": " + f.Key
	}
	return at + ": " + f.Message
}

// FindingsError is a project that must not be written.
type FindingsError struct {
	Findings []Finding // at least one
}

// Error returns the first finding and how many there are.
func (e *FindingsError) Error() string {
	more := ""
	if n := len(e.Findings) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	return e.Findings[0].String() + more
}

// Hints returns the hint of the first finding.
func (e *FindingsError) Hints() []string { return []string{e.Findings[0].Hint} }
