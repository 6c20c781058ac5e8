// What a large file costs: parsing it from scratch, and re-parsing it after one keystroke in the middle.
#include <benchmark/benchmark.h>

#include <fstream>
#include <sstream>

#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/velox/velox.h"
#include "analyzer/text/source_text.h"

namespace {

using namespace braid;

/// An example again and again, some thousand lines of it.
SharedText large(const std::string& name) {
    std::ifstream file(std::string(BRAID_SOURCE_DIR) + "/examples/" + name);
    std::ostringstream once;
    once << file.rdbuf() << '\n';
    auto text = std::make_shared<std::string>();
    while (text->size() < 100'000) *text += once.str();
    return text;
}

void parse(benchmark::State& state, const Grammar& grammar, const std::string& name) {
    SharedText text = large(name);
    for (auto _ : state) benchmark::DoNotOptimize(grammar.parse(text));
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text->size()));
}

void keystroke(benchmark::State& state, const Grammar& grammar, const std::string& name) {
    SharedText before = large(name);
    auto tree = grammar.parse(before);
    auto middle = static_cast<uint32_t>(before->find('\n', before->size() / 2));
    TextEdit edit{TextRange{middle, middle}, " "};
    auto after = std::make_shared<const std::string>(SourceText(*before).apply(edit).view());
    for (auto _ : state) benchmark::DoNotOptimize(grammar.reparse(*tree, std::span(&edit, 1), after));
}

BENCHMARK_CAPTURE(parse, altru, altru::grammar(), "altru/bank.altru");
BENCHMARK_CAPTURE(parse, velox, velox::grammar(), "velox/order_pipeline.velox");
BENCHMARK_CAPTURE(keystroke, altru, altru::grammar(), "altru/bank.altru");
BENCHMARK_CAPTURE(keystroke, velox, velox::grammar(), "velox/order_pipeline.velox");

}  // namespace
