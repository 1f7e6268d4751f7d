#!/bin/sh
# Starts mongod as a member of the replica set rs0, with authentication.
# Compose runs it as "sh /etc/mongodb/start.sh ARGUMENTS"; the arguments go to mongod.
#
# Why a script: with authentication a replica set needs a key file, even one with a single
# member (MongoDB manual, "Deploy Self-Managed Replica Set With Keyfile Authentication").
# mongod refuses a key file that others can read, and it must be able to read it as its own
# user. Neither a bind mount nor a compose file secret promises that owner and mode on every
# host, so the key comes in by the environment and is written here, into a tmpfs.

set -eu

# Nothing written from here on is for anyone but mongod's user, not even for the moment
# between creating the key file and setting its mode.
umask 077

fail() {
	echo "start.sh: $1" >&2
	exit 1
}

if [ -z "${MONGODB_KEYFILE:-}" ]; then
	fail "MONGODB_KEYFILE is empty: set it in .env (the key of the replica set, 6 to 1024 base64 characters)"
fi

run_dir=${MONGODB_RUN_DIR:-/run/mongodb}
if [ ! -d "$run_dir" ] || [ ! -w "$run_dir" ]; then
	fail "$run_dir is not a directory that user $(id -u) can write: compose must mount a tmpfs there for that user"
fi

# Docker makes the tmpfs anew at each start of the container. Should the directory be one
# that lasts, the file of the last start is there with mode 0400 and could not be opened for
# writing; removing it needs only the directory.
keyfile=$run_dir/keyfile
rm -f -- "$keyfile"

# printf and not echo: echo may take a backslash or a leading "-n" for its own.
printf '%s' "$MONGODB_KEYFILE" >"$keyfile"
chmod 0400 "$keyfile"

# mongod needs none of the secrets in its environment, and what is not there cannot be read
# from /proc. The healthcheck still gets them: docker gives it the container's environment,
# not this process's.
unset MONGODB_KEYFILE MONGODB_ROOT_PASSWORD MONGODB_APP_PASSWORD
unset MONGODB_EXPORTER_PASSWORD MONGODB_BACKUP_PASSWORD

# exec: mongod must be the process that docker stops, or it gets no SIGTERM and is killed
# with its journal open.
exec mongod \
	--replSet rs0 \
	--keyFile "$keyfile" \
	--bind_ip_all \
	--dbpath /data/db \
	"$@"
