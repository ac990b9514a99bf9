# Starts programs in the background and ends them with the script. Needs say.sh.

scratch=""
children=()

# A directory that vanishes with the script, and the promise that no child outlives it.
begin_programs() {
  scratch="$(mktemp -d "${TMPDIR:-/tmp}/anyclaude-run.XXXXXX")"
  trap end_programs EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

end_programs() {
  local child
  trap - EXIT
  trap '' INT TERM HUP
  for child in ${children[@]+"${children[@]}"}; do kill "$child" 2>/dev/null || true; done
  for child in ${children[@]+"${children[@]}"}; do wait "$child" 2>/dev/null || true; done
  rm -rf "$scratch"
}

# start_program NAME LOG COMMAND...: waits for its "listening on URL"; leaves `url` and `child`.
start_program() {
  local name="$1" log="$2" tries=0
  shift 2
  : >"$log.out"
  "$@" >"$log.out" 2>"$log" &
  child=$!
  children+=("$child")
  until url="$(sed -n 's/^listening on \(http:[^ ]*\).*/\1/p' "$log.out")" && [ -n "$url" ]; do
    if ! kill -0 "$child" 2>/dev/null; then
      tail -n 20 "$log" >&2
      fail "$name ended before it listened; what it said above tells what to mend"
    fi
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "$name did not say where it listens within 30 s; its log is $log"
    sleep 0.1
  done
}

stop_program() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
