// Package catalog has what rcgen knows of the world outside a project: size profiles with
// their sources, Rocket.Chat's releases with their MongoDB, pinned images, and the steps
// of an upgrade with their commands.
//
// What belongs here: data and the arithmetic on it that needs no request. What does not:
// the sizing of a request (generator).
package catalog
