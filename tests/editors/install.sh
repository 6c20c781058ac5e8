#!/usr/bin/env bash
# Installs what the editor tests drive: code-server (the VS Code workbench and its Node extension host, from npm only),
# playwright-core, and, when run as root, the Debian packages. Everything but the packages goes into the cache, once per
# version; a complete installation is recognised in a few milliseconds.
#
#   tests/editors/install.sh            (BRAID_CACHE: default ~/.cache/braid; JOBS: compilers at once, default all cores)
#
# code-server's own installation downloads a ripgrep binary from outside npm. That is why the packages are installed
# without their scripts, the native modules are compiled here, and Debian's rg is linked into place.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/versions.sh"
. "$here/../../vscode-extension/tools/node.sh"

install_packages() {
    local missing=() package
    for package in "${editor_packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    command -v npm >/dev/null || missing+=(nodejs npm)
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "packages missing for the editor tests; as root: apt-get install ${missing[*]}" >&2
        return 1
    fi
    echo "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
}

# The packages with an install step that Linux needs: not the Windows ones, not the ripgrep download, not what only the
# optional remote and AI features load.
native_modules() {
    node -e '
        const { packages } = require("./npm-shrinkwrap.json");
        const skip = /windows|ripgrep|deviceid|ssh2|cpu-features|koffi/;
        for (const [folder, info] of Object.entries(packages))
            if (folder && info.hasInstallScript && !info.os && !skip.test(folder) && require("fs").existsSync(folder))
                console.log(folder.replace(/^node_modules\//, ""));'
}

install_code_server() {
    [ -f "$code_server_home/complete" ] && return 0
    echo "installing code-server $code_server_version into $code_server_home (some minutes, once)"
    export npm_config_build_from_source=true # never try to download prebuilt binaries
    export npm_config_yes=true               # one of the install scripts calls npx
    export JOBS=${JOBS:-max}
    rm -rf "$code_server_home"
    mkdir -p "$code_server_home"
    cd "$code_server_home"
    echo '{"private":true}' >package.json
    npm install --ignore-scripts --no-save "code-server@$code_server_version"
    local vscode=$code_server_home/node_modules/code-server/lib/vscode
    (cd "$vscode" && npm install --ignore-scripts --omit=dev)
    (cd "$vscode/extensions" && npm install --ignore-scripts --omit=dev)

    local native
    mapfile -t native < <(cd "$vscode" && native_modules)
    echo "compiling argon2 ${native[*]}"
    npm rebuild argon2
    (cd "$vscode" && npm rebuild "${native[@]}")

    if [ -d "$vscode/node_modules/@vscode/ripgrep" ]; then
        mkdir -p "$vscode/node_modules/@vscode/ripgrep/bin"
        ln -sfn "$(command -v rg)" "$vscode/node_modules/@vscode/ripgrep/bin/rg"
    fi
    # Links that the skipped install script would have made.
    ln -sfn node_modules "$vscode/node_modules.asar"
    ln -sfn code-linux.sh "$vscode/bin/remote-cli/code-server"
    ln -sfn browser-linux.sh "$vscode/bin/helpers/browser.sh"

    local module
    for module in "${native[@]}"; do
        (cd "$vscode" && node -e 'require(process.argv[1])' "$module") ||
            { echo "code-server: the native module $module does not load" >&2; return 1; }
    done
    touch "$code_server_home/complete"
}

install_playwright() {
    [ -f "$playwright_home/complete" ] && return 0
    echo "installing playwright-core $playwright_version into $playwright_home"
    mkdir -p "$playwright_home"
    echo '{"private":true}' >"$playwright_home/package.json"
    (cd "$playwright_home" && npm install --ignore-scripts --no-save "playwright-core@$playwright_version")
    touch "$playwright_home/complete"
}

install_packages
braid_use_node
(install_playwright)
(install_code_server)
