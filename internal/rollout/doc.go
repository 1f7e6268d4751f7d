// Package rollout makes a running deployment equal to its files: it orders the
// changes into steps, each of which leaves the chat reachable, and runs them.
//
// Steps only decides; Run does everything through the functions of a World. What
// an interrupted Run leaves is where the next Steps begins, and what it had taken
// out of the routes is on the disk before it is out.
package rollout
