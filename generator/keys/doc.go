// Package keys has the table of the keys of rcgen.yaml: name, type, default, text,
// validation and option of each, in the order of generator.Request. `rcgen explain`, the
// help of options, the JSON Schema and the reference come from it.
//
// What belongs here: what is said about a key, and the nearest of several names. What does
// not: the decoding and checking of a file (generator): a test compares the table with it;
// the writing of generated files (internal/keygen).
package keys

//go:generate go run rcgen/internal/keygen ../..
