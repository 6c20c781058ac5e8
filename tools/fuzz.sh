# Sourced by ./dev: libFuzzer over tests/fuzz/*.cpp. What it finds is kept in build/fuzz; what was mended belongs, as a
# small file, into tests/fuzz/corpus/TARGET/, which every `./dev test` replays.

command_fuzz() {
    local minutes=1 targets=() source
    while [ $# -gt 0 ]; do
        case $1 in
            --minutes) minutes=${2:?--minutes N} && shift ;;
            -*) wrong_usage "fuzz: unknown option $1" ;;
            *) targets+=("$1") ;;
        esac
        shift
    done
    if [ ${#targets[@]} -eq 0 ]; then
        for source in "$root"/tests/fuzz/*.cpp; do targets+=("$(basename "$source" .cpp)"); done
    fi
    need_packages build test fuzz
    build_targets fuzz "${targets[@]/#/fuzz_}"
    local target status=0
    for target in "${targets[@]}"; do fuzz_target "$target" "$minutes" || status=1; done
    return $status
}

fuzz_target() {
    local target=$1 minutes=$2 folder=$build/fuzz/found/$1
    local corpora=("$folder/corpus")
    mkdir -p "$folder/corpus"
    [ ! -d "$root/tests/fuzz/corpus/$target" ] || corpora+=("$root/tests/fuzz/corpus/$target")
    corpora+=("$root/examples" "$root/tests/syntax" "$root/tests/syntax_velox" "$root/tests/format/cases")
    say "fuzzing $target for $minutes minutes"
    if "$build/fuzz/tests/fuzz_$target" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
        -artifact_prefix="$folder/" -print_final_stats=1 "${corpora[@]}" >"$folder/log" 2>&1; then
        say "$target: $(grep -a 'number_of_executed_units' "$folder/log" | tr -dc 0-9) inputs, no failure"
    else
        tail -n 60 "$folder/log" >&2
        say "$target: FAILED; the input is in ${folder#"$root"/}"
        return 1
    fi
}
