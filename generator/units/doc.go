// Package units has amounts of memory, disk and things, as people and files write them.
//
// What belongs here: amounts, their parsing and printing. What does not: limits and sizes
// of services (generator).
package units
