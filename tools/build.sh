# Sourced by ./dev: configuring and building. All chatter goes to standard error, so that standard output is the program's.

build_release() {
    need_packages build
    build_targets release braid
}

# build_targets PRESET TARGET…
build_targets() {
    local preset=$1 folder=$build/$1
    shift
    mkdir -p "$folder"
    local log=$folder/build.log
    # A target can be unknown because its packages were not there when the folder was configured.
    if ! ninja -C "$folder" -t query "$1" >/dev/null 2>&1; then
        say "configuring build/$preset"
        (cd "$root" && cmake --preset "$preset") >"$log" 2>&1 || { cat "$log" >&2 && say "cmake failed" && return 1; }
    fi
    if ! ninja -C "$folder" -j "$jobs" "$@" 2>&1 | tee "$log" | show_progress "$preset"; then
        # Everything from the first failure on; the lines before it are progress only.
        sed -n '/^FAILED\|^ninja: error\|^CMake Error/,$p' "$log" | grep -v '^\[[0-9]*/' >&2
        say "the build failed; the whole log is ${log#"$root"/}"
        return 1
    fi
}

# Ninja's [n/m] lines as one counting line on a terminal, as one line in ten percent elsewhere.
show_progress() {
    local terminal=0
    [ ! -t 2 ] || terminal=1
    awk -v terminal="$terminal" -v preset="$1" '
        match($0, /^\[[0-9]+\/[0-9]+\]/) {
            split(substr($0, 2, RLENGTH - 2), count, "/")
            if ($0 ~ /Re-checking globbed|Re-running CMake/) next
            tenth = int(10 * count[1] / count[2])
            if (terminal) { printf "\rdev: building %s %d/%d ", preset, count[1], count[2] > "/dev/stderr"; shown = 1 }
            else if (tenth != last) { printf "dev: building %s %d/%d\n", preset, count[1], count[2] > "/dev/stderr"; last = tenth }
        }
        END { if (shown) printf "\r\033[K" > "/dev/stderr" }'
}
