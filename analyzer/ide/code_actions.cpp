#include "analyzer/ide/code_actions.h"

namespace braid {
namespace {

constexpr std::string_view kKindNames[] = {
#define X(Name, text) text,
    BRAID_CODE_ACTION_KINDS(X)
#undef X
};

}  // namespace

std::span<const std::string_view> code_action_kind_names() { return kKindNames; }

std::vector<CodeAction> code_actions(QueryContext&, FileId, TextRange) { return {}; }
std::vector<CodeAction> organize_imports(QueryContext&, FileId) { return {}; }

}  // namespace braid
