#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"

// use-after-move: a value is read on some way after it was given away.
//
//     sender.send(data)
//     println(data)        # `data` was moved
//
// A forward dataflow over places: which may have been moved out of, and where. A move of a part makes the whole
// unusable; a move of the whole makes every part so. Writing a place gives it a value again.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;  // not the place in the source

/// A place as a key: the local and the fields below it. Only these are tracked; moving out from behind a reference or
/// out of a list element is another rule's business.
using Path = std::vector<uint32_t>;

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBodies& bodies, const MirBody& body,
             std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), bodies_(bodies), body_(body), uses_(body), out_(out) {}

    void run() {
        note_once_closures();
        auto entry = forward_dataflow(
            body_, State(), [&](BlockId id, State state, auto&& leaving) { transfer(id, std::move(state), leaving); },
            merge);
        reporting_ = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id] && !body_.blocks[id].is_cleanup) transfer(id, *entry[id], [](BlockId, const State&) {});
    }

  private:
    using Sites = std::set<uint32_t>;  // nodes of the moves
    using State = std::map<Path, Sites>;

    static bool merge(State& into, const State& from) {
        bool changed = false;
        for (const auto& [path, sites] : from) {
            Sites& mine = into[path];
            size_t before = mine.size();
            mine.insert(sites.begin(), sites.end());
            changed |= mine.size() != before;
        }
        return changed;
    }

    /// Variables that hold a closure which gives away what it captured: it can be called once.
    void note_once_closures() {
        for (const Block& block : body_.blocks)
            for (const Statement& s : block.statements) {
                auto* assign = std::get_if<Assign>(&s.kind);
                auto* closure = assign ? std::get_if<ClosureOf>(&assign->value) : nullptr;
                if (!closure || !assign->place.is_local() || body_.locals[assign->place.local].name.empty()) continue;
                if (auto given = given_away(bodies_.functions[uint32_t(closure->function)]))
                    once_[assign->place.local] = *given;
            }
    }

    struct Given {
        uint32_t node = 0;  // in the closure
        std::string name;
    };
    static std::optional<Given> given_away(const MirBody& closure) {
        std::map<Local, Given> given;
        std::set<Local> written;
        for (const Block& block : closure.blocks) {
            auto look = [&](const Operand& o, uint32_t node) {
                auto* place = moved_place(o);
                if (!place || block.is_cleanup || place->projections.size() != 1) return;
                const LocalDeclaration& local = closure.locals[place->local];
                if (local.kind == LocalKind::Capture && local.is_slot)
                    given.try_emplace(place->local, Given{node_of(o, node), std::string(local.name.text())});
            };
            for (const Statement& s : block.statements) {
                for_each_operand(
                    s, [&](const Operand& o) { look(o, s.node); }, [](const Place&) {});
                if (auto* assign = std::get_if<Assign>(&s.kind)) written.insert(assign->place.local);
            }
            for_each_operand(block.terminator, [&](const Operand& o) { look(o, block.terminator.node); });
            for_each_successor(block.terminator, [&](BlockId, const Place* destination) {
                if (destination) written.insert(destination->local);
            });
        }
        for (const auto& [local, what] : given)
            if (!written.count(local)) return what;  // it is given no other value
        return std::nullopt;
    }

    /// The tracked part of a place; `exact`: all of it.
    Path path_of(const Place& place, bool& exact) const {
        Path path{place.local};
        exact = true;
        for (size_t i = 0; i < place.projections.size(); ++i) {
            const Projection& p = place.projections[i];
            bool slot = i == 0 && std::holds_alternative<Deref>(p) && body_.locals[place.local].is_slot;
            if (slot) continue;
            if (auto* field = std::get_if<FieldOf>(&p)) path.push_back(1 + field->index);
            else if (std::holds_alternative<Downcast>(p)) path.push_back(0);
            else {
                exact = false;
                break;
            }
        }
        return path;
    }

    void moved(State& state, const Place& place, uint32_t node) {
        if (body_.locals[place.local].name.empty()) return;
        bool exact;
        Path path = path_of(place, exact);
        if (exact) state[path].insert(node);
    }

    void written(State& state, const Place& place) {
        bool exact;
        Path path = path_of(place, exact);
        if (!exact) return;
        // The place and everything below it hold a value again.
        auto it = state.lower_bound(path);
        while (it != state.end() && it->first.size() >= path.size() &&
               std::equal(path.begin(), path.end(), it->first.begin()))
            it = state.erase(it);
    }

    void used(const State& state, const Place& place, uint32_t node) {
        if (!reporting_ || state.empty() || body_.locals[place.local].name.empty()) return;
        bool exact;
        Path path = path_of(place, exact);
        for (const auto& [gone, sites] : state) {
            size_t common = std::min(gone.size(), path.size());
            if (std::equal(gone.begin(), gone.begin() + common, path.begin())) return report(place, gone, sites, node);
        }
    }

    void operand(State& state, const Operand& o, uint32_t node) {
        auto* place = read_place(o);
        if (!place) return;
        uint32_t at = node_of(o, node);
        used(state, *place, at);
        if (moved_place(o)) moved(state, *place, at);
    }

    template <typename F>
    void transfer(BlockId id, State state, F&& leaving) {
        const Block& block = body_.blocks[id];
        std::erase_if(state, [&](const auto& moved) { return uses_.is_over(moved.first[0], id); });
        if (block.unwind != kNoBlock) leaving(block.unwind, state);
        for (const Statement& s : block.statements) {
            for_each_operand(
                s, [&](const Operand& o) { operand(state, o, s.node); },
                [&](const Place& place) { used(state, place, looks_at(body_, s)); });
            if (auto* assign = std::get_if<Assign>(&s.kind)) {
                bool exact;
                const bool whole = path_of(assign->place, exact).size() == 1 && exact;  // also through a slot
                if (!whole) base_used(state, assign->place, s.node);
                written(state, assign->place);
            } else if (auto* live = std::get_if<StorageLive>(&s.kind)) {
                written(state, Place{live->local, {}});
            } else if (auto* dead = std::get_if<StorageDead>(&s.kind)) {
                written(state, Place{dead->local, {}});
            }
        }
        uint32_t node = block.terminator.node;
        for_each_operand(block.terminator, [&](const Operand& o) { operand(state, o, node); });
        if (auto* call = std::get_if<CallTerminator>(&block.terminator.kind))
            if (auto* called = read_place(call->function_value);
                called && called->is_local() && std::holds_alternative<hir::ValueCallee>(call->callee) &&
                once_.count(called->local))
                moved(state, *called, node);
        if (block.unwind != kNoBlock) leaving(block.unwind, state);
        auto* select = std::get_if<SelectTerminator>(&block.terminator.kind);
        size_t arm = 0;
        for_each_successor(block.terminator, [&](BlockId target, const Place* destination) {
            State edge = state;
            if (select) operand(edge, select->arms[arm++].value, node);
            if (destination) written(edge, *destination);
            leaving(target, edge);
        });
    }

    /// `job.field = …` needs `job` itself, not the field that is written.
    void base_used(const State& state, const Place& place, uint32_t node) {
        Place base = place;
        base.projections.pop_back();
        bool exact;
        Path path = path_of(base, exact);
        for (const auto& [gone, sites] : state)
            if (gone.size() <= path.size() && std::equal(gone.begin(), gone.end(), path.begin()))
                return report(base, gone, sites, node);
    }

    void report(const Place& place, const Path& gone, const Sites& sites, uint32_t node) {
        if (!reported_.insert(gone[0]).second) return;  // one story per variable
        std::string name = describe(context_, body_, place);
        Type type = place_type(context_, body_, Place{gone[0], {}});
        uint32_t site = *sites.begin();
        bool in_loop = sites.count(node) != 0;
        bool exact = false;
        bool in_part = gone.size() > 1 && path_of(place, exact) != gone;
        std::string what = in_part   ? fmt::format("`{}` is used after a part of it was moved", name)
                           : in_loop ? fmt::format("`{}` is moved again: an earlier round of the loop moved it", name)
                                     : fmt::format("`{}` is used after it was moved", name);
        if (auto once = once_.find(gone[0]); once != once_.end() && !is_move_of_it(site)) {
            ItemDiagnostic d = diagnostic(
                DiagnosticCode::UseAfterMove, {item_, node},
                fmt::format("`{}` can be called only once: its call gives away `{}`", name, once->second.name));
            d.related.push_back(
                {{item_, site}, in_loop ? "it is called here, and the loop comes back" : "it is called here first"});
            d.related.push_back(
                {{item_, once->second.node}, fmt::format("`{}` is given away here", once->second.name)});
            out_.push_back(std::move(d));
            return;
        }
        ItemDiagnostic d = diagnostic(DiagnosticCode::UseAfterMove, {item_, node}, std::move(what));
        for (uint32_t moved_at : sites) {
            if (moved_at == node) continue;
            d.related.push_back({{item_, moved_at},
                                 fmt::format("`{}` is moved here{}",
                                             gone.size() > 1 ? name : std::string(body_.locals[gone[0]].name.text()),
                                             into_what(moved_at))});
        }
        if (in_loop)
            d.related.push_back({{item_, node}, fmt::format("`{}` is moved here, and the loop comes back", name)});
        uint32_t declared = body_.locals[gone[0]].node;
        d.related.push_back({{item_, declared},
                             fmt::format("`{}` has type `{}`, which is not Copy", body_.locals[gone[0]].name.text(),
                                         print_type(item_, body_.locals[gone[0]].is_slot ? type->element() : type))});
        if (!in_part && is_written_expression(*bodies_.body, site) && has_std_trait(context_, type, "Clone"))
            d.fixes.push_back(
                {"clone the value that is moved", {{{item_, site}, ItemDiagnostic::FixEdit::InsertAfter, ".clone()"}}});
        out_.push_back(std::move(d));
    }

    /// The site is a move of the closure itself, not a call of it.
    bool is_move_of_it(uint32_t site) const {
        for (const Block& block : body_.blocks)
            if (std::holds_alternative<CallTerminator>(block.terminator.kind) && block.terminator.node == site)
                return false;
        return true;
    }

    /// Says more where a move is a capture.
    std::string into_what(uint32_t node) const {
        for (const BodyFunction& f : bodies_.body->functions)
            for (const Capture& c : f.captures)
                if (c.node == node && c.mode == CaptureMode::Move)
                    return f.is_task ? ", into the task" : ", into the closure";
        return {};
    }

    QueryContext& context_;
    ItemId item_;
    const MirBodies& bodies_;
    const MirBody& body_;
    LastUses uses_;
    std::vector<ItemDiagnostic>& out_;
    std::set<uint32_t> reported_;
    std::map<Local, Given> once_;
    bool reporting_ = false;
};

}  // namespace

void use_after_move(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions) Analysis(context, item, *bodies, body, out).run();
}

}  // namespace braid::checks
