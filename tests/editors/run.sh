#!/usr/bin/env bash
# Drives real editors over the built program: VS Code with the packaged extension, Neovim, Emacs. Prints `ok NAME` or
# `FAILED NAME: why` per test; the exit status says whether all passed. Screenshots and logs: build/screenshots.
#
#   BRAID_BINARY=build/release/braid tests/editors/run.sh [PART-OF-A-NAME…]
#
# Installs what is missing first (install.sh), into ${BRAID_CACHE:-~/.cache/braid}.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
[ -x "${BRAID_BINARY:-}" ] || { echo "FAILED editors: BRAID_BINARY must name the braid program"; exit 1; }
BRAID_BINARY=$(realpath "$BRAID_BINARY")
screenshots=$root/build/screenshots
failed=0

. "$here/versions.sh"
"$here/install.sh" >&2 || { echo "FAILED editors: installing them failed"; exit 1; }
. "$root/vscode-extension/tools/node.sh"
braid_use_node || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/examples" "$work/examples"
mistake=$work/examples/altru/mistake.altru
# The example, with a send after the sender was given away.
sed 's/^\( *\)go producer(sender)$/&\n\1sender.send(-1)/' "$root/examples/altru/producer_consumer.altru" >"$mistake"

wanted() { # NAME PART…: whether NAME contains one of the parts
    local name=$1 part
    shift
    [ $# -eq 0 ] && return 0
    for part in "$@"; do [[ $name == *"$part"* ]] && return 0; done
    return 1
}

report() { # NAME COMMAND…: the command's last line is the reason when it fails
    local name=$1 output
    shift
    if output=$(timeout 120 "$@" 2>&1); then
        echo "ok $name"
    else
        echo "FAILED $name: $(tail -n 1 <<<"$output")"
        failed=1
    fi
}

# For the editors that are set up as the documentation says.
mkdir -p "$work/bin"
ln -s "$BRAID_BINARY" "$work/bin/braid"
export PATH="$work/bin:$PATH" LSP_FILE=$mistake DOCUMENTATION=$root/docs/editors.md
if wanted neovim "$@"; then
    LSP_EXPECT=use%-after%-move report neovim nvim --headless -u NONE -i NONE -n -S "$here/neovim.lua"
fi
if wanted emacs-eglot "$@"; then
    HOME=$work LSP_EXPECT='sender.*moved\|moved.*sender' report emacs-eglot emacs --batch -l "$here/eglot.el"
fi

vscode=no
[ $# -gt 0 ] || vscode=yes
for part in "$@"; do [[ neovim == *"$part"* || emacs-eglot == *"$part"* ]] || vscode=yes; done
if [ $vscode = yes ]; then
    rm -rf "$screenshots"
    mkdir -p "$screenshots"
    if "$root/vscode-extension/tools/package.sh" "$BRAID_BINARY" "$work/braid.vsix" >"$screenshots/package.log" 2>&1; then
        echo "ok vscode-package"
        VSIX=$work/braid.vsix EXAMPLES=$work/examples SCREENSHOTS=$screenshots \
            CODE_SERVER_HOME=$code_server_home PLAYWRIGHT_HOME=$playwright_home \
            timeout 600 node "$here/vscode.mjs" "$@" || failed=1
    else
        echo "FAILED vscode-package: $(tail -n 1 "$screenshots/package.log")"
        failed=1
    fi
fi
exit $failed
