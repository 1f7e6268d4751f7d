// Package tree knows the files of a project's directory: it reads them, tells whose each
// one is, merges what was rendered with what is there, and says what will be written.
//
// What belongs here: files as bytes under paths, the lock and the base, conflicts, and
// the files in which rcgen keeps an unfinished apply. What does not: what is in a file
// (generator renders it, generator/validate judges it), and the disk (internal/disk).
package tree
