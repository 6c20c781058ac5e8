# Sourced by ./dev: the benchmarks of bench/. `syntax` measures beside tree-sitter, built from the sources in npm packages.

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
    if [ "$name" = syntax ]; then install_tree_sitter; fi
    build_targets release "bench_$name"
    "$build/release/bench/bench_$name" "$@"
}

# The packages of bench/tree-sitter/package-lock.json, without running anything of them: only their C sources are used.
install_tree_sitter() {
    local lock=$root/bench/tree-sitter/package-lock.json target=$build/tree-sitter
    cmp -s "$lock" "$target/installed" && return 0
    need_packages extension
    say "installing tree-sitter and its grammars with npm"
    mkdir -p "$target"
    cp "$root"/bench/tree-sitter/{package.json,package-lock.json,.npmrc} "$target/"
    (cd "$target" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || die "npm could not install them"
    cp "$lock" "$target/installed"
    # CMake looks for them when it configures.
    rm -f "$build/release/build.ninja"
}
