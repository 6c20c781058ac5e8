#include "analyzer/checks/await_values.h"

#include <algorithm>
#include <string_view>

#include "analyzer/checks/calls.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/body_walk.h"

namespace braid::checks::awaits {

bool hands_over(const Body& source, const CallTerminator& call, const Block& block) {
    auto* executor = call.arguments.empty() ? nullptr : read_place(call.arguments.back());
    for (const Statement& s : block.statements) {
        auto* assign = std::get_if<Assign>(&s.kind);
        auto* closure = assign ? std::get_if<ClosureOf>(&assign->value) : nullptr;
        if (!closure || !executor) continue;
        const BodyFunction& function = source[closure->function];
        if (function.parameters.empty()) continue;
        bool kept = false;
        walk_expressions(source, function.root, [&](ExprId id) {
            auto* stored = source.as<hir::Call>(id);
            auto* set = source.as<hir::Assign>(id);
            static const std::set<std::string_view> kKeep = {"push", "enqueue", "add", "set", "unshift"};
            if (!set && !(stored && kKeep.count(checks::called_name(*stored)))) return;
            auto look = [&](ExprId part) {
                auto* local = source.as<hir::LocalRef>(part);
                kept |= local && local->local == function.parameters[0];
            };
            walk_expressions(source, id, [&](ExprId part) {
                look(part);
                // `push(() => resolve())`
                if (auto* wraps = source.as<hir::Closure>(part))
                    walk_expressions(source, source[wraps->function].root, look);
            });
        });
        if (kept) return true;
    }
    return false;
}

bool is_program_object(Type type) {
    if (type->is(TypeKind::Union))
        return std::any_of(type->arguments.begin(), type->arguments.end(), is_program_object);
    return type->is(TypeKind::Nominal) && !is_std(file_of(type->item));
}

}  // namespace braid::checks::awaits
