#include "analyzer/checks/discarded.h"

#include "analyzer/semantics/body_walk.h"

namespace braid::checks {

void for_each_discarded(const Body& body, const std::function<void(BodyFunctionId, ExprId)>& f) {
    for (uint32_t i = 0; i < body.functions.size(); ++i) {
        const BodyFunction& function = body.functions[i];
        // The value of a function without a result is thrown away too, and so is that of its last block.
        auto drops_value = [&](ExprId id) {
            return id == function.root && function.result && function.result->is(TypeKind::Unit);
        };
        walk_expressions(body, function.root, [&](ExprId id) {
            if (auto* block = body.as<hir::Block>(id)) {
                for (ExprId statement : block->statements) f(BodyFunctionId(i), statement);
                if (block->value != ExprId::None && (drops_value(id) || body[id].type->is(TypeKind::Unit)))
                    f(BodyFunctionId(i), block->value);
            } else if (drops_value(id)) {
                f(BodyFunctionId(i), id);
            } else if (auto* loop = body.as<hir::Loop>(id)) {
                if (loop->update != ExprId::None) f(BodyFunctionId(i), loop->update);
            }
        });
    }
}

}  // namespace braid::checks
