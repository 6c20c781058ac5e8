#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/body_walk.h"

// data-race on a captured variable: a task assigns to a variable of its spawner that the spawner, another task, or
// another run of the same task still uses.
//
//     let mut count = 0
//     go fn(): count += 1     # assigned in the task …
//     println(count)          # … and read here, in no order
//
// `move fn():` asks for a copy of the task's own and is silent. State behind a lock is not a captured variable that is
// assigned: the guard is.
namespace braid::checks {
namespace {

using namespace hir;

struct Assignment {
    LocalId local;
    uint32_t node;
};

/// The variable at the bottom of an assigned expression: `x`, `x.a`, `x[i]`; none behind a reference or a guard.
std::optional<LocalId> assigned_local(const Body& body, ExprId place) {
    while (place != ExprId::None) {
        const ExprData& data = body[place].data;
        if (auto* local = std::get_if<LocalRef>(&data)) return local->local;
        if (auto* field = std::get_if<Field>(&data)) place = field->base;
        else if (auto* index = std::get_if<Index>(&data)) place = index->base;
        else return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Assignment> first_assignment(const Body& body, const BodyFunction& function, LocalId local) {
    std::optional<Assignment> found;
    walk_expressions(body, function.root, [&](ExprId id) {
        if (found) return;
        ExprId place = ExprId::None;
        if (auto* a = body.as<Assign>(id)) place = a->place;
        else if (auto* c = body.as<CompoundAssign>(id)) place = c->place;
        else if (auto* i = body.as<Increment>(id)) place = i->place;
        else if (auto* b = body.as<Borrow>(id); b && b->is_mutable) place = b->place;
        auto target = place == ExprId::None ? std::nullopt : assigned_local(body, place);
        if (target == local) found = Assignment{local, body[id].node};
    });
    return found;
}

/// Looks for uses of a variable after the task was made, in the function that made it.
class Spawner {
  public:
    Spawner(const mir::MirBodies& bodies, BodyFunctionId task) {
        for (const mir::MirBody& body : bodies.functions)
            for (mir::BlockId block = 0; block < body.blocks.size(); ++block)
                for (size_t i = 0; i < body.blocks[block].statements.size(); ++i) {
                    auto* assign = std::get_if<mir::Assign>(&body.blocks[block].statements[i].kind);
                    auto* closure = assign ? std::get_if<mir::ClosureOf>(&assign->value) : nullptr;
                    if (closure && closure->function == task) {
                        body_ = &body;
                        block_ = block;
                        statement_ = i;
                    }
                }
    }

    struct Found {
        uint32_t node;
        bool same_task_again = false;
        BodyFunctionId other_closure = BodyFunctionId::None;
    };

    std::optional<Found> use_after(LocalId local) const {
        if (!body_) return std::nullopt;
        std::vector<bool> seen(body_->blocks.size(), false);
        std::vector<mir::BlockId> work;
        if (auto found = scan(block_, statement_ + 1, local)) return found;
        auto follow = [&](mir::BlockId from) {
            mir::for_each_successor(body_->blocks[from].terminator, [&](mir::BlockId to, const mir::Place*) {
                if (!seen[to]) seen[to] = true, work.push_back(to);
            });
        };
        follow(block_);
        while (!work.empty()) {
            mir::BlockId block = work.back();
            work.pop_back();
            if (ended_by(block, local)) continue;  // a new variable of the next round
            if (auto found = scan(block, 0, local)) return found;
            if (block == block_) return Found{body_->blocks[block].statements[statement_].node, true};
            follow(block);
        }
        return std::nullopt;
    }

  private:
    bool is(const mir::Place& place, LocalId local) const { return body_->locals[place.local].source == local; }

    bool ended_by(mir::BlockId block, LocalId local) const {
        for (const mir::Statement& s : body_->blocks[block].statements)
            if (auto* live = std::get_if<mir::StorageLive>(&s.kind); live && body_->locals[live->local].source == local)
                return true;
        return false;
    }

    std::optional<Found> scan(mir::BlockId id, size_t from, LocalId local) const {
        const mir::Block& block = body_->blocks[id];
        std::optional<Found> found;
        auto operand = [&](const mir::Operand& o, uint32_t node) {
            auto* place = mir::read_place(o);
            if (!place || found || !is(*place, local)) return;
            auto* copy = std::get_if<mir::Copy>(&o);
            found = Found{copy && copy->node ? copy->node : node};
        };
        for (size_t i = from; i < block.statements.size() && !found; ++i) {
            const mir::Statement& s = block.statements[i];
            if (auto* dead = std::get_if<mir::StorageDead>(&s.kind); dead && body_->locals[dead->local].source == local)
                return found;
            for_each_operand(
                s, [&](const mir::Operand& o) { operand(o, s.node); },
                [&](const mir::Place& p) {
                    if (!found && is(p, local)) found = Found{s.node};
                });
            auto* assign = std::get_if<mir::Assign>(&s.kind);
            if (assign && !found && is(assign->place, local)) found = Found{s.node};
            auto* closure = assign ? std::get_if<mir::ClosureOf>(&assign->value) : nullptr;
            if (found && closure) {
                if (id == block_ && i == statement_) found->same_task_again = true;
                else found->other_closure = closure->function;
            }
        }
        if (!found)
            for_each_operand(block.terminator, [&](const mir::Operand& o) { operand(o, block.terminator.node); });
        return found;
    }

    const mir::MirBody* body_ = nullptr;
    mir::BlockId block_ = 0;
    size_t statement_ = 0;
};

}  // namespace

void data_race(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto body = context.get<BodyOf>(item);
    bool any = std::any_of(body->functions.begin(), body->functions.end(),
                           [](const BodyFunction& f) { return f.is_task && !f.is_move; });
    if (!any) return;
    auto bodies = context.get<BuiltMir>(item);
    for (uint32_t i = 0; i < body->functions.size(); ++i) {
        const BodyFunction& task = body->functions[i];
        if (!task.is_task || task.is_move) continue;
        for (const Capture& capture : task.captures) {
            if (capture.mode != CaptureMode::Copy) continue;  // a move leaves the spawner nothing to use
            auto written = first_assignment(*body, task, capture.local);
            if (!written) continue;
            auto use = Spawner(*bodies, BodyFunctionId(i)).use_after(capture.local);
            if (!use) continue;
            std::string_view name = (*body)[capture.local].name.text();
            bool other_task = use->other_closure != BodyFunctionId::None && (*body)[use->other_closure].is_task;
            std::string_view who = use->same_task_again ? "another run of the same task"
                                   : other_task         ? "another task"
                                                        : "its spawner";
            ItemDiagnostic d = diagnostic(DiagnosticCode::DataRace, {item, written->node},
                                          fmt::format("`{}` is assigned in a task while {} still uses it", name, who));
            d.related.push_back({{item, task.node}, "the task is started here"});
            if (use->same_task_again)
                d.related.push_back({{item, use->node}, "and started again by the next round of the loop"});
            else
                d.related.push_back(
                    {{item, use->node}, fmt::format("`{}` is used here, in no order with the task", name)});
            d.fixes.push_back({fmt::format("give the task its own copy of `{}`", name),
                               {{{item, task.node}, ItemDiagnostic::FixEdit::InsertBefore, "move "}}});
            out.push_back(std::move(d));
        }
    }
}

}  // namespace braid::checks
