#include "analyzer/checks/waiters.h"

#include "analyzer/checks/calls.h"
#include "analyzer/checks/explicit_locks.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {
namespace {

using namespace mir;
using Site = braid::Place;

constexpr std::string_view kLength = ".length";

struct Test {
    std::string field;
    BlockId block = kNoBlock, filled = kNoBlock, empty = kNoBlock;  // where control goes
    BlockId room = kNoBlock;                                        // of a test against a bound
};

bool is_zero(const Operand& operand) {
    auto* constant = std::get_if<Constant>(&operand);
    if (!constant) return false;
    if (auto* number = std::get_if<double>(&constant->value)) return *number == 0;
    auto* integer = std::get_if<uint64_t>(&constant->value);
    return integer && *integer == 0;
}

class Reader {
  public:
    Reader(QueryContext& context, const MirBodies& bodies)
        : bodies_(bodies), body_(bodies.functions[0]), names_(lock_names(context, body_)) {
        for (const MirBody& each : bodies.functions) closure_names_.push_back(lock_names(context, each));
    }

    Waiters::Value read() {
        for (BlockId id = 0; id < body_.blocks.size(); ++id) note_test(id);
        for (BlockId id = 0; id < body_.blocks.size(); ++id) note_park(id);
        for (BlockId id = 0; id < body_.blocks.size(); ++id) note_queue(id);
        return std::move(out_);
    }

  private:
    /// The field an operand is, from the receiver.
    std::string field_of(const LockNames& names, const Operand& operand) const {
        auto name = names.of(operand);
        bool own = name && name->item == ItemId::None && name->root == body_.locals[1].source;
        return own ? name->path : std::string();
    }

    std::set<BlockId> reach(BlockId from, BlockId without) const {
        std::set<BlockId> seen;
        std::vector<BlockId> work{from};
        if (from == without) return seen;
        seen.insert(from);
        while (!work.empty()) {
            BlockId id = work.back();
            work.pop_back();
            for_each_successor(body_.blocks[id].terminator, [&](BlockId to, const braid::mir::Place*) {
                if (to != without && seen.insert(to).second) work.push_back(to);
            });
        }
        return seen;
    }

    void note_test(BlockId id) {
        const Block& block = body_.blocks[id];
        auto* branch = std::get_if<SwitchInteger>(&block.terminator.kind);
        auto* tested = branch && branch->targets.size() == 1 ? read_place(branch->value) : nullptr;
        if (!tested) return;
        for (const Statement& s : block.statements) {
            auto* assign = std::get_if<Assign>(&s.kind);
            auto* operation =
                assign && assign->place.local == tested->local ? std::get_if<BinaryOperation>(&assign->value) : nullptr;
            std::string field = operation ? field_of(names_, operation->left) : std::string();
            if (field.size() <= kLength.size() || !field.ends_with(kLength)) continue;
            Test test{field.substr(0, field.size() - kLength.size()), id};
            const BlockId yes = branch->otherwise, no = branch->targets[0].second;
            using Op = hir::BinaryOp;
            if (is_zero(operation->right)) {
                if (operation->op == Op::Greater || operation->op == Op::NotEqual) test.filled = yes, test.empty = no;
                else if (operation->op == Op::Equal) test.filled = no, test.empty = yes;
            } else if (!field_of(names_, operation->right).empty()) {
                if (operation->op == Op::Less) test.room = yes;
                else if (operation->op == Op::GreaterEqual) test.room = no;
            }
            tests_.push_back(std::move(test));
        }
    }

    const ClosureOf* closure_of(Local local) const {
        for (int steps = 0; steps < 4; ++steps) {
            const Local wanted = local;
            for (const Block& block : body_.blocks)
                for (const Statement& s : block.statements) {
                    auto* assign = std::get_if<Assign>(&s.kind);
                    if (!assign || !assign->place.is_local() || assign->place.local != wanted) continue;
                    if (auto* closure = std::get_if<ClosureOf>(&assign->value)) return closure;
                    const braid::mir::Place* from = nullptr;
                    if (auto* conversion = std::get_if<Conversion>(&assign->value))
                        from = read_place(conversion->operand);
                    if (auto* use = std::get_if<Use>(&assign->value)) from = read_place(use->operand);
                    if (from) local = from->local;
                }
            if (local == wanted) break;
        }
        return nullptr;
    }

    static bool adds(std::string_view name) { return name == "enqueue" || name == "push"; }

    /// `new Promise(resolve => this.queue.enqueue(resolve))`
    void note_park(BlockId id) {
        auto* call = std::get_if<CallTerminator>(&body_.blocks[id].terminator.kind);
        if (!call || !call->is_new || !is_std_type(call->new_type, "Promise") || call->arguments.empty()) return;
        auto* executor = read_place(call->arguments.back());
        auto* closure = executor ? closure_of(executor->local) : nullptr;
        if (!closure) return;
        const MirBody& made = bodies_.functions[uint32_t(closure->function)];
        for (const Block& block : made.blocks) {
            auto* keeps = std::get_if<CallTerminator>(&block.terminator.kind);
            if (!keeps || keeps->arguments.empty() || !adds(called_name(*keeps))) continue;
            std::string queue = field_of(closure_names_[uint32_t(closure->function)], keeps->arguments[0]);
            if (queue.empty()) continue;
            Waiters::Park park{queue, {body_.item, body_.blocks[id].terminator.node}, {}, {}};
            for (const Test& test : tests_) {
                if (reach(test.block, kNoBlock).count(id)) park.looked_at.insert(test.field);
                if (test.empty != kNoBlock && !reach(0, test.empty).count(id)) park.empty.insert(test.field);
            }
            out_.parks.push_back(std::move(park));
            parked_.push_back(id);
            return;
        }
    }

    void note_queue(BlockId id) {
        const Block& block = body_.blocks[id];
        auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
        if (!call || call->arguments.empty()) return;
        std::string field = field_of(names_, call->arguments[0]);
        if (field.empty()) return;
        std::string_view name = called_name(*call);
        const Site site{body_.item, block.terminator.node};
        if (name == "dequeue" || name == "shift") {
            Waiters::Wake wake{field, site, {}};
            for (const Test& test : tests_)
                if (test.filled != kNoBlock && !reach(0, test.filled).count(id)) wake.filled.insert(test.field);
            out_.wakes.push_back(std::move(wake));
        } else if (adds(name)) {
            Waiters::Grow grow{field, site};
            for (const Test& test : tests_)
                grow.bounded |= test.room != kNoBlock && test.field == field && !reach(0, test.room).count(id);
            for (BlockId park : parked_) {
                std::set<BlockId> after = reach(park, kNoBlock);
                if (!after.count(id)) continue;
                grow.after_park = true;
                grow.only_after_park |= !reach(0, park).count(id);
                for (const Test& test : tests_)
                    if (after.count(test.block) && reach(test.block, kNoBlock).count(id))
                        grow.looked_again.insert(test.field);
            }
            out_.grows.push_back(std::move(grow));
        }
    }

    const MirBodies& bodies_;
    const MirBody& body_;
    LockNames names_;
    std::vector<LockNames> closure_names_;
    std::vector<Test> tests_;
    std::vector<BlockId> parked_;
    Waiters::Value out_;
};

}  // namespace

Waiters::Value Waiters::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) != ItemKind::Function || is_std(file_of(item)) || context.get<BodyOf>(item)->has_errors)
        return {};
    auto signature = context.get<SignatureOf>(item);
    if (!signature->has_body || signature->is_native) return {};
    auto bodies = context.get<BuiltMir>(item);
    const mir::MirBody& body = bodies->functions.at(0);
    if (!body.errors_are_exceptions || body.parameter_count == 0) return {};
    return Reader(context, *bodies).read();
}

}  // namespace braid::checks
