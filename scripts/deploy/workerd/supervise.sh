#!/bin/sh
# Keeps the runtime whose folder is named running, on a machine without systemd. Part of every release; written by radon.
# A machine starts it with itself by a line of its user's crontab: @reboot sh FOLDER/current/run FOLDER
set -u
cd "$1" || exit 1
PAUSE_S=1
LOG_BYTES_MAX=16777216
LOG_LOOK_S=60
child=
watcher=

end() {
  trap - TERM INT
  for each in $child $watcher; do kill "$each" 2>/dev/null; done
  wait
  exit 0
}
trap end TERM INT

# Keeps the log from filling the disk: what is too much is set aside, in place of what was before. Who writes it appends.
watch_log() {
  nap=
  trap 'kill $nap 2>/dev/null; exit 0' TERM
  while kill -0 $$ 2>/dev/null; do
    [ ! -f log ] || [ "$(wc -c <log)" -le "$LOG_BYTES_MAX" ] || { cp log log.1 && : >log; }
    sleep "$LOG_LOOK_S" &
    nap=$!
    wait "$nap"
  done
}

echo $$ >supervisor.pid
watch_log &
watcher=$!
# It ends with what it is part of, however that was deleted.
while [ -e "$1/current/start" ]; do
  sh "$1/current/start" "$1" >>log 2>&1 &
  child=$!
  echo "$child" >workerd.pid
  wait "$child"
  sleep "$PAUSE_S" &
  child=$!
  wait "$child"
  child=
done
end
