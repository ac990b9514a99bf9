#!/usr/bin/env bash
# Shows the broker at work, or starts it in front of a model server of yours. --help says how.
set -euo pipefail
called_from="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/lib/say.sh
. tools/lib/packages.sh
. tools/lib/build.sh
. tools/lib/programs.sh

usage() {
  cat <<'EOT'
usage: tools/run.sh [--serve] [--port N] [--store DIR] [-v]
       tools/run.sh --mode MODE --backend-url URL [--backend-model M] [options of anyclaude-broker]

Without a model server: starts a simulated one and the broker, plays recorded Claude Code sessions to the server and
then, twice, through the broker, and prints what each cost. --serve leaves both running.

With a model server, named by --mode, --config, ANYCLAUDE_MODE or a .anyclauderc.json here or in the home directory:
starts the broker in front of it and leaves it running. Modes: llama-cpp, openai (any compatible server), claude.

  --serve        keep running until ctrl-C
  --port N       the broker's port (without it the system chooses one)
  --store DIR    keep the answers in DIR (a demonstration forgets them otherwise)
  -v, --verbose  show the compiler's output
  -h, --help
EOT
}

# Whether DIR/.anyclauderc.json names a backend.
names_backend() { grep -qs '"backend"[[:space:]]*:' "$1/.anyclauderc.json"; }

absolute() {
  case "$1" in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$called_from" "$1" ;;
  esac
}

serve=no
port="${ANYCLAUDE_PORT:-0}"
store=""
configured=no
broker_options=()
while [ $# -gt 0 ]; do
  case "$1" in
    --serve) serve=yes ;;
    -v | --verbose) verbose=yes ;;
    -h | --help) usage; exit 0 ;;
    --*)
      [ $# -ge 2 ] || fail "$1 needs a value; tools/run.sh --help lists what there is"
      case "$1" in
        --port) port="$2" ;;
        --store) store="$(absolute "$2")" ;;
        --mode | --backend-url) configured=yes; broker_options+=("$1" "$2") ;;
        --config) configured=yes; broker_options+=("$1" "$(absolute "$2")") ;;
        *) broker_options+=("$1" "$2") ;;
      esac
      shift ;;
    *) usage >&2; fail "'$1' is not an option of tools/run.sh" ;;
  esac
  shift
done
if [ -n "${ANYCLAUDE_MODE:-}" ] || names_backend "$called_from" || names_backend "${HOME:-/nonexistent}"; then
  configured=yes
fi

ensure_packages build || fail "install the packages named above, then run this again"
build_preset release anyclaude anyclaude-broker anyclaude-cachectl anyclaude-simserver
bin="$PWD/build/release/bin"
begin_programs
if [ -n "$store" ]; then broker_options+=(--store "$store"); fi

# how_to_connect VARIABLES NOTE
how_to_connect() {
  say ""
  say "Start Claude Code against it, in a directory of yours:"
  say ""
  say "  ANTHROPIC_BASE_URL=$url$1 claude"
  say ""
  say "$2"
  say "What it saved: $url/metrics.json. Ctrl-C here stops it."
}

# The broker's log, a line for each request, appears here while it runs.
serve_until_stopped() {
  local broker="$child" status=0
  tail -n +1 -f "$broker_log" >&2 &
  children+=("$!")
  wait "$broker" || status=$?
  fail "the broker ended by itself (exit code $status); its last words are above"
}

broker_log="$scratch/broker.log"
if [ "$configured" = yes ]; then
  cd "$called_from"
  start_program "the broker" "$broker_log" "$bin/anyclaude-broker" --listen "127.0.0.1:$port" \
    ${broker_options[@]+"${broker_options[@]}"}
  say "The broker listens on $url."
  how_to_connect "" "In front of a model of your own, and without a Claude login, add ANTHROPIC_AUTH_TOKEN=none there."
  serve_until_stopped
fi

# A laptop with a mid-sized model reads a few hundred tokens a second and a strong one a few thousand; the faster end
# keeps the wait short.
prefill_speed=4000
decode_speed=100
recordings=tests/data/recordings
sessions="$recordings/same_prompt_first_session $recordings/other_prompt $recordings/continue_session
  $recordings/other_project"
results="$scratch/results"

# start_simserver NAME
start_simserver() {
  start_program "the simulated model server" "$scratch/$1.log" "$bin/anyclaude-simserver" --port 0 --slots 1 \
    --prefill-tokens-per-second "$prefill_speed" --decode-tokens-per-second "$decode_speed"
}

# play URL SERVER-URL LABEL TAKE
play() {
  printf '%s ' "$3" >&2
  # shellcheck disable=SC2086  # One word for each session.
  python3 tools/lib/session.py play --to "$1" --stats "$2" --label "$3" --take "$4" $sessions >>"$results" && return 0
  tail -n 5 "$scratch"/*.log >&2
  exit 1
}

# Two servers, so that neither way profits from what the other left behind.
start_simserver direct
direct_url="$url"
start_simserver behind_broker
server_url="$url"
[ -n "$store" ] || broker_options+=(--store "$scratch/store")
start_program "the broker" "$broker_log" "$bin/anyclaude-broker" --listen "127.0.0.1:$port" \
  --mode llama-cpp --backend-url "$server_url" --cache on ${broker_options[@]+"${broker_options[@]}"}

say ""
say "A simulated model server with one slot reads $prefill_speed prompt tokens a second and writes $decode_speed."
say "What it is asked Claude Code really sent, in print mode (the prose replaced): a task with two tool calls, a"
say "question, its continuation, and the same question in another project under two model names."
say ""
play "$direct_url" "$direct_url" "straight to the server" direct
play "$url" "$server_url" "through the broker" first
play "$url" "$server_url" "through the broker, again" second

echo
python3 tools/lib/session.py table "$results"
if [ "$serve" = yes ]; then
  how_to_connect " ANTHROPIC_AUTH_TOKEN=none" \
    "The simulated model answers with a digest of what it read; a line 'USE Read <file>' makes it call a tool."
  serve_until_stopped
fi
say ""
say "To try it with Claude Code itself:     ./tools/run.sh --serve"
say "To put it in front of your own server: ./tools/run.sh --mode llama-cpp --backend-url http://127.0.0.1:8080"
