#!/bin/sh
# rcgen in the CI of a repository that holds a project, run in the project's directory:
#   ops-ci.sh          on each push: the files are valid, and what rcgen.yaml asks for
#   ops-ci.sh update   with a new rcgen, or after a change of rcgen.yaml: writes and commits them
# A clone has no .env: .env.example stands in for it, so that no secret is needed, shown or made.
set -eu

check() {
	# What Compose would load, hand edits and compose.override.yaml included. 3: findings, one a line.
	rcgen validate --env-file .env.example
	# Prints what rcgen generate would change. 3: somebody changed rcgen.yaml, or rcgen is newer, and nobody
	# ran rcgen generate. A hand edit alone is no difference.
	rcgen diff --env-file .env.example
}

update() {
	# Hand edits are merged. 3: one of them and the new version change the same lines, which are named; nothing
	# is committed then, and a person runs rcgen generate and settles it.
	rcgen generate --yes --env-file .env.example
	git add --all .
	# 0: all was up to date. Add git push, or open a pull request, where your CI may.
	git diff --cached --quiet || git commit --quiet --message "Write the project anew with $(rcgen version | cut -d ' ' -f 1-2)"
}

case "${1-check}" in
check) check ;;
update)
	update
	check
	;;
*)
	echo "usage: ops-ci.sh [check|update]" >&2
	exit 2
	;;
esac
