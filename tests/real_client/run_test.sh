#!/usr/bin/env bash
# usage: run_test.sh CLIENTS-DIRECTORY TEST-FILE
# Runs one test file against the installed clients; exit code 77 where they could not be installed.
set -euo pipefail
if [ ! -f "$1/installed-lock.json" ]; then
  echo "SKIPPED: the real clients are not installed in $1"
  exit 77
fi
export ANYCLAUDE_REAL_CLIENT="$1"
exec node "$(dirname "${BASH_SOURCE[0]}")/$2"
