// Package stack names the services of a deployment and the host that runs them. It is a
// leaf, so that all packages use the same names.
package stack
