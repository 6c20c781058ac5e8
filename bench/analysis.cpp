// What names, types and checks cost: a file opened cold, a keystroke in a body, memory, many files on several threads.
// `exponent` is how the cost grew since the smallest program of the same case: 1 is linear, 0 does not depend on size.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <sys/resource.h>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <map>
#include <thread>

#include "analyzer/ide/file_diagnostics.h"
#include "bench/programs.h"
#include "workspace/workspace.h"

namespace {

using namespace braid;
using benchmark::State;

const bench::ProgramShape& shape_of(bool velox) { return velox ? bench::kVeloxShape : bench::kAltruShape; }
std::string path_of(bool velox, int number = 0) {
    return fmt::format("/bench/part{}.{}", number, velox ? "velox" : "altru");
}

/// Processor time of all threads, in seconds.
double processor_time() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

size_t bytes_in_use() {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/// Compared with the first, smallest, program that the same case was run on.
void report_growth(State& state, const char* name, bool velox, double lines, double seconds) {
    static std::map<std::pair<std::string, bool>, std::pair<double, double>> smallest;
    auto [first, is_new] = smallest.try_emplace({name, velox}, lines, seconds);
    const auto& [first_lines, first_seconds] = first->second;
    if (first_lines == lines) first->second.second = seconds;  // the last run of a case is the longest
    else state.counters["exponent"] = std::log(seconds / first_seconds) / std::log(lines / first_lines);
}

size_t diagnose(AnalysisHost& host, FileId file) {
    auto found = host.snapshot().get<FileDiagnostics>(file);
    return found ? (*found)->size() : 1;
}

/// The program is handed in as a new file and diagnosed.
void cold(State& state, bool velox) {
    const std::string text = bench::program(shape_of(velox), size_t(state.range(0)));
    double spent = 0;
    for (auto _ : state) {
        state.PauseTiming();
        auto host = make_host();
        state.ResumeTiming();
        const double start = processor_time();
        FileId file = host->set_file(path_of(velox), text);
        if (diagnose(*host, file) != 0) return state.SkipWithError("the program has diagnostics");
        spent += processor_time() - start;
        state.PauseTiming();
        host.reset();
        state.ResumeTiming();
    }
    const double lines = double(std::count(text.begin(), text.end(), '\n'));
    state.counters["lines/s"] = lines * double(state.iterations()) / spent;
    report_growth(state, "cold", velox, lines, spent / double(state.iterations()));
}

/// How long all checks of a program take, compared with its names and types.
void checks(State& state, bool velox) {
    const std::string text = bench::program(shape_of(velox), size_t(state.range(0)));
    double types = 0, all = 0;
    for (auto _ : state) {
        auto host = make_host();
        FileId file = host->set_file(path_of(velox), text);
        const double start = processor_time();
        benchmark::DoNotOptimize(host->snapshot().get<FastDiagnostics>(file));
        types += processor_time() - start;
        if (diagnose(*host, file) != 0) return state.SkipWithError("the program has diagnostics");
        all += processor_time() - start;
    }
    state.counters["times_names_and_types"] = (all - types) / types;
    report_growth(state, "checks", velox, double(std::count(text.begin(), text.end(), '\n')),
                  (all - types) / double(state.iterations()));
}

/// What grows in a program that is made for it: one function, a chain of calls, the locks that one function takes.
std::string long_function(size_t n) {
    std::string text = "fn long_one(list: [int], ch: chan int) -> int:\n    let mut sum = 0\n";
    for (size_t i = 0; i < n; ++i)
        text += fmt::format("    let v{0} = list[{0}] + sum\n    if v{0} > sum:\n        sum = v{0}\n", i);
    return text + "    ch <- sum\n    return sum\n";
}
std::string long_chain(size_t n) {
    std::string text = "use std::sync::Mutex\n\nfn f0(m: Mutex[int]) -> int:\n    return *m.lock()\n";
    for (size_t i = 1; i <= n; ++i)
        text += fmt::format("\nfn f{}(m: Mutex[int]) -> int:\n    return f{}(m) + 1\n", i, i - 1);
    return text;
}
std::string many_locks(size_t n) {
    std::string text = "use std::sync::Mutex\n\nfn all(first: Mutex[int]) -> int:\n    let mut sum = *first.lock()\n";
    for (size_t i = 0; i < n; ++i)
        text += fmt::format("    let m{0} = Mutex::new({0})\n    let g{0} = m{0}.lock()\n    sum += *g{0}\n", i);
    return text + "    return sum\n";
}
std::string many_moves(size_t n) {
    std::string text = "fn eat(list: [int]):\n    println(list.len())\n\nfn all(k: int):\n    loop:\n";
    for (size_t i = 0; i < n; ++i)
        text += fmt::format(
            "        let v{0} = [{0}]\n        if k > {0}:\n            eat(v{0})\n        else:\n            "
            "println(v{0}.len())\n",
            i);
    return text;
}
std::string many_sections(size_t n) {
    std::string text = "use std::sync::Mutex\n\nfn all(a: Mutex[int], b: Mutex[int]) -> int:\n    let mut sum = 0\n";
    for (size_t i = 0; i < n; ++i)
        text += fmt::format("    let x{0} = *a.lock() + {0}\n    sum += x{0}\n    *b.lock() += sum\n", i);
    return text + "    return sum\n";
}
/// A function of `n` numbers whose type only their uses, or nothing, decide.
std::string many_literals(size_t n) {
    std::string text = "fn f() -> int:\n    let mut sum = 0\n";
    for (size_t i = 0; i < n; ++i) text += fmt::format("    let x{0} = {0}\n    sum += x{0} * 2\n", i);
    return text + "    return sum\n";
}
void growing(State& state, const char* name, std::string (*program)(size_t)) {
    const std::string text = program(size_t(state.range(0)));
    double spent = 0;
    for (auto _ : state) {
        auto host = make_host();
        FileId file = host->set_file(path_of(false), text);
        benchmark::DoNotOptimize(host->snapshot().get<FastDiagnostics>(file));
        const double start = processor_time();
        benchmark::DoNotOptimize(diagnose(*host, file));
        spent += processor_time() - start;
    }
    report_growth(state, name, false, double(std::count(text.begin(), text.end(), '\n')),
                  spent / double(state.iterations()));
}

/// A digit is typed into a body and taken away again, each time in another body; all diagnostics of the file each time.
void keystroke(State& state, bool velox) {
    const std::string text = bench::program(shape_of(velox), size_t(state.range(0)));
    auto host = make_host();
    FileId file = host->set_file(path_of(velox), text);
    if (diagnose(*host, file) != 0) return state.SkipWithError("the program has diagnostics");
    constexpr std::string_view kMark = "total = total + entry.amount";
    std::vector<uint32_t> places;
    for (size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1))
        places.push_back(uint32_t(at + kMark.size()));
    std::vector<double> times;
    size_t turn = 0;
    for (auto _ : state) {
        const uint32_t at = places[(turn * 7919) % places.size()];
        const TextEdit edits[] = {{{at, at}, " + 1"}, {{at, at + 4}, ""}};
        for (const TextEdit& edit : edits) {
            const double start = processor_time();
            host->edit_file(file, std::span(&edit, 1));
            if (diagnose(*host, file) != 0) return state.SkipWithError("the program has diagnostics");
            times.push_back(processor_time() - start);
        }
        ++turn;
    }
    std::sort(times.begin(), times.end());
    const double lines = double(std::count(text.begin(), text.end(), '\n'));
    state.counters["p50_us"] = times[times.size() / 2] * 1e6;
    state.counters["p99_us"] = times[times.size() * 99 / 100] * 1e6;
    report_growth(state, "keystroke", velox, lines, times[times.size() / 2]);
}

/// What a diagnosed program keeps allocated, and what 10,000 edits in its bodies add to that.
void memory(State& state, bool velox) {
    const std::string text = bench::program(shape_of(velox), size_t(state.range(0)));
    const double lines = double(std::count(text.begin(), text.end(), '\n'));
    for (auto _ : state) {
        auto host = make_host();
        const size_t before = bytes_in_use();
        FileId file = host->set_file(path_of(velox), text);
        diagnose(*host, file);
        const size_t opened = bytes_in_use();
        const size_t memos = host->database().memo_count();
        const uint32_t at = uint32_t(text.find("total = total") + 5);
        for (int i = 0; i < 5000; ++i) {
            const TextEdit edits[] = {{{at, at}, "x"}, {{at, at + 1}, ""}};
            for (const TextEdit& edit : edits) {
                host->edit_file(file, std::span(&edit, 1));
                diagnose(*host, file);
            }
        }
        state.counters["bytes/line"] = double(opened - before) / lines;
        state.counters["edits_add_bytes"] = double(bytes_in_use()) - double(opened);
        state.counters["edits_add_memos"] = double(host->database().memo_count()) - double(memos);
    }
}

/// 100 files of 1000 lines each on so many threads.
void files(State& state, bool velox) {
    constexpr int kFiles = 100;
    const std::string text = bench::program(shape_of(velox), 1000);
    double spent = 0;
    for (auto _ : state) {
        state.PauseTiming();
        auto host = make_host();
        state.ResumeTiming();
        const double start = processor_time();
        std::vector<FileId> all;
        for (int i = 0; i < kFiles; ++i) all.push_back(host->set_file(path_of(velox, i), text));
        {
            std::atomic<size_t> next{0};
            std::vector<std::thread> threads;
            for (int64_t i = 0; i < state.range(0); ++i)
                threads.emplace_back([&, snapshot = host->snapshot()] {
                    for (size_t each = next++; each < all.size(); each = next++)
                        benchmark::DoNotOptimize(snapshot.get<FileDiagnostics>(all[each]));
                });
            for (std::thread& thread : threads) thread.join();
        }
        spent += processor_time() - start;
        state.PauseTiming();
        host.reset();
        state.ResumeTiming();
    }
    const double lines = kFiles * double(std::count(text.begin(), text.end(), '\n')) * double(state.iterations());
    state.counters["lines/s/core"] = lines / spent;
    state.counters["lines/s"] = benchmark::Counter(lines, benchmark::Counter::kIsRate);
}

#define BRAID_BOTH(function) BENCHMARK_CAPTURE(function, altru, false)
#define BRAID_BOTH_VELOX(function) BENCHMARK_CAPTURE(function, velox, true)
BRAID_BOTH(cold)->Arg(10'000)->Arg(20'000)->Arg(40'000)->Unit(benchmark::kMillisecond);
BRAID_BOTH_VELOX(cold)->Arg(10'000)->Arg(20'000)->Arg(40'000)->Unit(benchmark::kMillisecond);
BRAID_BOTH(checks)->Arg(10'000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_BOTH_VELOX(checks)->Arg(10'000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);
#define BRAID_GROWING(program) BENCHMARK_CAPTURE(growing, program, #program, program)
BRAID_GROWING(long_function)->Arg(250)->Arg(1'000)->Arg(4'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_GROWING(long_chain)->Arg(250)->Arg(1'000)->Arg(4'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_GROWING(many_locks)->Arg(50)->Arg(200)->Arg(800)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_GROWING(many_moves)->Arg(250)->Arg(1000)->Arg(4000)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_GROWING(many_sections)->Arg(250)->Arg(1000)->Arg(4000)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_GROWING(many_literals)->Arg(250)->Arg(1000)->Arg(4000)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_BOTH(keystroke)->Arg(1'000)->Arg(10'000)->Arg(20'000)->Arg(50'000)->Unit(benchmark::kMicrosecond);
BRAID_BOTH_VELOX(keystroke)->Arg(1'000)->Arg(10'000)->Arg(20'000)->Arg(50'000)->Unit(benchmark::kMicrosecond);
BRAID_BOTH(memory)->Arg(10'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_BOTH_VELOX(memory)->Arg(10'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BRAID_BOTH(files)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BRAID_BOTH_VELOX(files)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
