#!/usr/bin/env bash
# A local Neo4j Community server out of Maven artifacts, for the demo, the tests and trying things out.
#
#   neo4j.sh install         the server's program is there (needs Maven and the network, once)
#   neo4j.sh start           the server runs and answers
#   neo4j.sh stop            it has ended in good order
#   neo4j.sh kill            it has ended at once, as after a power cut (kill -9)
#   neo4j.sh status          says whether it runs; exit 1 when not
#   neo4j.sh wipe            it has ended and its data are gone
#   neo4j.sh import FOLDER   it holds the files of `crosslane graph export --format neo4j-csv` and nothing else
#   neo4j.sh browser         says how to look at it
#
# Environment:
#   NEO4J_HOME       data, settings and logs of one server  [${XDG_DATA_HOME:-~/.local/share}/crosslane/neo4j]
#   NEO4J_LIB        the program, shared by all servers     [${XDG_CACHE_HOME:-~/.cache}/crosslane/neo4j-VERSION/lib]
#   NEO4J_PASSWORD   of the user neo4j, fixed when the data are new  [crosslane-local]
#   BOLT_PORT        [7687]     HTTP_PORT   serves Neo4j Browser there; not served when unset
#   HEAP             [1g]       PAGECACHE   [512m]      NEO4J_JAVA_OPTIONS   more options of the Java machine
#
# Needs Java 17 or 21 (JAVA_HOME or the path). The server listens on 127.0.0.1 only.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's:.*<neo4j.version>\(.*\)</neo4j.version>.*:\1:p' "$here/pom.xml")
home=${NEO4J_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/crosslane/neo4j}
lib=${NEO4J_LIB:-${XDG_CACHE_HOME:-$HOME/.cache}/crosslane/neo4j-$version/lib}
password=${NEO4J_PASSWORD:-crosslane-local}
port=${BOLT_PORT:-7687}
heap=${HEAP:-1g}
pagecache=${PAGECACHE:-512m}
read -r -a options <<< "${NEO4J_JAVA_OPTIONS:-}"
start_seconds=180
stop_seconds=120
[[ $home == /* ]] || home=$PWD/$home
[[ $lib == /* ]] || lib=$PWD/$lib
pidfile=$home/run/crosslane.pid # not neo4j.pid: that one the server takes away before it has ended
console=$home/logs/console.log

fail() {
  printf 'neo4j.sh: %s\n' "$*" >&2
  exit 1
}

java_program() {
  local java=${JAVA_HOME:+$JAVA_HOME/bin/}java banner
  banner=$("$java" -version 2>&1) || fail "Java 17 or 21 is needed and no java was found; set JAVA_HOME, or install it (Debian: apt-get install openjdk-17-jre-headless)"
  case $banner in
    *'version "17'* | *'version "21'*) printf '%s\n' "$java" ;;
    *) fail "Java 17 or 21 is needed; ${JAVA_HOME:-the path} has $(printf '%s' "$banner" | head -n 1)" ;;
  esac
}

install() {
  java_program > /dev/null
  [ -d "$lib" ] && return
  command -v mvn > /dev/null || fail "Maven is needed to install the server (Debian: apt-get install maven)"
  local parent
  parent=$(dirname "$lib")
  mkdir -p "$parent"
  if command -v flock > /dev/null; then
    exec 9> "$parent/.lock"
    flock 9 # several installs at once: one works, the others wait and find it done
    if [ -d "$lib" ]; then
      exec 9>&-
      return
    fi
  fi
  local staging
  staging=$(mktemp -d "$parent/.install.XXXXXX")
  cp "$here/pom.xml" "$staging/"
  mvn -q -B -f "$staging/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$staging/lib" >&2 || {
    rm -rf "$staging"
    fail "Maven could not fetch the server; see its messages above"
  }
  # The folder appears whole or not at all; where another install was first, its copy is as good.
  [ -d "$lib" ] || mv "$staging/lib" "$lib"
  rm -rf "$staging"
  exec 9>&-
}

arguments_of() { # of a running process, empty when there is none
  if [ -r "/proc/$1/cmdline" ]; then
    tr '\0' ' ' < "/proc/$1/cmdline"
  else
    ps -p "$1" -o args= 2> /dev/null || true
  fi
}

server_pid() { # prints the process id; fails when the server of this home does not run, whatever an old file says
  local pid
  [ -s "$pidfile" ] || return 1
  pid=$(cat "$pidfile" 2> /dev/null) || return 1
  case $(arguments_of "$pid") in
    *"--home-dir=$home "*) printf '%s\n' "$pid" ;;
    *) return 1 ;;
  esac
}

has_ended() { # a process that was killed loses its arguments before its files and ports
  local state
  if [ -r "/proc/$1/stat" ]; then
    state=$(sed 's/.*) //' "/proc/$1/stat" 2> /dev/null || true)
  else
    state=$(ps -p "$1" -o stat= 2> /dev/null || true)
  fi
  case $state in
    '' | Z* | X*) return 0 ;;
    *) return 1 ;;
  esac
}

answers() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

configure() {
  mkdir -p "$home"/{conf,data,logs,run,plugins,import}
  local http=false
  [ -n "${HTTP_PORT:-}" ] && http=true
  cat > "$home/conf/neo4j.conf" << SETTINGS
server.default_listen_address=127.0.0.1
server.default_advertised_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:$port
server.bolt.advertised_address=127.0.0.1:$port
server.http.enabled=$http
server.http.listen_address=127.0.0.1:${HTTP_PORT:-7474}
server.http_enabled_modules=BROWSER
server.https.enabled=false
server.memory.heap.initial_size=$heap
server.memory.heap.max_size=$heap
server.memory.pagecache.size=$pagecache
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
db.tx_log.preallocate=false
dbms.usage_report.enabled=false
client.allow_telemetry=false
SETTINGS
  # Only data that have never been used take a first password.
  if [ ! -e "$home/data/databases/system" ]; then
    rm -f "$home/data/dbms/auth.ini"
    admin dbms set-initial-password "$password" > /dev/null
  fi
}

admin() {
  local java
  java=$(java_program)
  NEO4J_HOME=$home NEO4J_CONF=$home/conf "$java" -Xmx"$heap" -XX:+UseParallelGC \
    ${options[@]+"${options[@]}"} -Dfile.encoding=UTF-8 --add-opens=java.base/java.nio=ALL-UNNAMED \
    -cp "$lib/*" org.neo4j.cli.AdminTool "$@"
}

start() {
  local java pid
  if pid=$(server_pid); then
    say_running "$pid"
    return
  fi
  install
  java=$(java_program)
  rm -f "$pidfile"
  if answers "$port"; then
    fail "port $port is taken by something else; set BOLT_PORT"
  fi
  configure
  nohup "$java" -Xms"$heap" -Xmx"$heap" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError ${options[@]+"${options[@]}"} \
    -Dfile.encoding=UTF-8 -Dlog4j2.disable.jmx=true --add-opens=java.base/java.nio=ALL-UNNAMED \
    --add-opens=java.base/java.io=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -cp "$home/plugins/*:$lib/*" \
    org.neo4j.server.CommunityEntryPoint --home-dir="$home" --config-dir="$home/conf" --console-mode \
    > "$console" 2>&1 < /dev/null &
  pid=$!
  printf '%s\n' "$pid" > "$pidfile"
  for _ in $(seq $((start_seconds * 5))); do
    kill -0 "$pid" 2> /dev/null || break
    if grep -q ' Started\.' "$console" && answers "$port"; then
      say_running "$pid"
      return
    fi
    sleep 0.2
  done
  tail -n 20 "$console" >&2
  kill -KILL "$pid" 2> /dev/null || true
  rm -f "$pidfile"
  fail "the server did not start; its log is $console"
}

say_running() { printf 'running: bolt://127.0.0.1:%s (user neo4j, process %s)\n' "$(setting server.bolt.listen_address)" "$1"; }

setting() { sed -n "s/^$1=127\.0\.0\.1://p" "$home/conf/neo4j.conf"; }

end() { # end SIGNAL
  local pid
  if pid=$(server_pid); then
    kill "-$1" "$pid" 2> /dev/null || true
    for _ in $(seq $((stop_seconds * 10))); do
      has_ended "$pid" && break
      sleep 0.1
    done
    if ! has_ended "$pid"; then
      fail "the server (process $pid) did not end within $stop_seconds s"
    fi
  fi
  rm -f "$pidfile"
}

import() {
  local folder=$1
  [ -n "$folder" ] || fail "import needs the folder of the files"
  [ -s "$folder/import.args" ] || fail "$folder holds no finished export; make it with: crosslane graph export --format neo4j-csv"
  install
  end TERM
  configure
  (cd "$folder" && admin database import full neo4j --overwrite-destination=true \
    --report-file="$home/logs/import.report" @import.args) > "$home/logs/import.log" 2>&1 || {
    tail -n 20 "$home/logs/import.log" >&2
    fail "the import failed and the database is not usable until one succeeds; its log is $home/logs/import.log"
  }
  start
}

browser() {
  server_pid > /dev/null || fail "the server is stopped"
  local bolt
  bolt=$(setting server.bolt.listen_address)
  if grep -q '^server.http.enabled=true' "$home/conf/neo4j.conf"; then
    printf 'http://127.0.0.1:%s/browser/?connectURL=bolt://127.0.0.1:%s (user neo4j)\n' "$(setting server.http.listen_address)" "$bolt"
  else
    printf 'Neo4j Browser is off; stop the server and start it with HTTP_PORT=7474. Other programs: bolt://127.0.0.1:%s (user neo4j)\n' "$bolt"
  fi
}

case ${1:-} in
  install) install ;;
  start) start ;;
  stop) end TERM ;;
  kill) end KILL ;;
  status)
    if pid=$(server_pid); then
      say_running "$pid"
    else
      echo stopped
      exit 1
    fi
    ;;
  wipe)
    end TERM
    rm -rf "$home/data"
    ;;
  import) import "${2:-}" ;;
  browser) browser ;;
  *)
    sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
