#!/usr/bin/env bash
# Builds the extension and packages it with the braid program inside.
#
#   vscode-extension/tools/package.sh BRAID [OUT.vsix]      (default: build/braid.vsix)
set -euo pipefail
[ $# -ge 1 ] && [ -x "$1" ] || { echo "usage: $0 BRAID [OUT.vsix], where BRAID is the program to put inside" >&2; exit 2; }
binary=$(realpath "$1")
extension=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(realpath -m "${2:-$extension/../build/braid.vsix}")
. "$extension/tools/node.sh"
braid_use_node
cd "$extension"

braid_install_modules "$extension"

mkdir -p bin "$(dirname "$out")"
install -m 755 "$binary" bin/braid
strip --strip-debug bin/braid 2>/dev/null || true
cp ../LICENSE .
trap 'rm -rf bin LICENSE' EXIT
case $(uname -m) in x86_64) target=linux-x64 ;; aarch64) target=linux-arm64 ;; *) target= ;; esac
npm run --silent package -- ${target:+--target "$target"}
mv braid.vsix "$out"
echo "$out"
