# Configures and builds one CMake preset. Needs say.sh.

# What programs of the build are to be started with, at the build's own start of them too.
command_prefix=()

# Further words for CMake's configuration.
configure_options=()
# yes: the compiler's own output instead of a line of progress.
verbose=no

processor_count() { nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2; }

configure_preset() {
  local log="build/$1/configure.log"
  mkdir -p "build/$1"
  say "Configuring build/$1"
  run_quietly "$log" cmake --preset "$1" ${configure_options[@]+"${configure_options[@]}"} ||
    fail "CMake could not configure the build; the lines above say why, all of them are in $log"
  # CMake prints what the tests leave out, and a user must see it.
  grep -A3 'anyclaude:' "$log" >&2 || true
}

# build_preset PRESET [TARGET...]: everything when no target is named.
build_preset() {
  local preset="$1"
  shift
  configure_preset "$preset"
  say "Building build/$preset ($(processor_count) at a time)"
  if [ $# -gt 0 ]; then set -- --target "$@"; fi
  set -- ${command_prefix[@]+"${command_prefix[@]}"} cmake --build "build/$preset" --parallel "$(processor_count)" "$@"
  if [ "$verbose" = yes ]; then
    "$@" >&2 || fail "the build stopped at the first error above; mend it and run this again, what is built is kept"
  else
    NINJA_STATUS='[%f/%t] ' "$@" 2>&1 | python3 -B tools/lib/progress.py "build/$preset/build.log" ||
      fail "the build stopped at the error above (all of its output: build/$preset/build.log); mend it and run this again"
  fi
}
