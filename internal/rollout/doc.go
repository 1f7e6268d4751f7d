// Package rollout reconciles running containers with the files: it orders the changes into
// steps, each of which leaves the chat reachable, and runs them.
//
// Steps only decides; Run does everything through the functions of a World. What an
// interrupted Run leaves is where the next Steps begins, and what it had taken out of the
// routes is on the disk before it is out.
//
// What belongs here: the order of steps, and undoing them. What does not: the real World,
// guards and records (internal/deploy), and the text of Traefik's file (generator/routes).
package rollout
