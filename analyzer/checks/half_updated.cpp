#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// await-race, of two fields that belong together: both are moved on by the same amount, with an `await` in between, and
// somebody who uses both may run then.
//
//     this.low += by;
//     await this.save();           // a reader sees the new `low` with the old `high`
//     this.high += by;
//
// Silent in a function that has to do with locks.
namespace braid::checks {
namespace {

using namespace mir;

/// `object.name += amount`
struct Update {
    BlockId block = 0;
    uint32_t node = 0;
    Local object = kNoLocal, amount = kNoLocal;
    Name name;
};

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBody& body, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), out_(out) {}

    void run() {
        std::vector<Update> updates;
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            for (size_t i = 0; i < body_.blocks[id].statements.size(); ++i)
                if (auto update = update_at(id, i)) updates.push_back(*update);
            auto* call = std::get_if<CallTerminator>(&body_.blocks[id].terminator.kind);
            const std::string_view name = call ? called_name(*call) : std::string_view();
            if (name == "lock" || name == "acquire" || name == "writeLock" || name == "runExclusive") return;
        }
        for (const Update& first : updates)
            for (const Update& second : updates) {
                if (first.object != second.object || first.amount != second.amount || first.name == second.name)
                    continue;
                uint32_t awaited = await_between(first.block, second.block);
                if (!awaited) continue;
                if (auto reader = reader_of_both(first, second)) return report(first, second, awaited, *reader);
            }
    }

  private:
    /// What a temporary of the block was copied or read from.
    const Rvalue* source(BlockId block, size_t before, Local local) const {
        const auto& statements = body_.blocks[block].statements;
        for (size_t i = before; i-- > 0;)
            if (auto* assign = std::get_if<Assign>(&statements[i].kind);
                assign && assign->place.is_local() && assign->place.local == local)
                return &assign->value;
        return nullptr;
    }

    /// A parameter or variable, through copies; kNoLocal: none.
    Local root(BlockId block, size_t before, const Operand& operand) const {
        auto* place = read_place(operand);
        for (int i = 0; i < 8 && place && place->is_local(); ++i) {
            if (!body_.locals[place->local].name.empty()) return place->local;
            auto* value = source(block, before, place->local);
            auto* use = value ? std::get_if<Use>(value) : nullptr;
            place = use ? read_place(use->operand) : nullptr;
        }
        return kNoLocal;
    }

    std::optional<Update> update_at(BlockId block, size_t at) const {
        const Statement& s = body_.blocks[block].statements[at];
        auto* set = std::get_if<SetProperty>(&s.kind);
        auto* written = set ? read_place(set->value) : nullptr;
        auto* value = written && written->is_local() ? source(block, at, written->local) : nullptr;
        auto* sum = value ? std::get_if<BinaryOperation>(value) : nullptr;
        if (!sum || (sum->op != hir::BinaryOp::Add && sum->op != hir::BinaryOp::Subtract)) return std::nullopt;
        auto* left = read_place(sum->left);
        auto* read = left && left->is_local() ? source(block, at, left->local) : nullptr;
        auto* old = read ? std::get_if<PropertyOf>(read) : nullptr;
        if (!old || old->name != set->name) return std::nullopt;
        Update out{block, s.node, root(block, at, set->object), root(block, at, sum->right), set->name};
        const bool same = out.object != kNoLocal && out.object == root(block, at, old->object);
        return same && out.amount != kNoLocal ? std::optional(out) : std::nullopt;
    }

    /// The first `await` on a way from one block to another; 0: none.
    uint32_t await_between(BlockId from, BlockId to) const {
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (std::holds_alternative<AwaitTerminator>(body_.blocks[id].terminator.kind) && leads(from, id) &&
                leads(id, to) && !leads(to, from))
                return body_.blocks[id].terminator.node;
        return 0;
    }

    bool leads(BlockId from, BlockId to) const {
        std::vector<bool> seen(body_.blocks.size(), false);
        std::vector<BlockId> work{from};
        for (bool first = true; !work.empty(); first = false) {
            const BlockId id = work.back();
            work.pop_back();
            // The block's end comes after what stands in it.
            if (id == to && (!first || std::holds_alternative<AwaitTerminator>(body_.blocks[id].terminator.kind)))
                return true;
            for_each_successor(body_.blocks[id].terminator, [&](BlockId next, const mir::Place*) {
                if (!seen[next]) seen[next] = true, work.push_back(next);
            });
        }
        return false;
    }

    /// Another method of the class that uses both and may run meanwhile.
    std::optional<braid::Place> reader_of_both(const Update& first, const Update& second) const {
        Type type = body_.locals[first.object].type;
        if (!type->is(TypeKind::Nominal) || is_std(file_of(type->item))) return std::nullopt;
        for (ItemId method : context_.get<DefinitionOf>(type->item)->methods) {
            if (method == item_ || !context_.get<SignatureOf>(method)->has_body) continue;
            auto body = context_.get<BodyOf>(method);
            uint32_t a = 0, b = 0;
            for (const Expr& e : body->expressions)
                if (auto* property = std::get_if<hir::Property>(&e.data)) {
                    if (property->name == first.name && !a) a = e.node;
                    if (property->name == second.name && !b) b = e.node;
                }
            if (a && b && run_together(context_, {item_, uint32_t(body_.function)}, {method, 0}))
                return braid::Place{method, b};
        }
        return std::nullopt;
    }

    void report(const Update& first, const Update& second, uint32_t awaited, const braid::Place& reader) {
        const std::string_view object = body_.locals[first.object].name.text();
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::AwaitRace, {item_, second.node},
            fmt::format(
                "`{0}.{1}` follows `{0}.{2}` here, with an `await` in between: another task that uses both sees "
                "one without the other",
                object, second.name.text(), first.name.text()));
        d.related.push_back(
            {{item_, first.node}, fmt::format("1. this task changes `{}.{}`", object, first.name.text())});
        d.related.push_back({{item_, awaited}, "2. it waits here; another task runs"});
        d.related.push_back({reader, "3. the other task uses both"});
        d.related.push_back(
            {{item_, second.node}, fmt::format("4. this task changes `{}.{}`, too late", object, second.name.text())});
        out_.push_back(std::move(d));
    }

    QueryContext& context_;
    ItemId item_;
    const MirBody& body_;
    std::vector<ItemDiagnostic>& out_;
};

}  // namespace

void half_updated(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (is_std(file_of(item))) return;
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions)
        if (body.is_async && body.errors_are_exceptions && shares_state(context, item))
            Analysis(context, item, body, out).run();
}

}  // namespace braid::checks
