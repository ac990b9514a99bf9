# Installs what is missing, and nothing that is there. Needs say.sh.

# package_lines LIST required|optional: that kind's lines of the list, as "package [program]".
package_lines() {
  local kept='/^optional /!p'
  if [ "$2" = optional ]; then kept='s/^optional //p'; fi
  sed -n -e 's/#.*//' -e '/^[[:space:]]*$/d' -e "$kept" "$1"
}

apt_has() { [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }
brew_has() { brew list --versions "$1" >/dev/null 2>&1; }

# Whether apt could install the package here. Before `apt-get update` it knows of nothing.
apt_offers() {
  local candidate
  candidate="$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p')"
  [ -n "$candidate" ] && [ "$candidate" != "(none)" ]
}

# Whether apt has any list of packages: a fresh machine, or an image that deleted them, has none.
apt_has_lists() { [ -n "$(apt-cache madison apt 2>/dev/null)" ]; }

# missing_packages LIST KIND CHECK: the packages of that kind that neither their program nor CHECK finds here.
missing_packages() {
  local package program
  package_lines "$1" "$2" | while read -r package program; do
    if [ -n "$program" ] && command -v "$program" >/dev/null 2>&1; then continue; fi
    "$3" "$package" || printf '%s ' "$package"
  done
}

# apt_offered yes|no PACKAGE...: those that apt offers, or those that it does not.
apt_offered() {
  local wanted="$1" package offered
  shift
  for package in "$@"; do
    if apt_offers "$package"; then offered=yes; else offered=no; fi
    if [ "$offered" = "$wanted" ]; then printf '%s ' "$package"; fi
  done
}

can_be_root() { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# apt_get WORD...: quietly; on a failure its last words are shown and its log is kept and named. Waits for another
# installation that is under way, as a machine's first minutes have one.
apt_get() {
  local log
  log="$(mktemp "${TMPDIR:-/tmp}/anyclaude-apt.XXXXXX")"
  if run_quietly "$log" as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@"; then
    rm -f "$log"
    return 0
  fi
  say "apt-get $1 failed; all that it said is in $log"
  return 1
}

# apt_install PACKAGE...: where that does not work, says what does.
apt_install() {
  local why="This user is not root, and there is no sudo here."
  if can_be_root; then
    say "Installing with apt: $*"
    apt_get install -y --no-install-recommends "$@" && return 0
    why="These packages could not be installed."
  fi
  say "$why As root:"
  say "  apt-get update && apt-get install --no-install-recommends $*"
  return 1
}

# ensure_with_apt LIST
ensure_with_apt() {
  local required optional unknown=""
  required="$(missing_packages "$1" required apt_has)"
  optional="$(missing_packages "$1" optional apt_has)"
  if [ -z "$required$optional" ]; then return 0; fi
  if can_be_root && { [ -n "$required" ] || ! apt_has_lists; }; then
    # A source that cannot be reached may well be one that is not needed.
    apt_get update || say "The lists of packages that are here have to do."
  fi
  # shellcheck disable=SC2086  # Here and below: one word for each package.
  if apt_has_lists; then unknown="$(apt_offered no $required)"; fi
  if [ -n "$unknown" ]; then
    say "This system's archive has no package of the name: $unknown"
    say "tools/packages is made for Debian 12 and 13; another system may have it under another name."
  fi
  # shellcheck disable=SC2086
  if [ -n "$required" ]; then apt_install $required || return 1; fi
  # shellcheck disable=SC2086
  ensure_optional_with_apt $optional
}

# ensure_optional_with_apt PACKAGE...: never a failure; prints what is left out.
ensure_optional_with_apt() {
  local absent
  absent="$(apt_offered no "$@")"
  if [ -n "$absent" ]; then say "Left out, for this system's archive does not have it: $absent"; fi
  # shellcheck disable=SC2046
  set -- $(apt_offered yes "$@")
  if [ $# -gt 0 ]; then apt_install "$@" || say "Until then it is left out: $*"; fi
}

# ensure_packages LIST-NAME (build, clients): 0 when all that is required is there, 1 when something could not be
# installed.
ensure_packages() {
  local suffix="" missing
  if [ "$1" = clients ]; then suffix=-clients; fi
  if command -v apt-get >/dev/null 2>&1; then
    ensure_with_apt "tools/packages/apt$suffix.txt" && return 0
  elif command -v brew >/dev/null 2>&1; then
    missing="$(missing_packages "tools/packages/brew$suffix.txt" required brew_has)"
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
