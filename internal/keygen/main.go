// Command keygen writes the files that are made from the table of keys in
// rcgen/generator/keys: the JSON Schema of rcgen.yaml, which rcgen embeds, and its
// reference. `go generate` runs it.
//
// What belongs here: writing these files. What does not: their content (generator/keys).
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"rcgen/generator"
	"rcgen/generator/keys"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: keygen ROOT")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "keygen: %v\n", err)
		os.Exit(1)
	}
}

// write writes both files below the module's root.
func write(root string) error {
	schema, err := keys.Schema()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "templates", generator.SchemaFile), schema, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "examples", "reference.md"), keys.Reference(), 0o644)
}
