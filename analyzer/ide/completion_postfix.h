#pragma once
#include "analyzer/ide/completion.h"
#include "analyzer/ide/completion_place.h"

namespace braid {

/// `value.if`: the statements that may be made of a value which is a statement by itself.
std::vector<CompletionItem> postfix_items(const EditingRules& rules, const SyntaxTree& tree,
                                          const CompletionPlace& place);

}  // namespace braid
