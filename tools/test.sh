# Sourced by ./dev: building and running every test. The last line is `N passed, M failed`, whatever happened.

logs=$build/test-logs
passed=0
failed=0
failed_suites=()

command_test() {
    local quick=no preset=release areas=()
    while [ $# -gt 0 ]; do
        case $1 in
            --quick) quick=yes ;;
            --asan | --tsan) preset=${1#--} ;;
            --gc-stress) export BRAID_GC_STRESS=1 ;; # programs that run collect at every safepoint
            --update) export BRAID_UPDATE=1 ;;
            -*) wrong_usage "test: unknown option $1" ;;
            *) areas+=("$1") ;;
        esac
        shift
    done
    rm -rf "$logs"
    mkdir -p "$logs"
    trap finish_tests EXIT

    need_packages build test
    sanitizer_options
    if build_targets "$preset" tests; then
        run_programs "$preset" "${areas[@]}"
    else
        count_suite build 0 1
    fi
    # The extension and the editors use the program as it is shipped: sanitizers have nothing to add there.
    [ "$preset" = release ] || return 0
    if wants extension "${areas[@]}"; then run_extension_checks; fi
    if [ "$quick" = no ] && wants editors "${areas[@]}"; then run_editors; fi
}

finish_tests() {
    local status=$?
    trap - EXIT
    # Ending early without a failed suite, by a signal or an error of this script, is a failure, too.
    if [ $status -ne 0 ] && [ $failed -eq 0 ]; then count_suite dev 0 1; fi
    [ $((passed + failed)) -gt 0 ] || echo "nothing of that name to run: suites are the folders of tests/, extension, editors"
    [ ${#failed_suites[@]} -eq 0 ] || echo "failed: ${failed_suites[*]} (logs in ${logs#"$root"/})"
    echo "$passed passed, $failed failed"
    # An `exit` without a number would give the status from before this trap.
    if [ $failed -eq 0 ] && [ $passed -gt 0 ]; then exit 0; fi
    exit 1
}

# wants SUITE [AREA…]: everything is wanted when no area is named.
wants() {
    local suite=$1 area
    shift
    [ $# -gt 0 ] || return 0
    for area in "$@"; do [ "$area" != "$suite" ] || return 0; done
    return 1
}

# count_suite NAME PASSED FAILED
count_suite() {
    passed=$((passed + $2))
    failed=$((failed + $3))
    if [ "$3" -eq 0 ]; then
        printf '%-24s %5d passed\n' "$1" "$2"
    else
        printf '%-24s %5d passed, %d failed\n' "$1" "$2" "$3"
        failed_suites+=("$1")
        [ ! -f "$logs/$1.log" ] || tail -n 200 "$logs/$1.log"
    fi
}

sanitizer_options() {
    export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
    export UBSAN_OPTIONS=print_stacktrace=1
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
}

# Runs the test programs, as many at a time as there are cores. Those that start processes or wait come first.
run_programs() {
    local preset=$1 programs suite running=0
    shift
    mapfile -t programs < <(test_programs "$preset")
    for suite in "${programs[@]}"; do
        wants "$suite" "$@" || continue
        [ "$running" -lt "$jobs" ] || { wait -n || true; running=$((running - 1)); }
        run_program "$preset" "$suite" &
        running=$((running + 1))
    done
    wait
    for suite in "${programs[@]}"; do
        wants "$suite" "$@" || continue
        local counts=(0 1)
        # A program that crashed or hung wrote no counts; one that says 0 failed must also have ended with 0.
        [ ! -s "$logs/$suite.counts" ] || read -ra counts <"$logs/$suite.counts"
        [ "$(cat "$logs/$suite.status")" = 0 ] || [ "${counts[1]}" -gt 0 ] || counts[1]=1
        count_suite "$suite" "${counts[@]}"
    done
}

# The suites of tests/CMakeLists.txt: an area for test_AREA, fuzz-NAME for replay_NAME. What an older checkout left in
# the build folder does not count.
test_programs() {
    local folder=$build/$1/tests first=(run fixtures cli scheduler) area program
    for area in "${first[@]}"; do
        [ ! -f "$root/tests/$area/libraries.cmake" ] || [ ! -x "$folder/test_$area" ] || echo "$area"
    done
    for program in "$folder"/test_* "$folder"/replay_*; do
        area=${program##*/test_}
        if [[ $program == */replay_* ]]; then
            area=${program##*/replay_}
            [ ! -f "$root/tests/fuzz/$area.cpp" ] || echo "fuzz-$area"
        elif [ -x "$program" ] && [ -f "$root/tests/$area/libraries.cmake" ] && [[ " ${first[*]} " != *" $area "* ]]; then
            echo "$area"
        fi
    done
}

run_program() {
    local program=$build/$1/tests/test_$2 status=0 seconds=900
    [ "$1" = release ] || seconds=3600 # under a sanitizer
    [[ $2 != fuzz-* ]] || program=$build/$1/tests/replay_${2#fuzz-}
    # Laws are tried on the same inputs in every run, so that a change is judged by what it changes; other inputs are
    # `RC_PARAMS=` and what ./dev fuzz finds.
    RC_PARAMS=${RC_PARAMS-seed=1} BRAID_TEST_COUNTS=$logs/$2.counts timeout --kill-after=10 "$seconds" "$program" >"$logs/$2.log" 2>&1 </dev/null || status=$?
    [ $status -ne 124 ] || echo "$program did not end within $seconds seconds" >>"$logs/$2.log"
    echo $status >"$logs/$2.status"
}

# A suite that is a command and prints `ok NAME` or `FAILED NAME` for each of its tests.
run_listing_suite() {
    local name=$1 status=0 good bad
    shift
    "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
    good=$(grep -c '^ok ' "$logs/$name.log" || true)
    bad=$(grep -c '^FAILED ' "$logs/$name.log" || true)
    [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    [ "$good" -gt 0 ] || [ "$bad" -gt 0 ] || bad=1
    count_suite "$name" "$good" "$bad"
}

run_extension_checks() {
    [ -f "$root/vscode-extension/package.json" ] || return 0
    need_packages extension
    run_listing_suite extension extension_checks
}

run_editors() {
    [ -x "$root/tests/editors/run.sh" ] || return 0
    need_packages extension
    BRAID_BINARY=$build/release/braid run_listing_suite editors "$root/tests/editors/run.sh"
}
