#!/bin/sh
# Starts Alertmanager with its secrets in files. Compose runs it as
# "sh /etc/alertmanager/start.sh ARGUMENTS"; the arguments go to Alertmanager.
#
# Why: Alertmanager reads a secret from its configuration, which is committed, or from a
# file. A file of the host would have to be readable for the container's user, so the
# secrets come in by the environment and are written here, into a tmpfs.

set -eu
umask 077

printf '%s' "${ALERT_URL:-}" >/run/alertmanager/url
printf '%s' "${SMTP_PASSWORD:-}" >/run/alertmanager/smtp_password

# What is not in the environment cannot be read from /proc.
unset ALERT_URL SMTP_PASSWORD

exec alertmanager "$@"
