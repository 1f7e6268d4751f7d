// Package inspect answers what doctor, status and upgrade ask about a project: it reads
// the files of a directory, asks the engine what runs of it, and git what it tracks.
//
// What belongs here: where an answer comes from. What does not: what an answer means
// (internal/doctor, internal/status, generator), and options and printing (cmd/rcgen).
// It changes nothing.
package inspect
