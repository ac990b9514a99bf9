#!/usr/bin/env bash
# usage: real_clients.sh DIRECTORY
# Installs the clients of tests/real_client into DIRECTORY, once for each change of the lock file. Exit code 77: they
# cannot be had here, and the tests that need them are to be skipped.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: real_clients.sh DIRECTORY" >&2; exit 2; }
target="$1"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/lib/say.sh
sources=tests/real_client

skip() {
  say_loudly "REAL CLIENT TESTS SKIPPED: $*"
  exit 77
}

command -v node >/dev/null 2>&1 || skip "there is no node here; install Node.js 18 or later."
command -v npm >/dev/null 2>&1 || skip "there is no npm here; install it beside Node.js."
cmp -s "$sources/package-lock.json" "$target/installed-lock.json" && exit 0

mkdir -p "$target"
rm -f "$target/installed-lock.json"
cp "$sources/package.json" "$sources/package-lock.json" "$sources/.npmrc" "$target/"
say "Installing Claude Code and the SDKs from npm into $target"
log="$target/npm.log"
if ! (cd "$target" && npm ci --no-audit --no-fund) >"$log" 2>&1; then
  if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network' "$log"; then
    skip "the npm registry cannot be reached; $log says how it went."
  fi
  tail -n 30 "$log" >&2
  fail "npm could not install the clients although it reached its registry; $log has all it said"
fi
cp "$sources/package-lock.json" "$target/installed-lock.json"
