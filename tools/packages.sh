# Sourced by ./dev: Debian packages, by what they are for. docs/dependencies.md says why each is needed.

packages_build=(g++ cmake ninja-build ccache lld libfmt-dev libexpected-dev nlohmann-json3-dev libboost-dev libuv1-dev
    libcli11-dev libtomlplusplus-dev libsqlite3-dev libhttp-parser-dev libcurl4-openssl-dev libutf8proc-dev)
packages_test=(catch2 librapidcheck-dev curl)
packages_bench=(libbenchmark-dev)
packages_bench_ide=(clangd gopls golang-go)
packages_bench_vm=(lua5.4 luajit python3)
packages_bench_concurrency=(golang-go erlang-base python3 wrk)
packages_fuzz=(clang)
packages_lint=(clang-format clang-tidy)
packages_extension=(npm)

# need_packages GROUP…: installs what is missing of the groups. With everything there it costs some milliseconds, and
# neither root nor a network is needed.
need_packages() {
    local wanted=() missing=() group package
    for group in "$@"; do
        local -n packages=packages_$group
        wanted+=("${packages[@]}")
    done
    # A tool that came from elsewhere (Node.js often does) is as good as the package.
    if command -v npm >/dev/null; then wanted=("${wanted[@]/#npm/}"); fi

    if ! command -v dpkg-query >/dev/null; then
        [ -d "$build" ] || say "this is not Debian or Ubuntu; if the build fails, install what docs/dependencies.md lists"
        return 0
    fi
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' ${wanted[@]} 2>/dev/null || true)
    for package in ${wanted[@]}; do
        grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

install_packages() {
    local become=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "packages are missing; ask an administrator for: apt-get install $*"
        become=(sudo)
    fi
    say "installing with apt: $*"
    local apt=("${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600)
    local log
    log=$(mktemp)
    # The lists of a fresh machine or container are empty or old: ask for new ones, then install.
    if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        die "apt could not install: $*"
    fi
    rm -f "$log"
}
