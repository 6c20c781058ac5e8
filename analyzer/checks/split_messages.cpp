#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/mir_walk.h"

// atomicity-violation between messages: what an actor answered decides about, or goes into, a later message that
// changes the very fields that the answer told of.
//
//     if account.balance_now() >= price:
//         account.withdraw(price)      # somebody else's message may have come in between
//
// A message whose handler looks for itself, or says whether it did it, is silent; so is one to an actor that only this
// function knows.
namespace braid::checks {
namespace {

using namespace mir;
using MirPlace = braid::mir::Place;

/// What a method does with the fields of its actor, by their numbers.
struct ActorFieldUse {
    using Key = ItemId;
    struct Value {
        std::set<uint32_t> reads, writes;
        bool branches = false;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "actor_field_use";
    static Value cycle_fallback(const Key&) { return {}; }

    static std::optional<uint32_t> field_of(const MirPlace& place) {
        if (place.local != 1 || place.projections.size() < 2 || !std::holds_alternative<Deref>(place.projections[0]))
            return std::nullopt;
        auto* field = std::get_if<FieldOf>(&place.projections[1]);
        return field ? std::optional(field->index) : std::nullopt;
    }

    static Value compute(QueryContext& context, const Key& method) {
        Value out;
        if (context.get<BodyOf>(method)->has_errors) return out;
        auto bodies = context.get<BuiltMir>(method);
        if (bodies->functions.empty()) return out;
        const MirBody& body = bodies->functions[0];
        auto read = [&](const MirPlace& place) {
            if (auto field = field_of(place)) out.reads.insert(*field);
        };
        auto operand = [&](const Operand& o) {
            if (auto* place = read_place(o)) read(*place);
        };
        for (const Block& block : body.blocks) {
            for (const Statement& s : block.statements) {
                if (auto* set = std::get_if<SetElement>(&s.kind))
                    if (auto* place = read_place(set->object))
                        if (auto field = field_of(*place)) out.writes.insert(*field);
                auto* assign = std::get_if<Assign>(&s.kind);
                if (!assign) continue;
                if (auto field = field_of(assign->place)) out.writes.insert(*field);
                auto* borrow = std::get_if<BorrowOf>(&assign->value);
                auto field = borrow ? field_of(borrow->place) : std::nullopt;
                if (field && body.locals[assign->place.local].type->has(TypeMutable)) out.writes.insert(*field);
                for_each_operand(assign->value, operand, read);
            }
            for_each_operand(block.terminator, operand);
            out.branches |= std::holds_alternative<SwitchInteger>(block.terminator.kind);
            auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
            ItemId callee = call ? called_function(*call) : ItemId::None;
            if (callee == ItemId::None || parent_of(callee) != parent_of(method)) continue;
            auto below = context.get<ActorFieldUse>(callee);  // `self.helper()`
            out.reads.insert(below->reads.begin(), below->reads.end());
            out.writes.insert(below->writes.begin(), below->writes.end());
            out.branches |= below->branches;
        }
        return out;
    }
};

struct Message {
    BlockId block = kNoBlock;
    uint32_t node = 0;
    ItemId method = ItemId::None;
    Local handle{};
    std::string name;
};

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBody& body, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), out_(out) {}

    void run() {
        collect();
        for (const Message& asked : messages_) {
            if (!tells(asked)) continue;
            auto told = context_.get<ActorFieldUse>(asked.method);
            follow(asked);
            for (const Message& sent : messages_)
                if (sent.block != asked.block && sent.name == asked.name && sent.handle == asked.handle)
                    if (changes(sent, told->reads)) judge(asked, sent);
        }
    }

  private:
    void collect() {
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            const Block& block = body_.blocks[id];
            auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
            auto* message = call ? std::get_if<hir::MessageCallee>(&call->callee) : nullptr;
            auto* place = message && !call->arguments.empty() ? read_place(call->arguments[0]) : nullptr;
            if (!place) continue;
            MirPlace source = source_of(body_, block, *place);
            std::string name = describe(context_, body_, source);
            if (name.empty() || name.find('[') != std::string::npos || is_mine(source.local)) continue;
            messages_.push_back({id, block.terminator.node, message->method, source.local, name});
        }
    }

    /// Made here and used for messages alone.
    bool is_mine(Local handle) const {
        if (body_.locals[handle].kind != LocalKind::Variable) return false;
        bool given = false;
        auto note = [&](const Operand& o) {
            if (auto* place = read_place(o)) given |= place->local == handle;
        };
        for (const Block& block : body_.blocks) {
            for (const Statement& s : block.statements)
                for_each_operand(s, note, [&](const MirPlace& p) { given |= p.local == handle; });
            auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
            if (!call || !std::holds_alternative<hir::MessageCallee>(call->callee))
                for_each_operand(block.terminator, note);
            else
                for (size_t i = 1; i < call->arguments.size(); ++i) note(call->arguments[i]);
        }
        return !given;
    }

    /// Gives an answer and changes nothing.
    bool tells(const Message& message) const {
        Type result = context_.get<SignatureOf>(message.method)->result;
        auto use = context_.get<ActorFieldUse>(message.method);
        return result && !result->is(TypeKind::Unit) && use->writes.empty() && !use->reads.empty();
    }

    /// Writes one of these fields, without a look of its own and without a word on whether it did.
    bool changes(const Message& message, const std::set<uint32_t>& fields) const {
        Type result = context_.get<SignatureOf>(message.method)->result;
        auto use = context_.get<ActorFieldUse>(message.method);
        if ((result && !result->is(TypeKind::Unit)) || use->branches) return false;
        return std::any_of(use->writes.begin(), use->writes.end(), [&](uint32_t field) { return fields.count(field); });
    }

    /// Where the answer goes: `from_` what is made of it, `computed_` what is calculated from it.
    void follow(const Message& asked) {
        from_.clear();
        computed_.clear();
        auto* call = std::get_if<CallTerminator>(&body_.blocks[asked.block].terminator.kind);
        if (call->destination.is_local()) from_.insert(call->destination.local);
        for (bool grows = true; grows;) {
            const size_t before = from_.size() + computed_.size();
            for (const Block& block : body_.blocks)
                for (const Statement& s : block.statements) {
                    auto* assign = std::get_if<Assign>(&s.kind);
                    if (!assign || !assign->place.is_local()) continue;
                    bool is_from = false, is_computed = std::holds_alternative<BinaryOperation>(assign->value);
                    auto look = [&](const MirPlace& place) {
                        is_from |= from_.count(place.local) != 0;
                        is_computed |= computed_.count(place.local) != 0;
                    };
                    for_each_operand(
                        assign->value,
                        [&](const Operand& o) {
                            if (auto* place = read_place(o)) look(*place);
                        },
                        look);
                    if (!is_from) continue;
                    from_.insert(assign->place.local);
                    if (is_computed) computed_.insert(assign->place.local);
                }
            grows = from_.size() + computed_.size() != before;
        }
    }

    void judge(const Message& asked, const Message& sent) {
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            auto* branch = std::get_if<SwitchInteger>(&body_.blocks[id].terminator.kind);
            auto* place = branch ? read_place(branch->value) : nullptr;
            if (place && from_.count(place->local) && decides_about(body_, id, sent.block))
                return report(asked, sent, body_.blocks[id].terminator.node,
                              "what `{}` answered decides about this message, which changes what it told of");
        }
        auto* call = std::get_if<CallTerminator>(&body_.blocks[sent.block].terminator.kind);
        for (size_t i = 1; i < call->arguments.size(); ++i) {
            auto* place = read_place(call->arguments[i]);
            if (place && computed_.count(place->local))
                return report(asked, sent, asked.node,
                              "what this message sets is calculated from what `{}` answered before: a change in "
                              "between is lost");
        }
    }

    void report(const Message& asked, const Message& sent, uint32_t check, std::string_view message) {
        if (!reported_.insert(sent.node).second) return;
        std::string_view asks = name_of(asked.method).text();
        ItemDiagnostic d = diagnostic(DiagnosticCode::AtomicityViolation, {item_, sent.node},
                                      fmt::format(fmt::runtime(message), asks));
        d.related.push_back({{item_, asked.node}, fmt::format("1. this task asks `{}`", asked.name)});
        d.related.push_back({{item_, check}, fmt::format("2. another task's message reaches `{}`", asked.name)});
        d.related.push_back({{item_, sent.node}, "3. this task goes by the old answer"});
        out_.push_back(std::move(d));
    }

    QueryContext& context_;
    ItemId item_;
    const MirBody& body_;
    std::vector<ItemDiagnostic>& out_;
    std::vector<Message> messages_;
    std::set<Local> from_, computed_;
    std::set<uint32_t> reported_;
};

}  // namespace

void split_messages(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (is_std(file_of(item))) return;
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions)
        if (!body.errors_are_exceptions) Analysis(context, item, body, out).run();
}

}  // namespace braid::checks
