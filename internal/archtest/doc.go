// Package archtest has no code but tests. They read the import lists of the module and
// enforce the arrows between its packages, and they compare docs/architecture.md with them.
//
// What belongs here: rules about all packages at once. What does not: tests of one
// package.
package archtest
