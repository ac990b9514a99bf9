# Installs what is missing, and nothing that is there. Needs say.sh.

# The lines of a list without comments: "package [program]".
package_lines() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"; }

apt_has() { [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }
brew_has() { brew list --versions "$1" >/dev/null 2>&1; }

# missing_packages LIST CHECK: the packages of LIST that neither their program nor CHECK finds here.
missing_packages() {
  local package program
  package_lines "$1" | while read -r package program; do
    if [ -n "$program" ] && command -v "$program" >/dev/null 2>&1; then continue; fi
    "$2" "$package" || printf '%s ' "$package"
  done
}

# as_root COMMAND...: 127 when there is no way to be root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    return 127
  fi
}

apt_install() {
  local log
  log="$(mktemp "${TMPDIR:-/tmp}/anyclaude-apt.XXXXXX")"
  run_quietly "$log" as_root apt-get update &&
    run_quietly "$log" as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends "$@" && rm -f "$log"
}

# ensure_packages LIST-NAME (build, clients): 0 when all is there, 1 when something could not be installed.
ensure_packages() {
  local suffix="" missing
  if [ "$1" = clients ]; then suffix=-clients; fi
  if command -v apt-get >/dev/null 2>&1; then
    missing="$(missing_packages "tools/packages/apt$suffix.txt" apt_has)"
    [ -z "$missing" ] && return 0
    say "Installing with apt: $missing"
    # shellcheck disable=SC2086  # One word for each package.
    apt_install $missing && return 0
    say "These packages could not be installed. As root: apt-get install $missing"
  elif command -v brew >/dev/null 2>&1; then
    missing="$(missing_packages "tools/packages/brew$suffix.txt" brew_has)"
    [ -z "$missing" ] && return 0
    say "Installing with Homebrew: $missing"
    # shellcheck disable=SC2086
    brew install $missing >&2 && return 0
    say "These packages could not be installed: $missing"
  else
    say "There is neither apt nor Homebrew here; what is needed stands in tools/packages/apt$suffix.txt"
    # Other systems may have everything under other names: the build will say what it does not find.
    return 0
  fi
  return 1
}
