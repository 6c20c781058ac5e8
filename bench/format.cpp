// What formatting a file of 100,000 lines costs: parse, layout, and the check that the result means the same.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "analyzer/format/altru/rules.h"
#include "analyzer/format/velox/rules.h"
#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/velox/velox.h"

namespace {

using namespace braid;

SharedText lines(const std::string& name, int64_t count) {
    std::ifstream file(std::string(BRAID_SOURCE_DIR) + "/examples/" + name);
    std::ostringstream once;
    once << file.rdbuf() << '\n';
    std::string part = once.str();
    int64_t own = std::count(part.begin(), part.end(), '\n');
    auto text = std::make_shared<std::string>();
    for (int64_t have = 0; have < count; have += own) *text += part;
    return text;
}

void format_file(benchmark::State& state, const Grammar& grammar, const format::Rules& rules, const std::string& name) {
    SharedText text = lines(name, state.range(0));
    format::Options options;
    options.indent = 3;  // so that every line changes
    for (auto _ : state) {
        auto result = format::format(*grammar.parse(text), rules, options);
        if (!result) state.SkipWithError(result.error().message.c_str());
        benchmark::DoNotOptimize(result);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text->size()));
}

BENCHMARK_CAPTURE(format_file, altru, altru::grammar(), altru::format_rules(), "altru/bank.altru")
    ->Arg(1'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(format_file, velox, velox::grammar(), velox::format_rules(), "velox/order_pipeline.velox")
    ->Arg(1'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
