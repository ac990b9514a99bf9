#!/usr/bin/env bash
# Builds everything and runs every test; ctest's summary comes last.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/lib/say.sh
. tools/lib/packages.sh
. tools/lib/build.sh

usage() {
  cat <<'EOT'
usage: tools/test.sh [options]

  --sanitize address|thread   build with sanitizers (address brings undefined behaviour along)
  --filter REGEX              only tests whose name matches
  --label REGEX               only tests with this label: tidy, random_properties, real_client
  --no-real-client            leave out the tests that install and drive Claude Code and the SDKs
  --repeat N                  run each test up to N times and stop at a failure
  --compilers                 nothing but this: every compiler found here reads every file, and has to be content
  --warnings-as-errors        stop at a compiler warning, as continuous integration does
  -v, --verbose               show the compiler's output
  -h, --help

Programs land in build/dev/bin (build/asan, build/tsan with sanitizers). Properties try the same made-up cases in each
run, and once others (label random_properties); a failure prints the line that repeats it. RC_PARAMS changes both.
EOT
}

# needs_value OPTION COUNT-OF-ARGUMENTS
needs_value() { [ "$2" -ge 2 ] || fail "$1 needs a value; tools/test.sh --help lists what there is"; }

preset=dev
real_client=yes
compilers=no
ctest_options=()
while [ $# -gt 0 ]; do
  case "$1" in
    --sanitize)
      needs_value "$1" $#
      case "$2" in
        address) preset=asan ;;
        thread) preset=tsan ;;
        *) fail "--sanitize takes address or thread, not '$2'" ;;
      esac
      shift ;;
    --filter) needs_value "$1" $#; ctest_options+=(-R "$2"); shift ;;
    --label) needs_value "$1" $#; ctest_options+=(-L "$2"); shift ;;
    --repeat) needs_value "$1" $#; ctest_options+=(--repeat "until-fail:$2"); shift ;;
    --no-real-client) real_client=no ;;
    --compilers) compilers=yes ;;
    --warnings-as-errors) configure_options+=(-DANYCLAUDE_WARNINGS_AS_ERRORS=ON) ;;
    -v | --verbose) verbose=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "'$1' is not an option of tools/test.sh" ;;
  esac
  shift
done

# ThreadSanitizer of GCC 12 does not find its way where the kernel scatters addresses further than 28 bits.
if [ "$preset" = tsan ] && [ "$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)" -gt 28 ] &&
  setarch "$(uname -m)" -R true 2>/dev/null; then
  command_prefix=(setarch "$(uname -m)" -R)
fi

ensure_packages build || fail "install the packages named above, then run this again"
if [ "$compilers" = yes ]; then
  configure_preset "$preset"
  exec python3 -B tests/compilers/check_compilers.py "build/$preset"
fi
if [ "$real_client" = yes ]; then
  ensure_packages clients || say_loudly "Without node and npm the real client tests will be SKIPPED."
else
  ctest_options+=(-LE real_client)
fi

build_preset "$preset"
if [ "$real_client" = yes ]; then tools/lib/real_clients.sh "build/$preset/real_client" || true; fi

exec ${command_prefix[@]+"${command_prefix[@]}"} ctest --test-dir "build/$preset" --output-on-failure --parallel "$(processor_count)" \
  ${ctest_options[@]+"${ctest_options[@]}"}
