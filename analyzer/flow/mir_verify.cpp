#include <fmt/format.h>

#include "analyzer/flow/mir_walk.h"

namespace braid::mir {
namespace {

/// First violation in one body, "" when it is well formed.
std::string violation(const MirBody& body) {
    std::string found;
    auto complain = [&](std::string text) {
        if (found.empty()) found = std::move(text);
    };
    auto check_place = [&](const Place& place, BlockId block) {
        if (place.local >= body.locals.size())
            complain(fmt::format("bb{}: local _{} is not declared", block, place.local));
        for (const Projection& p : place.projections)
            if (auto* index = std::get_if<IndexOf>(&p); index && index->index >= body.locals.size())
                complain(fmt::format("bb{}: index local _{} is not declared", block, index->index));
    };
    if (body.blocks.empty()) return "no entry block";
    if (body.locals.size() < 1 + body.parameter_count + body.capture_count) return "parameters without locals";
    for (const LocalDeclaration& local : body.locals)
        if (!local.type) complain("a local without a type");
    for (BlockId id = 0; id < body.blocks.size(); ++id) {
        const Block& block = body.blocks[id];
        auto operand = [&](const Operand& o) {
            if (auto* place = read_place(o)) check_place(*place, id);
        };
        auto read = [&](const Place& place) { check_place(place, id); };
        for (const Statement& s : block.statements) {
            for_each_operand(s, operand, read);
            if (auto* assign = std::get_if<Assign>(&s.kind)) check_place(assign->place, id);
        }
        for_each_operand(block.terminator, operand);
        for_each_successor(block.terminator, [&](BlockId target, const Place* written) {
            if (target >= body.blocks.size()) complain(fmt::format("bb{}: successor bb{} is out of range", id, target));
            if (written) check_place(*written, id);
        });
        if (block.unwind != kNoBlock && block.unwind >= body.blocks.size())
            complain(fmt::format("bb{}: unwind target out of range", id));
        if (block.is_handler && block.error_local >= body.locals.size())
            complain(fmt::format("bb{}: handler without error", id));
        if (auto* drop = std::get_if<Drop>(&block.terminator.kind)) check_place(drop->place, id);
    }
    return found;
}

}  // namespace

std::string verify(const MirBodies& bodies) {
    for (size_t i = 0; i < bodies.functions.size(); ++i)
        if (std::string text = violation(bodies.functions[i]); !text.empty())
            return fmt::format("function {}: {}", i, text);
    if (bodies.guard)
        if (std::string text = violation(*bodies.guard); !text.empty()) return "guard: " + text;
    return {};
}

}  // namespace braid::mir
