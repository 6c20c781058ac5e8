#include "analyzer/checks/checks.h"

namespace braid {

std::vector<ItemDiagnostic> CheckDiagnostics::compute(QueryContext& context, const Key& item) {
    std::vector<ItemDiagnostic> out;
    if (context.get<BodyOf>(item)->has_errors) return out;
#define CHECK(function)        \
    context.check_cancelled(); \
    checks::function(context, item, out);
#include "analyzer/checks/checks.def"
#undef CHECK
    return out;
}

}  // namespace braid
