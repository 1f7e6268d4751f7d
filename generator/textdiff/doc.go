// Package textdiff compares and merges the text files of a deployment, line by
// line.
//
// Merge takes three versions, because two cannot tell an edit from an update:
// where the file of a person and the newly generated one differ, only what was
// generated before, the base, says which of the two changed. What one side alone
// changed is taken; where both changed the same or touching lines and not in the
// same way, it is a conflict and nothing is merged. That is the rule of git, whose
// merge-file is the oracle of the tests.
//
// The hunks come from znkr.io/diff (Apache-2.0, released versions, no dependencies
// of its own), and so do unified diffs: it takes a few milliseconds where thousands
// of lines repeat, as they do among replicas, and it puts the borders of a change
// where git's indent heuristic does. Libraries that merge whole texts were measured
// and left out: github.com/epiclabs-io/diff3 has no release, needs about a second for
// 3,000 repetitive lines by default, and does not move a change that may stand in
// several places to the one where git leaves it, so that it decided otherwise than
// git more often.
//
// What belongs here: comparing and merging texts. What does not: files, their owners and
// conflicts (generator/tree).
package textdiff
