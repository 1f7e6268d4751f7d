// Package git asks the operator's own git about a project's directory. Nothing depends on
// the answer: without git, or outside a work tree, there is none.
//
// What belongs here: questions to git. What does not: changes: rcgen never commits.
package git

import (
	"bytes"
	"context"
	"os/exec"
	"time"
)

// patience is how long git may take: a status of a few files takes milliseconds,
// and one of a large repository on a slow disk is not worth a person's time
// (assumption).
const patience = 2 * time.Second

// grace is how long git may leave its output open after it ended, by a child of its own,
// such as a file system monitor; assumption: also a busy machine reads what git said within
// it, which was lost after a tenth of it (seen).
const grace = time.Second

// Uncommitted returns how many files below dir that git knows have changes that
// are not committed; 0 where git cannot tell.
func Uncommitted(ctx context.Context, dir string) int {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// no optional locks: a person's own git may be at work
	cmd := exec.CommandContext(ctx, "git", "--no-optional-locks",
		"status", "--porcelain", "-z", "--untracked-files=no", "--", ".")
	cmd.Dir = dir
	cmd.WaitDelay = grace
	out, err := cmd.Output()
	if err != nil {
		return 0
	}
	return bytes.Count(out, []byte{0})
}
