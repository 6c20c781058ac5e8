# Sourced by ./dev: formatting and static analysis of our C++ sources.

command_lint() {
    need_packages build lint
    local sources
    mapfile -t sources < <(cd "$root" && git ls-files --cached --others --exclude-standard -- "${@:-.}" |
        grep -E '\.(cpp|h)$')
    [ ${#sources[@]} -gt 0 ] || die "no C++ sources there"
    cd "$root"
    local status=0
    clang-format --dry-run --Werror "${sources[@]}" || status=1
    [ -f "$build/release/compile_commands.json" ] || build_targets release braid
    printf '%s\n' "${sources[@]}" | grep '\.cpp$' |
        xargs -P "$jobs" -n 4 clang-tidy --quiet -p "$build/release" || status=1
    [ $status -eq 0 ] && say "nothing to complain about"
    return $status
}
