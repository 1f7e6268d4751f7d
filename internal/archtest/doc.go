// Package archtest holds no code of its own: its test reads the import lists of
// the module and holds the arrows between its packages.
package archtest
