# Sourced by ./dev: formatting and static analysis of our C++ sources.

# Without paths: the formatting of everything, and clang-tidy, which takes its time, on what is being worked on.
command_lint() {
    need_packages build lint
    cd "$root" || return 1
    local sources tidied status=0
    mapfile -t sources < <(git ls-files --cached --others --exclude-standard -- "${@:-.}" | grep -E '\.(cpp|h)$')
    [ ${#sources[@]} -gt 0 ] || die "no C++ sources there"
    clang-format --dry-run --Werror "${sources[@]}" || status=1

    if [ $# -gt 0 ]; then
        mapfile -t tidied < <(printf '%s\n' "${sources[@]}" | grep '\.cpp$')
    else
        mapfile -t tidied < <(changed_sources)
    fi
    [ -f "$build/release/compile_commands.json" ] || build_targets release braid
    [ ${#tidied[@]} -eq 0 ] || printf '%s\n' "${tidied[@]}" |
        xargs -P "$jobs" -n 4 clang-tidy --quiet -p "$build/release" || status=1
    [ $status -ne 0 ] || say "nothing to complain about"
    return $status
}

# What differs from the upstream branch, or else from the commit before this one.
changed_sources() {
    local base
    base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || git rev-parse HEAD~1 2>/dev/null || true)
    { git diff --name-only --diff-filter=d ${base:+"$base"} && git ls-files --others --exclude-standard; } |
        grep '\.cpp$' | sort -u || true
}
