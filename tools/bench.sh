# Sourced by ./dev: the benchmarks of bench/. `syntax` measures beside tree-sitter, built from the sources in npm packages, `ide` beside
# other language servers, from npm and the distribution, `vm` beside other interpreters, `scheduler` and `concurrency` beside Go and Erlang, from the distribution.

command_bench() {
    need_packages build bench
    if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
        local name=$1
        shift
        run_benchmark "$name" "$@"
        return
    fi
    local source
    run_benchmark syntax
    for source in "$root"/bench/*.cpp; do run_benchmark "$(basename "$source" .cpp)" "$@"; done
}

run_benchmark() {
    local name=$1
    shift
    [ -e "$root/bench/$name.cpp" ] || [ -d "$root/bench/$name" ] || wrong_usage "bench: there is no benchmark $name"
    case $name in
        ide) bench_ide "$@"; return ;;
        vm) bench_vm "$@"; return ;;
        scheduler | concurrency) bench_concurrency "$name" "$@"; return ;;
        syntax) install_npm_packages bench/tree-sitter tree-sitter ;;
    esac
    build_targets release "bench_$name"
    "$build/release/bench/bench_$name" "$@"
}

bench_ide() {
    need_packages bench_ide
    install_npm_packages bench/ide ide-peers
    build_release
    build_targets release bench_ide
    local modules=$build/ide-peers
    BRAID_BENCH_MODULES=$modules BRAID_BENCH_WORK=$modules/programs BRAID=$build/release/braid \
        BRAID_NAMES_AND_TYPES=$build/release/bench/bench_ide \
        "$(echo "$modules"/node_modules/node-linux-*/bin/node)" "$root/bench/ide/main.mjs" "$@"
}

bench_vm() {
    need_packages bench_vm extension
    build_release
    # shellcheck source=/dev/null
    . "$root/vscode-extension/tools/node.sh"
    braid_use_node >&2
    BRAID=$build/release/braid PYTHONDONTWRITEBYTECODE=1 python3 "$root/bench/vm/main.py" "$@"
}

bench_concurrency() {
    need_packages bench_concurrency
    build_release
    BRAID=$build/release/braid PYTHONDONTWRITEBYTECODE=1 python3 "$root/bench/concurrency/main.py" "$@"
}

# install_npm_packages FOLDER NAME: the packages of FOLDER/package-lock.json into build/NAME, without running anything of them.
install_npm_packages() {
    local from=$root/$1 target=$build/$2
    cmp -s "$from/package-lock.json" "$target/installed" && return 0
    need_packages extension
    say "installing the packages of $1 with npm"
    mkdir -p "$target"
    cp "$from"/{package.json,package-lock.json,.npmrc} "$target/"
    (cd "$target" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || die "npm could not install them"
    cp "$from/package-lock.json" "$target/installed"
    # CMake looks for some of them when it configures.
    rm -f "$build/release/build.ninja"
}
