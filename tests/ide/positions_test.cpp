#include <chrono>
#include <random>
#include <string>

#include "analyzer/ide/code_actions.h"
#include "analyzer/ide/completion.h"
#include "analyzer/ide/hierarchy.h"
#include "analyzer/ide/inlay_hints.h"
#include "analyzer/ide/rename.h"
#include "analyzer/ide/signature_help.h"
#include "analyzer/ide/structure.h"
#include "tests/ide/cursor.h"

// What holds at every name of every program there is: examples/ and the programs of tests/run.
namespace braid::test {
namespace {

std::vector<ExampleFile> all_programs() {
    std::vector<ExampleFile> out = example_files();
    for (const char* folder : {"/tests/run/altru", "/tests/run/velox", "/tests/semantics_altru/silent"})
        for (ExampleFile& each : source_files(std::string(BRAID_SOURCE_DIR) + folder)) out.push_back(std::move(each));
    const char* more = std::getenv("BRAID_PROGRAMS");  // of whoever looks for what does not hold elsewhere
    if (more)
        for (ExampleFile& each : source_files(more)) out.push_back(std::move(each));
    return out;
}

bool holds(const std::vector<FileRange>& all, FileRange range) {
    return std::find(all.begin(), all.end(), range) != all.end();
}

/// A label is what is typed, or what is typed makes it: `Shape::Circle`, `for` of `for of`, `limit` of `limit = `.
bool offers(const CompletionList& list, const std::string& word) {
    return std::any_of(list.items.begin(), list.items.end(), [&](const CompletionItem& item) {
        const std::string& label = item.label;
        if (label == word || label.starts_with(word + " ") || label.starts_with(word + ":")) return true;
        for (std::string separator : {"::", "."})
            if (label.ends_with(separator + word) || label.starts_with(word + separator)) return true;
        return false;
    });
}

/// Calls `at` with each name of the file, by its token.
template <typename F>
void for_each_name(QueryContext& context, FileId file, F&& at) {
    auto tree = *context.get<FileTree>(file);
    for (Preorder walk(tree->root()); walk; walk.next()) {
        if (!walk->is_token()) continue;
        SyntaxToken token(*walk);
        bool is_name = token.begin() < token.end() && tree->grammar().token_class(token.kind()) == TokenClass::Name;
        if (is_name && token.text() != "_") at(token);
    }
}

std::string place_of(const ExampleFile& program, uint32_t offset) {
    size_t line = size_t(std::count(program.text.begin(), program.text.begin() + offset, '\n')) + 1;
    size_t begin = program.text.rfind('\n', offset == 0 ? 0 : offset - 1) + 1;
    return fmt::format("{}:{}:{}: {}", program.name, line, offset - begin + 1,
                       program.text.substr(begin, program.text.find('\n', offset) - begin));
}

/// All that an editor asks at one place; what matters is that each answers.
void ask_everything(QueryContext& context, FileId file, uint32_t at) {
    hover(context, file, at);
    definition(context, file, at);
    declaration(context, file, at);
    type_definition(context, file, at);
    implementations(context, file, at);
    references(context, file, at, true);
    document_highlights(context, file, at);
    static_cast<void>(prepare_rename(context, file, at));
    completion(context, file, at);
    completion(context, file, at, '.');
    signature_help(context, file, at);
    selection_ranges(context, file, at);
    prepare_call_hierarchy(context, file, at);
    prepare_type_hierarchy(context, file, at);
}

void ask_about_file(QueryContext& context, FileId file) {
    constexpr TextRange kWhole{0, ~0u};
    semantic_tokens(context, file, kWhole);
    inlay_hints(context, file, kWhole);
    folding_ranges(context, file);
    document_symbols(context, file);
    organize_imports(context, file);
    quick_fixes(context, file, kWhole);
}

}  // namespace

TEST_CASE("A name leads to its declaration, and that one back", "[ide][laws]") {
    size_t names = 0, without = 0;
    for (const ExampleFile& program : all_programs()) {
        World world(program.name, program.text);
        world.ask([&](QueryContext& context) {
            FileId file = world.file();
            for_each_name(context, file, [&](const SyntaxToken& token) {
                INFO(place_of(program, token.begin()));
                auto uses = names_at(context, file, token.begin());
                ++names;
                if (uses.empty() || uses[0].range.begin != token.begin()) {
                    ++without;  // built-in types, fields of types without a declaration, labels
                    return;
                }
                FileRange here{file, uses[0].range};
                CHECK(hover(context, file, token.begin()));
                auto found = references(context, file, token.begin(), true);
                CHECK(holds(found, here));
                for (const Highlight& each : document_highlights(context, file, token.begin()))
                    CHECK(holds(found, {file, each.range}));
                auto targets = definition(context, file, token.begin());
                CHECK_FALSE(targets.empty());
                for (const Target& target : targets)
                    if (!is_std(target.file))
                        CHECK(holds(references(context, target.file, target.name.begin, true), here));
                if (auto place = prepare_rename(context, file, token.begin())) {
                    CHECK(place->range == uses[0].range);
                    CHECK(place->name == token.text());
                }
            });
            return 0;
        });
    }
    CHECK(names > 3000);
    CHECK(without * 4 < names);
}

TEST_CASE("What is written is what completion offers there", "[ide][laws]") {
    for (const ExampleFile& program : all_programs()) {
        World world(program.name, program.text);
        world.ask([&](QueryContext& context) {
            FileId file = world.file();
            for_each_name(context, file, [&](const SyntaxToken& token) {
                auto uses = names_at(context, file, token.begin());
                bool is_use = !uses.empty() && uses[0].range.begin == token.begin() && !uses[0].is_declaration;
                if (!is_use) return;
                INFO(place_of(program, token.begin()));
                // Before it, behind its first letter, and at its end.
                for (uint32_t at : {token.begin(), token.begin() + 1, token.end()})
                    CHECK(offers(completion(context, file, at), std::string(token.text())));
            });
            return 0;
        });
    }
}

TEST_CASE("Renaming there and back gives the same text", "[ide][rename][laws]") {
    size_t renamed = 0;
    for (const ExampleFile& program : all_programs()) {
        World world(program.name, program.text);
        auto names = world.ask([&](QueryContext& context) { return *context.get<FileNames>(world.file()); });
        size_t seen = 0;
        for (const NameUse& use : names) {
            if (!use.is_declaration || ++seen % 9 != 1) continue;
            auto rename_at = [&](uint32_t offset, const std::string& to) {
                auto edits =
                    world.ask([&](QueryContext& context) { return rename(context, world.file(), offset, to); });
                if (!edits) return false;
                for (const FileEdits& each : *edits)
                    world.host().set_file("/test/" + program.name, applied(world.text(), each.edits));
                return true;
            };
            INFO(place_of(program, use.range.begin));
            std::string old = program.text.substr(use.range.begin, use.range.length());
            if (old.size() < 2 || !rename_at(use.range.begin, std::string(old.size(), 'q'))) continue;
            bool writes_out = world.text().size() != program.text.size();  // `{ a }` became `{ a: q }`, which stays
            if (!writes_out) CHECK(rename_at(use.range.begin, old));
            if (writes_out) world.host().set_file("/test/" + program.name, program.text);
            CHECK(world.text() == program.text);
            world.host().set_file("/test/" + program.name, program.text);
            ++renamed;
        }
    }
    CHECK(renamed > 100);
}

TEST_CASE("Every request answers in damaged text, and soon", "[ide][laws]") {
    using Clock = std::chrono::steady_clock;
    std::mt19937 random(1);
    auto below = [&](size_t n) { return uint32_t(std::uniform_int_distribution<size_t>(0, n)(random)); };
    for (const ExampleFile& program : all_programs()) {
        std::string text = program.text;
        for (int cut = 0; cut < 4 && !text.empty(); ++cut) {
            uint32_t begin = below(text.size() - 1);
            text.erase(begin, 1 + below(12));
        }
        World world(program.name, text);
        INFO(program.name << "\n" << text);
        world.ask([&](QueryContext& context) {
            ask_about_file(context, world.file());
            for (uint32_t at = below(6); at <= text.size(); at += 1 + below(24)) {
                auto begin = Clock::now();
                ask_everything(context, world.file(), at);
                INFO("at " << at);
                CHECK(Clock::now() - begin < std::chrono::seconds(10));
            }
            code_actions(context, world.file(), {below(text.size()), below(text.size())});
            return 0;
        });
    }
}

}  // namespace braid::test
