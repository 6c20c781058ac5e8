// What the checks of the async row say about the language's own design document, as written: five faults, each with its
// code and place, and nothing about the rest.
#include "analyzer/diagnostics/catalogue.h"
#include "tests/codes/program.h"
#include "tests/support/sources.h"

namespace braid::test {
namespace {

bool is_of_the_async_row(DiagnosticCode code) {
    using Code = DiagnosticCode;
    return code == Code::AwaitRace || (code >= Code::UnusedFuture && code <= Code::TaskOutlivesScope) ||
           (code >= Code::SideEffectInTransaction && code <= Code::ContextLostAcrossAwait) || code == Code::NotSend ||
           code == Code::DataRace;
}

/// `code: the line it begins on`, for each.
std::vector<std::string> found_in(const std::string& text) {
    std::vector<std::string> found;
    for (const Diagnostic& d : Program({{"design.velox", text}}).diagnostics()) {
        if (!is_of_the_async_row(d.code)) continue;
        size_t begin = text.find_last_not_of(" \n", text.rfind('\n', d.location.range.begin)) + 1;
        begin = text.find_first_not_of(" \n", begin);
        found.push_back(std::string(code_name(d.code)) + ": " + text.substr(begin, text.find('\n', begin) - begin));
    }
    return found;
}

const std::vector<std::string> kFaults = {
    "return-without-await: return response.json();",
    "order-by-completion: results.push(result);",
    "error-replaced: await runNext();",
    "async-in-constructor: this.start();",
    "context-lost-across-await: Transaction.currentTransaction = this;",
};

TEST_CASE("the design document's faults of the async row") {
    std::string text = text_of(BRAID_SOURCE_DIR "/tests/semantics_velox/design_stubs.velox");
    auto parts = sources({"tests/seeds/velox"}, ".velox");
    REQUIRE(parts.size() == 10);
    for (const auto& part : parts) {
        std::string block = text_of(part);
        // The document shows two results of that name, each in a text of its own.
        if (part.filename().string().starts_with("10_"))
            block.replace(block.find("let result = await policy"), 10, "let retried");
        text += "\n" + block;
    }
    CHECK(found_in(text) == kFaults);
}

}  // namespace
}  // namespace braid::test
