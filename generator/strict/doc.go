// Package strict decodes YAML and refuses what its reader would not notice: unknown and
// duplicate keys, wrong types, a second document. Its errors name the file and the line,
// and no type of Go.
//
// What belongs here: decoding and its errors. What does not: checks of values, which
// belong to the type that is decoded.
package strict
