// Package generator is the pure core of rcgen: a function from a person's choices
// to the files of a Rocket.Chat deployment on Docker Compose.
//
//	Request + Profile + Host -> NewPlan -> Plan -> Render(+Secrets) -> Project -> Changes -> Validate -> Valid
//
// It touches no disk, no clock, no network and no random source of its own; what
// it needs of the world comes in as values. The same input gives the same bytes.
package generator
