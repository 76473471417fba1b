#!/bin/sh
# Becomes the workerd of the runtime whose folder is named. Part of every release; written by radon.
set -eu
cd "$1"
set -a
. ./environment
set +a
echo start >>starts
options=
[ ! -e current/loader ] || options=--experimental
# shellcheck disable=SC2086
exec "$1/current/workerd" serve $options --import-path=/ current/config.capnp config
