# Sourced by ./dev: the VS Code extension, checked, packaged and opened.

extension=$root/vscode-extension

install_extension_modules() {
    . "$extension/tools/node.sh"
    braid_use_node && braid_install_modules "$extension"
}

# Prints `ok NAME` or `FAILED NAME` for each script of package.json that checks something.
extension_checks() {
    install_extension_modules || { echo "FAILED install" && return 1; }
    local script bad=0
    for script in check test; do
        (cd "$extension" && npm pkg get "scripts.$script" | grep -q '[a-z]') || continue
        if (cd "$extension" && npm run --silent "$script"); then
            echo "ok extension $script"
        else
            echo "FAILED extension $script" && bad=1
        fi
    done
    return $bad
}

command_package() {
    build_release
    need_packages extension
    local target=$build/package
    rm -rf "$target"
    mkdir -p "$target"
    cp "$build/release/braid" "$target/"
    "$target/braid" manual >"$target/braid.1"
    local shell
    for shell in bash zsh fish; do "$target/braid" completions "$shell" >"$target/braid.$shell"; done
    "$extension/tools/package.sh" "$build/release/braid" "$target/braid.vsix" >&2 || die "the extension could not be packaged"
    say "packaged: $(cd "$target" && ls -m)"
}

command_editor() {
    local folder=${1:-$root/examples}
    folder=$(cd "$folder" && pwd) || die "there is no folder $1"
    command_package
    local vsix state=$build/editor
    vsix=$(find "$build/package" -name '*.vsix' | head -n 1)
    mkdir -p "$state/user" "$state/extensions"
    local options=(--user-data-dir "$state/user" --extensions-dir "$state/extensions")
    export PATH=$build/release:$PATH
    if command -v code >/dev/null; then
        code "${options[@]}" --install-extension "$vsix" --force >&2
        exec code "${options[@]}" --new-window --wait "$folder"
    fi
    # No desktop VS Code: the one the tests drive, in a browser.
    "$root/tests/editors/install.sh" >&2
    . "$root/tests/editors/versions.sh"
    local server=$code_server_home/node_modules/code-server/out/node/entry.js port=${PORT:-8433}
    options+=(--config "$state/config.yaml" --auth none --disable-telemetry --disable-update-check)
    node "$server" "${options[@]}" --install-extension "$vsix" --force >&2
    say "open http://127.0.0.1:$port in a browser; Ctrl+C ends it"
    exec node "$server" "${options[@]}" --disable-workspace-trust --bind-addr "127.0.0.1:$port" "$folder"
}
