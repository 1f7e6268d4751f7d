// Package startscript holds no code of its own: its tests run the script that
// the generated project mounts into the Alertmanager container,
// templates/alertmanager/start.sh, with sh. MongoDB's is in package mongoscript.
package startscript
