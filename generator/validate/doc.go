// Package validate judges the files of a project: it loads them as Compose does, and
// reports what Compose accepts although it fails or harms later.
//
// What belongs here: findings on files. What does not: rcgen.yaml (generator) and what
// the running engine says (internal/doctor).
package validate
