// Package routes edits the file in which Traefik finds the replicas, as text, so that the
// comments and the order of its author stay.
//
// What belongs here: that file, and the one that steers websockets during a roll. What
// does not: when a replica is taken out of rotation (internal/rollout).
package routes
