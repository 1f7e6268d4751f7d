package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"rcgen/generator"
	"rcgen/internal/project"
)

// written is what a command that writes reports as JSON.
type written struct {
	Plan    generator.Plan `json:"plan"`
	Changes []change       `json:"changes"`
	DryRun  bool           `json:"dry_run"`
}

type change struct {
	Op   string `json:"op"` // create, replace, merge, offer or remove
	Path string `json:"path"`
}

// print reports what was written, or would be. before is the plan that the options
// changed, or nil.
func (o writeOptions) print(e env, b project.Built, before *generator.Plan) error {
	changes := []change{}
	for _, ch := range b.Valid.Changes() {
		changes = append(changes, change{ch.Verb(), ch.File.Path})
	}
	if o.format == "json" {
		return printJSON(e.stdout, written{b.Plan, changes, o.dryRun})
	}
	var out strings.Builder
	switch {
	case b.Alone: // the plan is not carried out
	case before == nil:
		b.Plan.Print(&out)
		out.WriteByte('\n')
	default:
		b.Plan.PrintChanges(&out, *before)
		out.WriteByte('\n')
	}
	if len(changes) == 0 && len(b.Outcome.Conflicts()) == 0 {
		out.WriteString("nothing to write: every file is as it should be\n")
	}
	for _, ch := range changes {
		fmt.Fprintf(&out, "%-8s %s\n", ch.Op, ch.Path)
	}
	switch {
	case o.dryRun:
		out.WriteString("\nnothing was written (--dry-run)\n")
	case o.then == thenMore:
		out.WriteByte('\n')
	case len(changes) > 0 && !b.Alone:
		fmt.Fprintf(&out, "\nnext: %s%s\n", cd(o.dir), o.then.command(b.Fewer))
	}
	_, err := io.WriteString(e.stdout, out.String())
	return err
}

func cd(dir string) string {
	if dir == "." {
		return ""
	}
	return "cd " + quoted(dir) + " && "
}

// quoted writes a path for a POSIX shell.
func quoted(path string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%="
	if strings.Trim(path, plain) == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
