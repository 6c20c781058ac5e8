#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// use-after-transfer: `transfer(x)` moves a value to another isolate; afterwards this side has nothing.
//
//     worker.postMessage(transfer(data));
//     println(data.length);                // throws
//
// A forward dataflow over the variables that were transferred; a new value makes them usable again.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;

struct Variable {
    Local local = kNoLocal;
    ItemId module_variable = ItemId::None;
    friend auto operator<=>(const Variable&, const Variable&) = default;
};
using State = std::map<Variable, uint32_t>;  // node of the transfer

class Analysis {
  public:
    Analysis(ItemId item, const MirBody& body, std::vector<ItemDiagnostic>& out) : item_(item), body_(body), out_(out) {
        for (const Block& block : body.blocks) {
            for (const Statement& s : block.statements)
                if (auto* assign = std::get_if<Assign>(&s.kind))
                    if (auto* ref = std::get_if<StaticRefOf>(&assign->value)) statics_[assign->place.local] = ref->item;
            transfers_ |= is_transfer(block.terminator);
        }
    }

    void run() {
        if (!transfers_) return;
        auto entry = forward_dataflow_of_blocks(
            body_, State(), [&](BlockId id, State& state) { transfer(id, state); }, Union());
        reporting_ = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id]) transfer(id, *entry[id]);
    }

  private:
    static bool is_transfer(const Terminator& t) {
        auto* call = std::get_if<CallTerminator>(&t.kind);
        auto* direct = call ? std::get_if<hir::DirectCallee>(&call->callee) : nullptr;
        return direct && direct->function != ItemId::None && is_std(file_of(direct->function)) &&
               name_of(direct->function).text() == "transfer" && !call->arguments.empty();
    }

    std::optional<Variable> variable(const Place& place) const {
        if (auto it = statics_.find(place.local); it != statics_.end())
            return place.projections.empty() ? std::nullopt : std::optional(Variable{kNoLocal, it->second});
        if (body_.locals[place.local].name.empty()) return std::nullopt;
        return Variable{place.local, ItemId::None};
    }

    void used(const State& state, const Place& place, uint32_t node) {
        auto used = variable(place);
        auto it = used ? state.find(*used) : state.end();
        if (!reporting_ || it == state.end() || !reported_.insert(node).second) return;
        std::string_view name =
            used->local == kNoLocal ? name_of(used->module_variable).text() : body_.locals[used->local].name.text();
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::UseAfterTransfer, {item_, node},
                       fmt::format("`{}` is used after `transfer` has moved it to another isolate", name));
        d.related.push_back({{item_, it->second}, "transferred here"});
        d.related.push_back(
            {{item_, node}, it->second == node ? "transferred again by the next round" : "used again here"});
        out_.push_back(std::move(d));
    }

    void operand(const State& state, const Operand& o, uint32_t node) {
        if (auto* place = read_place(o)) used(state, *place, node_of(o, node));
    }

    void transfer(BlockId id, State& state) {
        for (const Statement& s : body_.blocks[id].statements) {
            for_each_operand(
                s, [&](const Operand& o) { operand(state, o, s.node); },
                [&](const Place& place) { used(state, place, s.node); });
            if (auto* live = std::get_if<StorageLive>(&s.kind)) state.erase({live->local, ItemId::None});
            auto* assign = std::get_if<Assign>(&s.kind);
            if (!assign) continue;
            bool whole = assign->place.is_local() ||
                         (statics_.count(assign->place.local) && assign->place.projections.size() == 1);
            if (auto set = variable(assign->place); set && whole) state.erase(*set);
        }
        const Terminator& t = body_.blocks[id].terminator;
        for_each_operand(t, [&](const Operand& o) { operand(state, o, t.node); });
        if (!is_transfer(t)) return;
        auto* place = read_place(std::get<CallTerminator>(t.kind).arguments[0]);
        bool whole = place && (place->is_local() || (statics_.count(place->local) && place->projections.size() == 1));
        if (auto moved = whole ? variable(*place) : std::nullopt) state[*moved] = t.node;
    }

    ItemId item_;
    const MirBody& body_;
    std::vector<ItemDiagnostic>& out_;
    std::map<Local, ItemId> statics_;
    std::set<uint32_t> reported_;
    bool transfers_ = false, reporting_ = false;
};

}  // namespace

void use_after_transfer(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions)
        if (body.errors_are_exceptions) Analysis(item, body, out).run();
}

}  // namespace braid::checks
