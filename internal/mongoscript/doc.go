// Package mongoscript holds no code of its own: its tests run the two files
// that the generated project mounts into the MongoDB container,
// templates/mongodb/start.sh with sh and templates/mongodb/healthcheck.js in a
// JavaScript engine, against a mongod that the tests play.
package mongoscript
