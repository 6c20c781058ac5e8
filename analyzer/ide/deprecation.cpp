#include "analyzer/ide/deprecation.h"

#include <optional>

#include "analyzer/semantics/language.h"

namespace braid {
namespace {

constexpr std::string_view kMarks[] = {"@deprecated", "Deprecated:"};

/// What follows the mark, to the end of its line.
std::optional<std::string> advice_of(std::string_view documentation) {
    while (!documentation.empty()) {
        size_t end = std::min(documentation.find('\n'), documentation.size());
        std::string_view line = documentation.substr(0, end);
        documentation.remove_prefix(std::min(end + 1, documentation.size()));
        line.remove_prefix(std::min(line.find_first_not_of(" \t*"), line.size()));
        for (std::string_view mark : kMarks) {
            if (!line.starts_with(mark)) continue;
            line.remove_prefix(mark.size());
            line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
            return std::string(line);
        }
    }
    return std::nullopt;
}

bool may_hold_marks(std::string_view text) {
    for (std::string_view mark : kMarks)
        if (text.find(mark) != std::string_view::npos) return true;
    return false;
}

}  // namespace

DeprecatedItems::Value DeprecatedItems::compute(QueryContext& context, const Key& file) {
    Value found;
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree || !may_hold_marks((*tree)->text())) return found;
    for (const ItemEntry& entry : context.get<FileItems>(file)->entries) {
        if (kind_of(entry.item) == ItemKind::File) continue;
        if (auto advice = advice_of(language_of(entry.item).documentation(context, entry.item)))
            found.emplace(entry.item, std::move(*advice));
    }
    return found;
}

AllDeprecated::Value AllDeprecated::compute(QueryContext& context, const Key&) {
    Value all;
    for (FileId file : *context.get<SourceFiles>()) {
        auto of_file = context.get<DeprecatedItems>(file);
        all.insert(of_file->begin(), of_file->end());
    }
    return all;
}

}  // namespace braid
