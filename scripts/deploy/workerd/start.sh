#!/bin/sh
# Becomes the workerd of the runtime whose folder is named. Part of every release; written by radon.
set -eu
cd "$1"
set -a
. ./environment
set +a
echo start >>starts
exec "$1/current/workerd" serve --import-path=/ current/config.capnp config
