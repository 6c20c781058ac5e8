#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/language.h"

// assign-to-immutable: something is written or lent mutably that was declared not to change.
//
//     let count = 0
//     count = 1            # assigned a second time without `mut`
//
// Writing through a `&mut` or a guard needs no `mut` on the name that holds it; writing through a `&` is never allowed.
// A `let` without a value may be assigned once on each way: a forward dataflow finds the second time. What rustc calls
// E0384, E0594 and E0596.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;  // not the place in the source

/// Who does not allow a place to change.
struct Obstacle {
    enum Kind : uint8_t { None, Variable, SharedBorrow, Static } kind = None;
    Place reference;  // SharedBorrow: what holds the `&`
    ItemId item = ItemId::None;
};

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBodies& bodies, const MirBody& body,
             const std::set<uint32_t>& assignments, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), bodies_(bodies), body_(body), assignments_(assignments), out_(out) {}

    void run() {
        note_statics();
        for (const Block& block : body_.blocks) {
            if (block.is_cleanup) continue;
            for (const Statement& s : block.statements)
                if (!is_unique_capture(body_, block, s)) check(s);
        }
        check_second_assignments();
    }

  private:
    void note_statics() {
        for (const Block& block : body_.blocks)
            for (const Statement& s : block.statements) {
                auto* assign = std::get_if<Assign>(&s.kind);
                auto* value = assign ? std::get_if<StaticRefOf>(&assign->value) : nullptr;
                if (value && assign->place.is_local()) statics_[assign->place.local] = value->item;
            }
    }

    void check(const Statement& s) {
        if (auto* assign = std::get_if<Assign>(&s.kind)) {
            if (!assign->place.is_local()) check_write(assign->place, s.node, "assigned to");
            auto* borrow = std::get_if<BorrowOf>(&assign->value);
            bool unique = borrow && (borrow->kind == BorrowKind::Mutable || borrow->kind == BorrowKind::TwoPhase);
            if (!unique) return;
            check_write(borrow->place, looks_at(body_, s), "borrowed mutably");
        } else if (auto* set = std::get_if<SetElement>(&s.kind)) {
            if (auto* object = read_place(set->object)) check_write(*object, s.node, "assigned to");
        }
    }

    /// A closure that writes through a `&mut` of the function around it has that to itself, as long as it does not
    /// give the variable another one.
    bool is_unique_capture(const MirBody& body, const Block& block, const Statement& s) const {
        auto* assign = std::get_if<Assign>(&s.kind);
        auto* borrow = assign ? std::get_if<BorrowOf>(&assign->value) : nullptr;
        if (!borrow || borrow->kind != BorrowKind::Mutable || !assign->place.is_local()) return false;
        Type type = place_type(context_, body, borrow->place);
        return type->is(TypeKind::Reference) && type->has(TypeMutable) &&
               std::any_of(block.statements.begin(), block.statements.end(), [&](const Statement& other) {
                   auto* made = std::get_if<Assign>(&other.kind);
                   auto* closure = made ? std::get_if<ClosureOf>(&made->value) : nullptr;
                   if (!closure) return false;
                   for (size_t i = 0; i < closure->captures.size(); ++i)
                       if (auto* place = read_place(closure->captures[i]);
                           place && place->is_local() && place->local == assign->place.local)
                           return !rebinds(bodies_.functions[uint32_t(closure->function)], i);
                   return false;
               });
    }

    /// Whether the closure assigns to its capture itself, or lends it to be assigned to.
    bool rebinds(const MirBody& closure, size_t capture) const {
        auto is_captured = [local = Local(1 + closure.parameter_count + capture)](const Place& place) {
            return place.local == local && place.projections.size() == 1;
        };
        for (const Block& block : closure.blocks) {
            for (const Statement& s : block.statements) {
                auto* assign = std::get_if<Assign>(&s.kind);
                if (!assign) continue;
                auto* borrow = std::get_if<BorrowOf>(&assign->value);
                bool lends = borrow && borrow->kind != BorrowKind::Shared && is_captured(borrow->place);
                if (is_captured(assign->place) || (lends && !is_unique_capture(closure, block, s))) return true;
            }
            bool written = false;
            for_each_successor(block.terminator, [&](BlockId, const Place* destination) {
                written |= destination && is_captured(*destination);
            });
            if (written) return true;
        }
        return false;
    }

    Obstacle obstacle(const Place& place) const {
        Place prefix{place.local, {}};
        Obstacle found;
        const LocalDeclaration& root = body_.locals[place.local];
        bool owned = true;  // no reference between the variable and here
        for (const Projection& projection : place.projections) {
            if (std::holds_alternative<Deref>(projection)) {
                Type type = place_type(context_, body_, prefix);
                bool slot = prefix.is_local() && root.is_slot;
                if (auto known = statics_.find(place.local); known != statics_.end() && prefix.is_local())
                    return {Obstacle::Static, prefix, known->second};
                if (!slot) owned = false;
                if (!slot && type->is(TypeKind::Reference) && !type->has(TypeMutable) && found.kind == Obstacle::None)
                    found = {Obstacle::SharedBorrow, prefix};
            }
            prefix.projections.push_back(projection);
        }
        bool named = !root.name.empty() && root.kind != LocalKind::Temporary;
        if (owned && named && !root.is_mutable) return {Obstacle::Variable, {place.local, {}}};
        return found;
    }

    void check_write(const Place& place, uint32_t node, std::string_view how) {
        if (body_.locals[place.local].is_alias) return;
        Obstacle by = obstacle(place);
        if (by.kind == Obstacle::None) return;
        std::string name = describe(context_, body_, place);
        if (name.empty()) name = "this";
        else name = fmt::format("`{}`", name);
        if (by.kind == Obstacle::Static) {
            if (!reported_.insert({place.local, node}).second) return;
            bool constant = kind_of(by.item) == ItemKind::Constant;
            ItemDiagnostic d =
                diagnostic(DiagnosticCode::AssignToImmutable, {item_, node},
                           constant ? fmt::format("`{}` is a constant and cannot be {}", name_of(by.item).text(), how)
                                    : fmt::format("`{}` is a static and cannot be {}; put what changes into a `Mutex` "
                                                  "or an `Atomic`",
                                                  name_of(by.item).text(), how));
            out_.push_back(std::move(d));
            return;
        }
        if (by.kind == Obstacle::Variable) return report_variable(place.local, name, node, how);
        if (!reported_.insert({by.reference.local, 0}).second) return;
        std::string reference = describe(context_, body_, by.reference);
        const LocalDeclaration& holder = body_.locals[by.reference.local];
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::AssignToImmutable, {item_, node},
                       reference.empty() || fmt::format("`{}`", reference) == name
                           ? fmt::format("{} cannot be {}: it is behind a `&`, which only looks", name, how)
                           : fmt::format("{} cannot be {}: `{}` is a `&`, which only looks", name, how, reference));
        if (!holder.name.empty() && holder.node != 0)
            d.related.push_back({{item_, holder.node},
                                 fmt::format("`{}` has type `{}`; `&mut` would allow it", holder.name.text(),
                                             print_type(item_, holder.type))});
        out_.push_back(std::move(d));
    }

    void report_variable(Local local, const std::string& what, uint32_t node, std::string_view how) {
        if (!reported_.insert({local, 0}).second) return;
        const LocalDeclaration& variable = body_.locals[local];
        std::string name(variable.name.text());
        ItemDiagnostic d = diagnostic(DiagnosticCode::AssignToImmutable, {item_, node},
                                      fmt::format("{} is {}, but `{}` is not declared `mut`", what, how, name));
        story(d, variable);
        out_.push_back(std::move(d));
    }

    void story(ItemDiagnostic& d, const LocalDeclaration& variable) {
        uint32_t declared = variable.source == LocalId::None ? variable.node : (*bodies_.body)[variable.source].node;
        d.related.push_back({{item_, declared}, "declared here without `mut`"});
        d.fixes.push_back({fmt::format("declare `{}` as `mut`", variable.name.text()),
                           {{{item_, declared}, ItemDiagnostic::FixEdit::InsertBefore, "mut "}}});
    }

    // ---- a variable that is assigned again ----

    using State = std::set<Local>;  // variables without `mut` that may have a value

    void check_second_assignments() {
        std::set<Local> tracked;
        for (const Block& block : body_.blocks)
            for (const Statement& s : block.statements)
                if (auto local = assigned_again(s)) tracked.insert(*local);
        if (tracked.empty()) return;
        State start;
        for (Local local : tracked)
            if (body_.locals[local].kind != LocalKind::Variable) start.insert(local);
        bool reporting = false;
        const LastUses assigned = LastUses::of_assignments(body_);
        auto transfer = [&](BlockId id, State state, auto&& leaving) {
            const Block& block = body_.blocks[id];
            std::erase_if(state, [&](Local local) { return assigned.is_over(local, id); });
            if (block.unwind != kNoBlock) leaving(block.unwind, state);
            for (const Statement& s : block.statements) {
                if (auto* live = std::get_if<StorageLive>(&s.kind)) state.erase(live->local);
                auto* assign = std::get_if<Assign>(&s.kind);
                if (!assign || !assign->place.is_local() || !tracked.count(assign->place.local)) continue;
                if (reporting && assignments_.count(s.node) && state.count(assign->place.local))
                    report_again(assign->place.local, s.node);
                state.insert(assign->place.local);
            }
            for_each_successor(block.terminator, [&](BlockId target, const Place* destination) {
                State edge = state;
                if (destination && destination->is_local() && tracked.count(destination->local))
                    edge.insert(destination->local);
                leaving(target, edge);
            });
        };
        auto entry = forward_dataflow(body_, std::move(start), transfer, Union());
        reporting = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id] && !body_.blocks[id].is_cleanup) transfer(id, *entry[id], [](BlockId, const State&) {});
    }

    std::optional<Local> assigned_again(const Statement& s) const {
        auto* assign = std::get_if<Assign>(&s.kind);
        if (!assign || !assign->place.is_local() || !assignments_.count(s.node)) return std::nullopt;
        const LocalDeclaration& local = body_.locals[assign->place.local];
        if (local.name.empty() || local.is_mutable || local.is_alias) return std::nullopt;
        return assign->place.local;
    }

    void report_again(Local local, uint32_t node) {
        if (has_no_value_yet(local) || !reported_.insert({local, 0}).second) return;
        const LocalDeclaration& variable = body_.locals[local];
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::AssignToImmutable, {item_, node},
            variable.kind == LocalKind::Parameter
                ? fmt::format("the parameter `{}` is assigned to, but is not declared `mut`", variable.name.text())
                : fmt::format("`{}` is assigned a second time, but is not declared `mut`", variable.name.text()));
        story(d, variable);
        out_.push_back(std::move(d));
    }

    /// It was said already that assigning to the variable does not give it its value on every way.
    bool has_no_value_yet(Local local) const {
        return std::any_of(out_.begin(), out_.end(), [&](const ItemDiagnostic& d) {
            return d.code == DiagnosticCode::UninitializedUse && !d.related.empty() &&
                   d.related[0].location.node == body_.locals[local].node;
        });
    }

    QueryContext& context_;
    ItemId item_;
    const MirBodies& bodies_;
    const MirBody& body_;
    const std::set<uint32_t>& assignments_;  // that the program writes
    std::vector<ItemDiagnostic>& out_;
    std::map<Local, ItemId> statics_;
    std::set<std::pair<Local, uint32_t>> reported_;
};

}  // namespace

void assign_to_immutable(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (language_of(item).has_any) return;
    auto bodies = context.get<BuiltMir>(item);
    std::set<uint32_t> assignments;
    for (const Expr& e : bodies->body->expressions)
        if (std::holds_alternative<hir::Assign>(e.data) || std::holds_alternative<hir::CompoundAssign>(e.data) ||
            std::holds_alternative<hir::Increment>(e.data))
            assignments.insert(e.node);
    for (const MirBody& body : bodies->functions) Analysis(context, item, *bodies, body, assignments, out).run();
}

}  // namespace braid::checks
