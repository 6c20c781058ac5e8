# Sourced by install.sh and run.sh: what the editor tests use, and where it is kept.
braid_cache=${BRAID_CACHE:-$HOME/.cache/braid}

code_server_version=4.100.3 # VS Code 1.100.3; the newest release for Node.js 20
code_server_home=$braid_cache/code-server/$code_server_version
playwright_version=1.65.1
playwright_home=$braid_cache/playwright/$playwright_version

# The browser, the editors, and what compiling code-server's native modules needs.
editor_packages=(
    chromium fonts-dejavu-core neovim emacs-nox elpa-eglot
    build-essential pkg-config python3 ripgrep libkrb5-dev libx11-dev libxkbfile-dev libsecret-1-dev
)
