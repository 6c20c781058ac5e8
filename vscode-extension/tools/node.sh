# Sourced, not run. braid_use_node puts a Node.js that can build and drive the extension first in PATH, with its headers for
# node-gyp; braid_install_modules FOLDER installs the npm packages of the extension there.
#
# The system's Node 20 is taken when it is there with its headers; otherwise the npm packages `node-linux-ARCH`
# (binary and headers) and `npm` are installed once into the cache, with whatever npm the system has (Debian's will do).

braid_cache=${BRAID_CACHE:-$HOME/.cache/braid}
braid_node_version=20.20.2
braid_npm_version=10.9.4

export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false npm_config_loglevel=error

braid_node_prefix() { dirname "$(dirname "$(readlink -f "$(command -v node)")")"; }

braid_node_suits() {
    command -v node >/dev/null && command -v npm >/dev/null || return 1
    [ "$(node -p 'process.versions.node.split(".")[0]')" = 20 ] || return 1
    [ -f "$(braid_node_prefix)/include/node/node.h" ]
}

braid_use_node() {
    if braid_node_suits; then
        npm_config_nodedir=$(braid_node_prefix)
        export npm_config_nodedir
        return 0
    fi
    case $(uname -m) in
        x86_64) local arch=x64 ;;
        aarch64) local arch=arm64 ;;
        *) echo "no Node.js package for $(uname -m); install Node.js 20 with its headers" >&2; return 1 ;;
    esac
    local home=$braid_cache/node-$braid_node_version package=node-linux-$arch
    if [ ! -f "$home/complete" ]; then
        command -v npm >/dev/null || { echo "npm is missing: apt-get install npm (or install Node.js 20)" >&2; return 1; }
        echo "installing Node.js $braid_node_version into $home"
        mkdir -p "$home"
        echo '{"private":true}' >"$home/package.json"
        (cd "$home" && npm install --ignore-scripts --no-save "$package@$braid_node_version" "npm@$braid_npm_version") || return 1
        mkdir -p "$home/bin"
        ln -sfn "$home/node_modules/$package/bin/node" "$home/bin/node"
        ln -sfn "$home/node_modules/npm/bin/npm-cli.js" "$home/bin/npm"
        ln -sfn "$home/node_modules/npm/bin/npx-cli.js" "$home/bin/npx"
        chmod +x "$home/node_modules/npm/bin/npm-cli.js" "$home/node_modules/npm/bin/npx-cli.js"
        touch "$home/complete"
    fi
    export PATH="$home/bin:$PATH"
    export npm_config_nodedir="$home/node_modules/$package"
}

# What was installed is kept until the lock file changes. Without the packages' own scripts: some of them download
# programs, and none is needed.
braid_install_modules() {
    local lock=$1/package-lock.json stamp=$1/node_modules/.braid-lock
    cmp -s "$lock" "$stamp" && return 0
    (cd "$1" && npm ci --ignore-scripts) && cp "$lock" "$stamp"
}
