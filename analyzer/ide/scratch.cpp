#include "analyzer/ide/scratch.h"

#include <algorithm>
#include <set>

#include "analyzer/ide/file_diagnostics.h"

namespace braid {
namespace {

SyntaxTreePtr edited_tree(const SyntaxTree& tree, const std::vector<TextEdit>& edits) {
    auto text = std::make_shared<std::string>();
    uint32_t at = 0;
    for (const TextEdit& edit : edits) {
        text->append(tree.text().substr(at, edit.range.begin - at)).append(edit.replacement);
        at = edit.range.end;
    }
    text->append(tree.text().substr(at));
    return tree.grammar().parse(std::move(text));
}

int error_count(QueryContext& context, FileId file) {
    auto found = context.get<FileDiagnostics>(file);
    return int(std::count_if(found->begin(), found->end(),
                             [](const Diagnostic& each) { return each.severity == Severity::Error; }));
}

}  // namespace

ScratchProgram::ScratchProgram(QueryContext& context, const std::vector<FileEdits>& edits) {
    auto sources = *context.get<SourceFiles>();
    database_.write([&](InputWriter& writer) {
        for (FileId file : sources) {
            auto tree = context.get<FileTree>(file);
            if (!tree || !*tree) continue;
            auto edited = std::find_if(edits.begin(), edits.end(), [&](const FileEdits& e) { return e.file == file; });
            writer.set<FileTree>(file, edited == edits.end() ? *tree : edited_tree(**tree, edited->edits),
                                 is_std(file) ? Durability::High : Durability::Low);
        }
        writer.set<SourceFiles>(NoKey{}, sources, Durability::Medium);
    });
}

std::optional<std::string> first_added_error(QueryContext& context, const std::vector<FileEdits>& edits) {
    ScratchProgram scratch(context, edits);
    Snapshot after = scratch.snapshot();
    for (const FileEdits& each : edits) {
        context.check_cancelled();
        auto count = after.run([&](QueryContext& changed) { return error_count(changed, each.file); });
        if (!count) return std::string("the program could not be analyzed");
        if (*count <= error_count(context, each.file)) continue;
        std::multiset<std::string> before;
        for (const Diagnostic& known : *context.get<FileDiagnostics>(each.file)) before.insert(known.message);
        auto fresh = after.run([&](QueryContext& changed) {
            for (const Diagnostic& d : *changed.get<FileDiagnostics>(each.file))
                if (auto known = before.find(d.message); known != before.end()) before.erase(known);
                else if (d.severity == Severity::Error) return d.message;
            return std::string("the program would have more errors");
        });
        return fresh.value_or("the program could not be analyzed");
    }
    return std::nullopt;
}

int added_errors(QueryContext& context, const std::vector<FileEdits>& edits) {
    ScratchProgram scratch(context, edits);
    Snapshot after = scratch.snapshot();
    int added = 0;
    for (const FileEdits& each : edits) {
        context.check_cancelled();
        auto count = after.run([&](QueryContext& changed) { return error_count(changed, each.file); });
        added += count.value_or(1 << 20) - error_count(context, each.file);
    }
    return added;
}

}  // namespace braid
