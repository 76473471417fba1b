#!/bin/sh
# Becomes the workerd of the runtime whose folder is named. Part of every release; written by radon.
set -eu
cd "$1"
set -a
. ./environment
set +a
# The configuration takes the key of a cluster from a file.
[ -z "${RADON_CLUSTER_KEY:-}" ] || (umask 077 && printf %s "$RADON_CLUSTER_KEY" >cluster-key)
unset RADON_CLUSTER_KEY
# Every atom that is awake takes three descriptors, and the usual soft limit is 1024.
ulimit -n "$(ulimit -Hn)" 2>/dev/null || :
# No secret is called so.
RADON_FLAGS=
[ ! -f current/flags ] || RADON_FLAGS=$(cat current/flags)
# They are counted to see whether it starts at all, and one that never does must not fill the disk.
[ "$(wc -l 2>/dev/null <starts || echo 0)" -ge 1000 ] || echo start >>starts
# Each flag is a word of its own.
# shellcheck disable=SC2086
exec "$1/current/workerd" serve --import-path=/ $RADON_FLAGS current/config.capnp config
