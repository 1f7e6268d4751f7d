// Package keys holds the table of the keys of rcgen.yaml: name, type, default,
// text, validation and option of each, in the order of generator.Request. From it
// come `rcgen explain`, the help of options, the JSON Schema and the reference.
// It stands above package generator, which decides what a value does and checks
// the values of a file; a test holds the table to both.
package keys

//go:generate go run rcgen/internal/keygen ../..
