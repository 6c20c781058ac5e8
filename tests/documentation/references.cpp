// The code blocks of the two references hold: each is a fixture, and what is right in it also runs and prints what the
// page says. tests/README.md tells how a block says what is expected of it.
#include <catch2/catch.hpp>

#include <optional>

#include "tests/support/cases.h"
#include "tests/support/drivers.h"
#include "tests/support/golden.h"
#include "tests/support/markdown_blocks.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

bool is_wrong(const FixtureStep& step) {
    for (const FixtureFile& file : step.files)
        for (const Expectation& each : file.expectations)
            if (each.severity == "error") return true;
    return false;
}

int status_of(const MarkdownBlock& block) {
    constexpr std::string_view key = "status=";
    for (const std::string& word : block.words)
        if (word.starts_with(key)) return std::stoi(word.substr(key.size()));
    return 0;
}

/// Runs the block's first file; `output` is the block that says what it prints, if there is one.
void check_run(const MarkdownBlock& block, const FixtureStep& step, const MarkdownBlock* output) {
    TemporaryFolder folder;
    for (const FixtureFile& file : step.files) folder.write(file.name, file.text);
    Command command{.program = braid_program(), .arguments = {"run", "--seed", "1", step.files.front().name}};
    command.directory = folder.path();
    ProcessResult result = run_process(command);
    INFO("standard output:\n" << result.output << "standard error:\n" << result.errors);
    CHECK_FALSE(result.timed_out);
    CHECK(result.status == status_of(block));
    if (output != nullptr) CHECK(difference(output->text, result.output).empty());
}

void check_block(const MarkdownBlock& block, const MarkdownBlock* output) {
    auto fixture = parse_fixture("example." + block.language, block.text);
    if (!fixture) FAIL(fixture.error());
    auto driver = make_check_driver();
    INFO(block.text);
    for (const std::string& each : run_fixture(*fixture, *driver)) FAIL_CHECK(each);
    const FixtureStep& step = fixture->steps.front();
    if (!is_wrong(step) && !block.has("check")) check_run(block, step, output);
}

void register_page(const std::string& page, const std::string& language) {
    auto text = read_file(fs::path(BRAID_SOURCE_DIR) / page);
    auto blocks = markdown_blocks(text.value_or(""));
    for (size_t i = 0; i < blocks.size(); ++i) {
        const MarkdownBlock block = blocks[i];
        if (block.language == "output") continue;
        std::optional<MarkdownBlock> output;
        if (i + 1 < blocks.size() && blocks[i + 1].language == "output") output = blocks[i + 1];
        register_case(page + ":" + std::to_string(block.line), "[documentation]", [block, output, language] {
            REQUIRE(block.language == language);
            check_block(block, output ? &*output : nullptr);
        });
    }
}

REGISTER_CASES(references) {
    register_page("docs/altru.md", "altru");
    register_page("docs/concurrency-altru.md", "altru");
    register_page("docs/velox.md", "velox");
}

TEST_CASE("blocks of a page, their words and lines") {
    auto blocks =
        markdown_blocks("text\n```velox check status=3\nlet a = 1;\n```\n- item\n\n  ```output\n  x\n    y\n  ```\n");
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0].language == "velox");
    CHECK(blocks[0].line == 3);
    CHECK(blocks[0].has("check"));
    CHECK_FALSE(blocks[0].has("status"));
    CHECK(blocks[0].text == "let a = 1;\n");
    CHECK(blocks[1].language == "output");
    CHECK(blocks[1].text == "x\n  y\n");
    CHECK(markdown_blocks("```altru\nlet a = 1").at(0).text == "let a = 1\n");
    CHECK(markdown_blocks("no block").empty());
}

}  // namespace
}  // namespace braid::test
