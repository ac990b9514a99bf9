# How the scripts speak: progress and complaints go to stderr, so that stdout carries only results.

say() { printf '%s\n' "$*" >&2; }

# For what must not be missed: something was left out, or did not go as asked.
say_loudly() {
  printf '\n*** %s\n\n' "$*" >&2
}

# Every failure ends here, with a sentence that says what to do next.
fail() {
  printf '\nfailed: %s\n' "$*" >&2
  exit 1
}

# run_quietly LOG COMMAND...: the command's output matters only when it fails.
run_quietly() {
  local log="$1"
  shift
  "$@" >"$log" 2>&1 && return 0
  tail -n 30 "$log" >&2
  return 1
}
