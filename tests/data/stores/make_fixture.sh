#!/usr/bin/env bash
# make_fixture.sh BUILD NAME: keeps the store that the program of BUILD writes today as tests/data/stores/NAME.
set -euo pipefail
build=${1:?the build directory}
name=${2:?the fixture, as in format_1}
here=$(cd "$(dirname "$0")" && pwd)
cmake --build "$build" --target write_store_fixture
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$build/bin/write_store_fixture" "$scratch/store"
mkdir -p "$here/$name"
zstd -q -19 -f "$scratch/store/data.mdb" -o "$here/$name/data.mdb.zst"
chmod 644 "$here/$name/data.mdb.zst"
