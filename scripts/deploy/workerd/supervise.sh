#!/bin/sh
# Keeps the runtime whose folder is named running, on a machine without systemd. Part of every release; written by radon.
# A machine starts it with itself by a line of its user's crontab: @reboot sh FOLDER/current/run FOLDER
set -u
cd "$1" || exit 1
PAUSE_S=1
child=

end() {
  trap - TERM INT
  [ -z "$child" ] || kill "$child" 2>/dev/null
  wait
  exit 0
}
trap end TERM INT

echo $$ >supervisor.pid
# It ends with what it is part of, however that was deleted.
while [ -e "$1/current/start" ]; do
  sh "$1/current/start" "$1" >>log 2>&1 &
  child=$!
  echo "$child" >workerd.pid
  wait "$child"
  sleep "$PAUSE_S" &
  child=$!
  wait "$child"
done
