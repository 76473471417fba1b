# What radon has a machine do, one command a run. The script comes over SSH and is read by `sh -s`; nothing of it stays there.
# Answers are lines of a word and a value. It needs a POSIX shell, coreutils and flock (busybox will do).
#
# A machine's radon folder ($root):
#   files/HASH                 what was sent, by its SHA-256; runtimes and releases share it by hard links
#   APP/RUNTIME/releases/V     one release: workerd, its configuration, the Worker, the modules, how to start them; and, once it
#                              worked, the secrets that it had, for when it is put back
#   APP/RUNTIME/current        the release that is started
#   APP/RUNTIME/confirmed      names the last release that was seen to work
#   APP/RUNTIME/history        what was started when, a line each: TIME deploy|rollback V A, where A is the version of the application
#                              that V is a part of; and TIME works V once it did
#   APP/RUNTIME/pending        there if something changed that the running process has not seen
#   APP/RUNTIME/environment    secrets, readable by the owner alone
#   APP/RUNTIME/state          what the atoms keep; never touched but by workerd, and by "remove"
#   APP/RUNTIME/starts         a line for each start since the last activation
#   APP/RUNTIME/lock           locked by the run that changes which release is started
#
# Invariants
# 1. What is half-written has another name; a rename makes it whole. So a command that was interrupted may simply run again.
# 2. Nothing is readable by other users.
# 3. A process is signalled only if its command line says that it is this runtime's: process ids are used again.
# 4. One run at a time changes which release is started: two would mix their secrets, and start a supervisor each. The lock is its
#    connection's: it ends with that, however it ends.
set -eu
umask 077

RELEASES_KEPT=3
HISTORY_LINES_KEPT=200
STOP_S_MAX=3
# One that the system does not let go, as a file system that hangs does, is left to people.
KILL_S_MAX=10
START_S_MAX=10
UNUSED_MINUTES=1440

fail() {
  echo "$*" >&2
  exit 1
}

# probe FOLDER SITES PATH... : what there is to know before anything is changed. SITES are APP/RUNTIME, with commas between.
probe() {
  root=$1
  sites=$2
  shift 2
  case $root in /*) ;; *) root=$HOME/$root ;; esac
  echo "root $root"
  echo "platform $(uname -sm)"
  echo "user $(id -un)"
  [ "$(id -u)" = 0 ] && echo "superuser yes"
  [ -d /run/systemd/system ] && echo "systemd yes"
  for tool in sha256sum gzip find flock timeout; do
    command -v "$tool" >/dev/null || echo "lacks $tool"
  done
  existing=$root
  while [ ! -e "$existing" ]; do existing=$(dirname "$existing"); done
  [ -d "$existing" ] && [ -w "$existing" ] && echo "writable yes"
  echo "free_kib $(df -Pk "$existing" | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)"
  old_ifs=$IFS
  IFS=,
  for site in $sites; do
    [ -d "$root/$site" ] && echo "site $site"
  done
  IFS=$old_ifs
  for path in "$@"; do
    [ -r "$path" ] || echo "unreadable $path"
  done
}

# missing ROOT HASH... : those that have to be sent.
missing() {
  root=$1
  shift
  for hash in "$@"; do
    [ -f "$root/files/$hash" ] || echo "missing $hash"
  done
}

# assemble ROOT SITE VERSION NAME=HASH... : makes a release of files that are there; tells the version of its workerd.
assemble() {
  root=$1
  release=$root/$2/releases/$3
  shift 3
  if [ -d "$release" ]; then
    echo "workerd $("$release/workerd" --version)"
    return
  fi
  rm -rf "$release.part"
  mkdir -p "$release.part"
  for pair in "$@"; do
    file=$root/files/${pair#*=}
    ln "$file" "$release.part/${pair%%=*}" 2>/dev/null || cp "$file" "$release.part/${pair%%=*}"
  done
  chmod 700 "$release.part/workerd"
  version=$("$release.part/workerd" --version 2>&1) || fail "its workerd does not run here: $version"
  mv "$release.part" "$release"
  echo "workerd $version"
}

# hold ROOT SITE SECONDS : keeps other runs from what the caller is about to do until its end closes the connection; SECONDS at most,
# since a connection that fell silent is closed hours later.
hold() {
  mkdir -p "$1/$2"
  exec 9>"$1/$2/lock"
  flock -n 9 || fail "another run of radon is changing this runtime: wait for its end, then run this again"
  echo "held yes"
  # The shell alone has the lock, and no child that could outlive it.
  timeout "$3" cat >/dev/null 9>&- || :
}

# note ROOT SITE TIME KIND VERSION APPLICATION : writes down that a release is about to be started, by a deployment or a rollback.
note() {
  cd "$1/$2"
  write_history "$3 $4 $5 $6"
}

write_history() {
  { [ ! -f history ] || tail -n "$HISTORY_LINES_KEPT" history; printf '%s\n' "$1"; } >history.new
  mv history.new history
}

# prepare ROOT SITE SERVICE UNIT : takes the secrets that were sent beside, and tells the status.
prepare() {
  cd "$1/$2"
  [ -e environment.new ] || fail "the secrets were not sent"
  take_secrets
  status "$@"
}

# restore ROOT SITE VERSION SERVICE UNIT : takes the secrets that a release had when it last worked, and tells the status.
restore() {
  cd "$1/$2"
  [ -d "releases/$3" ] || fail "there is no release $3"
  if [ -f "releases/$3/environment" ]; then
    cp "releases/$3/environment" environment.new
    take_secrets
  fi
  status "$1" "$2" "$4" "$5"
}

take_secrets() {
  chmod 600 environment.new
  if cmp -s environment.new environment; then
    rm environment.new
  else
    : >pending
    mv environment.new environment
  fi
}

# activate ROOT SITE VERSION SERVICE UNIT : makes a release the current one, starts it in place of what runs, and tells where it
# listens.
activate() {
  site_folder=$1/$2
  cd "$site_folder"
  [ -d "releases/$3" ] || fail "there is no release $3"
  : >pending
  mkdir -p state
  ln -sfn "releases/$3" current.new
  mv -T current.new current 2>/dev/null || { rm -f current && mv current.new current; }
  case $4 in
    systemd) start_unit "$5" ;;
    none)
      stop_supervisor
      rm -f starts
      start_supervisor
      ;;
  esac
  listens
}

# Of the current release.
listens() {
  [ ! -f current/listens ] || echo "listens $(cat current/listens)"
}

# settle ROOT SITE VERSION TIME : the release works; older ones than those that are kept go, and those that never did.
settle() {
  cd "$1/$2"
  echo "$3" >confirmed.new
  mv confirmed.new confirmed
  write_history "$4 works $3"
  cp environment "releases/$3/environment.new"
  mv "releases/$3/environment.new" "releases/$3/environment"
  rm -f pending
  kept=$(kept_releases)
  for release in $(ls releases); do
    case " $kept" in *" $release "*) ;; *) rm -rf "releases/$release" ;; esac
  done
  find "$1/files" -type f -links 1 -mmin "+$UNUSED_MINUTES" -exec rm -f {} + 2>/dev/null || :
}

# Those that worked last, each with a space behind it.
kept_releases() {
  found=
  count=0
  for release in $(grep ' works ' history | sed '1!G;h;$!d' | cut -d ' ' -f 3); do
    [ -d "releases/$release" ] || continue
    case " $found" in *" $release "*) continue ;; esac
    found="$found$release "
    count=$((count + 1))
    [ "$count" -lt "$RELEASES_KEPT" ] || break
  done
  echo "$found"
}

# past ROOT SITE : which releases there are, what each says of itself, and what was started when.
past() {
  cd "$1/$2" 2>/dev/null || return 0
  [ -L current ] && echo "current $(basename "$(readlink current)")"
  [ -f history ] && sed 's/^/event /' history
  for release in releases/*; do
    [ -f "$release/about" ] && printf 'about %s %s\n' "$(basename "$release")" "$(cat "$release/about")"
  done
  :
}

# status ROOT SITE SERVICE UNIT
status() {
  cd "$1/$2" 2>/dev/null || return 0
  [ -L current ] && echo "current $(basename "$(readlink current)")" && listens
  [ -f confirmed ] && echo "confirmed $(cat confirmed)"
  [ -e pending ] && echo "pending yes"
  [ -f starts ] && echo "starts $(wc -l <starts)"
  site_folder=$1/$2
  case $3 in
    systemd) managed is-active --quiet "$4" && echo "running yes" ;;
    none) is_ours supervisor.pid run && echo "running yes" ;;
  esac
  :
}

# logs ROOT SITE SERVICE UNIT LINES FOLLOW
logs() {
  follow=
  [ "$6" = yes ] && follow=-f
  case $3 in
    systemd)
      scope=--user
      [ "$(id -u)" = 0 ] && scope=
      exec journalctl $scope --no-pager -o cat -n "$5" $follow -u "$4"
      ;;
    none)
      [ -f "$1/$2/log" ] || fail "there is no log yet"
      [ -n "$follow" ] && follow=-F
      exec tail -n "$5" $follow "$1/$2/log"
      ;;
  esac
}

# remove ROOT SITE SERVICE UNIT : ends the runtime, and deletes it with its state.
remove() {
  site_folder=$1/$2
  case $3 in
    systemd)
      if [ -e "$(unit_folder)/$4" ]; then
        # What still runs must not lose its state: if it cannot be stopped, nothing is deleted.
        managed stop "$4"
        managed disable "$4" || :
        rm -f "$(unit_folder)/$4"
        managed daemon-reload
      fi
      ;;
    none) [ ! -d "$site_folder" ] || { cd "$site_folder" && stop_supervisor && cd /; } ;;
  esac
  rm -rf "$site_folder"
  rmdir "$(dirname "$site_folder")" 2>/dev/null || :
  find "$1/files" -type f -links 1 -exec rm -f {} + 2>/dev/null || :
  rmdir "$1/files" "$1" 2>/dev/null || :
}

# --- systemd: of the whole machine for root, of the user for others.

managed() {
  if [ "$(id -u)" = 0 ]; then
    systemctl "$@"
  else
    XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)} systemctl --user "$@"
  fi
}

unit_folder() {
  if [ "$(id -u)" = 0 ]; then
    echo /etc/systemd/system
  else
    echo "${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user"
  fi
}

start_unit() {
  keep_after_logout
  folder=$(unit_folder)
  mkdir -p "$folder"
  if ! cmp -s current/unit "$folder/$1"; then
    cp current/unit "$folder/$1.new"
    mv "$folder/$1.new" "$folder/$1"
    managed daemon-reload
  fi
  managed enable --quiet "$1"
  managed stop "$1"
  rm -f starts
  managed start "$1"
}

# A user's services end with the user's last session, unless the user lingers.
keep_after_logout() {
  [ "$(id -u)" = 0 ] && return
  user=$(id -un)
  [ "$(loginctl show-user "$user" --property=Linger --value 2>/dev/null)" = yes ] && return
  loginctl enable-linger "$user" >/dev/null 2>&1 ||
    fail "services of $user end when $user logs out: run \"sudo loginctl enable-linger $user\" there once"
}

# --- without systemd: a supervisor that the machine's own start-up may start as well.

start_supervisor() {
  starter=nohup
  command -v setsid >/dev/null && starter=setsid
  "$starter" sh "$site_folder/current/run" "$site_folder" </dev/null >/dev/null 2>&1 &
  tenths=0
  until is_ours supervisor.pid run; do
    tenths=$((tenths + 1))
    [ "$tenths" -le $((START_S_MAX * 10)) ] || fail "the supervisor does not start"
    tenth_of_a_second
  done
}

# Not every sleep takes fractions.
tenth_of_a_second() {
  sleep 0.1 2>/dev/null || sleep 1
}

stop_supervisor() {
  [ ! -f current/stop-seconds ] || STOP_S_MAX=$(cat current/stop-seconds)
  is_ours supervisor.pid run && kill "$(cat supervisor.pid)" 2>/dev/null || :
  wait_for_end "$STOP_S_MAX" || :
  is_ours supervisor.pid run && kill -9 "$(cat supervisor.pid)" 2>/dev/null || :
  is_ours workerd.pid workerd && kill -9 "$(cat workerd.pid)" 2>/dev/null || :
  wait_for_end "$KILL_S_MAX" || fail "what runs cannot be killed: process $(cat workerd.pid)"
  rm -f supervisor.pid workerd.pid
}

# wait_for_end SECONDS
wait_for_end() {
  tenths=0
  while is_ours supervisor.pid run || is_ours workerd.pid workerd; do
    tenths=$((tenths + 1))
    [ "$tenths" -le $(($1 * 10)) ] || return 1
    tenth_of_a_second
  done
}

# is_ours PID_FILE PROGRAM
is_ours() {
  [ -s "$1" ] || return 1
  { tr '\0' ' ' <"/proc/$(cat "$1")/cmdline"; } 2>/dev/null | grep -qF "$site_folder/current/$2 "
}

command=$1
shift
case $command in
  hold) hold "$@" ;;
  probe | missing | assemble | note | prepare | restore | activate | settle | past | status | logs | remove) "$command" "$@" </dev/null ;;
  *) fail "no command $command" ;;
esac
exit
