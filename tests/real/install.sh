#!/usr/bin/env bash
# usage: install.sh DIRECTORY [mlx] [llama]
# Installs real model servers from PyPI into virtual environments under DIRECTORY and makes the tiny models they load.
# llama-cpp-python is compiled: it needs a compiler and takes a quarter of an hour on two cores.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: install.sh DIRECTORY [mlx] [llama]" >&2; exit 2; }
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="$1"
shift
[ $# -gt 0 ] || set -- mlx llama
mkdir -p "$target"

# MLX-Textgen asks for JSON by way of Outlines as it was before 1.0.
mlx_packages=("mlx[cpu]" mlx-lm mlx-textgen "outlines==0.2.3")
[ "$(uname)" != Darwin ] || mlx_packages[0]=mlx

# environment NAME PACKAGE...
environment() {
  local name="$1"
  shift
  [ -f "$target/$name/complete" ] && return
  python3 -m venv "$target/$name"
  "$target/$name/bin/pip" install -q "$@"
  touch "$target/$name/complete"
}

for part in "$@"; do
  case "$part" in
    mlx) environment mlx "${mlx_packages[@]}" ;;
    llama) environment llama "llama-cpp-python[server]" ;;
    *) echo "install.sh knows mlx and llama, not '$part'" >&2; exit 2 ;;
  esac
done
environment models numpy tokenizers safetensors gguf
for says in text tool_call; do
  "$target/models/bin/python" "$here/make_tiny_model.py" "$target/model-$says" --says "$says"
done
