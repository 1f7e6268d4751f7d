// Package generator is the pure core of rcgen: a function from a user's choices to the
// files of a Rocket.Chat deployment on Docker Compose.
//
//	Request + Profile + Host -> NewPlan -> Plan -> Render(+Secrets) -> tree.Project
//
// It touches no disk, no clock, no network and no random source of its own; what it needs
// of the world comes in as values. The same input gives the same bytes.
//
// What belongs here: the request, the plan, the page of the templates, secrets. What does
// not: data about releases and profiles (catalog), files of a directory (tree), and the
// judgement of files (validate).
package generator
