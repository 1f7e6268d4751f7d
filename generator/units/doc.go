// Package units has amounts of memory and disk, as people and files write them.
package units
