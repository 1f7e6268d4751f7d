// Package stack names the services of a deployment and the host that runs them. It is a
// leaf, so that all packages use the same names.
//
// What belongs here: names and types that the core and the world around it share. What
// does not: numbers of a plan (generator), and containers (internal/container).
package stack
