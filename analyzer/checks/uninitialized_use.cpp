#include <optional>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/language.h"

// uninitialized-use: a variable declared without a value is read on a way on which nothing was assigned to it.
//
//     let x: int
//     if flag:
//         x = 1
//     return x             # `x` may have no value yet
//
// A forward dataflow: the variables that may still be without a value. Where a declaration without a value gives
// `undefined`, the language says so itself while it narrows types.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;  // not the place in the source

class Analysis {
  public:
    Analysis(ItemId item, const MirBody& body, const std::set<LocalId>& declared, std::vector<ItemDiagnostic>& out)
        : item_(item), body_(body), out_(out) {
        for (Local local = 0; local < body.locals.size(); ++local)
            if (body.locals[local].kind == LocalKind::Variable && declared.count(body.locals[local].source))
                tracked_.insert(local);
    }

    void run() {
        if (tracked_.empty()) return;
        uses_.emplace(body_);
        auto entry = forward_dataflow(
            body_, State(), [&](BlockId id, State state, auto&& leaving) { transfer(id, std::move(state), leaving); },
            Union());
        reporting_ = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id] && !body_.blocks[id].is_cleanup) transfer(id, *entry[id], [](BlockId, const State&) {});
    }

  private:
    using State = std::set<Local>;  // without a value on some way

    void used(const State& state, const Place& place, uint32_t node) {
        if (reporting_ && state.count(place.local) && reported_.insert(place.local).second) report(place.local, node);
    }

    void operand(const State& state, const Operand& operand, uint32_t node) {
        auto* place = read_place(operand);
        if (!place) return;
        used(state, *place, node_of(operand, node));
    }

    static void written(State& state, const Place& place) {
        if (place.is_local()) state.erase(place.local);
    }

    template <typename F>
    void transfer(BlockId id, State state, F&& leaving) {
        const Block& block = body_.blocks[id];
        std::erase_if(state, [&](Local local) { return uses_->is_over(local, id); });
        if (block.unwind != kNoBlock) leaving(block.unwind, state);
        for (const Statement& s : block.statements) {
            for_each_operand(
                s, [&](const Operand& o) { operand(state, o, s.node); },
                [&](const Place& place) { used(state, place, looks_at(body_, s)); });
            if (auto* assign = std::get_if<Assign>(&s.kind)) {
                if (!assign->place.is_local()) used(state, assign->place, s.node);  // a part of what is not there
                written(state, assign->place);
            } else if (auto* live = std::get_if<StorageLive>(&s.kind)) {
                if (tracked_.count(live->local)) state.insert(live->local);
            } else if (auto* dead = std::get_if<StorageDead>(&s.kind)) {
                state.erase(dead->local);
            }
        }
        const uint32_t node = block.terminator.node;
        for_each_operand(block.terminator, [&](const Operand& o) { operand(state, o, node); });
        auto* select = std::get_if<SelectTerminator>(&block.terminator.kind);
        size_t arm = 0;
        for_each_successor(block.terminator, [&](BlockId target, const Place* destination) {
            if (select) operand(state, select->arms[arm++].value, node);
            State edge = state;
            if (destination) written(edge, *destination);
            leaving(target, edge);
        });
    }

    void report(Local local, uint32_t node) {
        const LocalDeclaration& variable = body_.locals[local];
        bool is_assigned = false;
        for (const Block& block : body_.blocks) {
            for (const Statement& s : block.statements)
                if (auto* assign = std::get_if<Assign>(&s.kind)) is_assigned |= writes(assign->place, local);
            for_each_successor(block.terminator, [&](BlockId, const Place* destination) {
                is_assigned |= destination && writes(*destination, local);
            });
        }
        const std::string_view name = variable.name.text();
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::UninitializedUse, {item_, node},
                       is_assigned ? fmt::format("`{}` may have no value yet: not every way here assigns one", name)
                                   : fmt::format("`{}` has no value yet", name));
        d.related.push_back({{item_, variable.node}, "declared here without a value"});
        out_.push_back(std::move(d));
    }

    static bool writes(const Place& place, Local local) { return place.is_local() && place.local == local; }

    ItemId item_;
    const MirBody& body_;
    std::optional<LastUses> uses_;  // where something is tracked
    std::vector<ItemDiagnostic>& out_;
    std::set<Local> tracked_, reported_;
    bool reporting_ = false;
};

/// What a `let` declares without a value.
std::set<LocalId> declared_without_value(const Body& body) {
    std::set<LocalId> locals;
    for (const Expr& e : body.expressions) {
        auto* let = std::get_if<hir::Let>(&e.data);
        if (!let || let->initializer != ExprId::None || let->pattern == PatternId::None) continue;
        if (auto* bind = std::get_if<hir::BindPattern>(&body[let->pattern].data)) locals.insert(bind->local);
    }
    return locals;
}

}  // namespace

void uninitialized_use(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (language_of(item).has_any) return;
    const std::set<LocalId> declared = declared_without_value(*context.get<BodyOf>(item));
    if (declared.empty()) return;
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions) Analysis(item, body, declared, out).run();
}

}  // namespace braid::checks
