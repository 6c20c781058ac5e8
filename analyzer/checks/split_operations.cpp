#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/explicit_locks.h"
#include "analyzer/checks/sql_tables.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// What lies outside of the program's own objects, looked at by one operation and changed by another (Velox):
// atomicity-violation where the thing is made for several tasks and has an operation that does both at once,
// await-race for files and databases.
//
//     let n = (await hits.get(page)) ?? 0;
//     await hits.set(page, n + 1);              // another task's may have come in between: `hits.update` does both
//
//     let text = await fs.readFile(path);
//     await fs.writeFile(path, text + line);    // so may another task's line
//
// The answer is followed through the body without an order; a lock that is held keeps the others out, and so does a
// transaction of the database. A file whose name comes from a parameter is another one for each task.
namespace braid::checks {
namespace {

using namespace mir;
using MirPlace = braid::mir::Place;

enum class Family : uint8_t { None, Map, Atomic, File, Database, Actor };

struct Operation {
    Family family = Family::None;
    bool writes = false, removes = false;
    BlockId block = 0;
    uint32_t node = 0;
    std::string thing;           // what it is done to, as the program writes it
    std::string key;             // of a map
    std::string sql;             // of a database
    std::vector<Operand> given;  // what it changes it to
    Local result = kNoLocal;
};

struct Known {
    std::string_view owner, name;
    Family family;
    bool writes, removes;
};
constexpr Known kOperations[] = {
    {"ConcurrentMap", "get", Family::Map, false, false},
    {"ConcurrentMap", "has", Family::Map, false, false},
    {"ConcurrentMap", "set", Family::Map, true, false},
    {"Atomic", "load", Family::Atomic, false, false},
    {"Atomic", "store", Family::Atomic, true, false},
    {"fs", "readFile", Family::File, false, false},
    {"fs", "exists", Family::File, false, false},
    {"fs", "writeFile", Family::File, true, false},
    {"fs", "remove", Family::File, true, true},
    {"Database", "query", Family::Database, false, false},
    {"Database", "execute", Family::Database, true, false},
    {"Actor", "ask", Family::Actor, false, false},
    {"Actor", "send", Family::Actor, true, false},
};

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBody& body, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), names_(lock_names(context, body)), out_(out) {}

    void run() {
        if (!collect() || runs_locked()) return;
        note_parameters();
        for (const Operation& looked : operations_) {
            if (looked.writes || looked.result == kNoLocal) continue;
            bool followed = false;
            for (const Operation& act : operations_) {
                if (!act.writes || !same_thing(looked, act)) continue;
                const uint32_t awaited = await_between(looked.block, act.block);
                if (!awaited || is_locked(act.block) || reads_again(looked, act)) continue;
                if (!followed) follow(looked);
                followed = true;
                judge(looked, act, awaited);
            }
        }
    }

  private:
    bool collect() {
        bool reads = false, writes = false;
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            const Terminator& t = body_.blocks[id].terminator;
            auto* call = std::get_if<CallTerminator>(&t.kind);
            const ItemId callee = call ? called_function(*call) : ItemId::None;
            if (callee == ItemId::None || !is_std(file_of(callee))) continue;
            const std::string_view name = name_of(callee).text(), owner = name_of(parent_of(callee)).text();
            auto known = std::find_if(std::begin(kOperations), std::end(kOperations),
                                      [&](const Known& k) { return k.owner == owner && k.name == name; });
            if (known == std::end(kOperations)) continue;
            if (auto operation = operation_of(*known, *call, id)) {
                (known->writes ? writes : reads) = true;
                operations_.push_back(std::move(*operation));
            }
        }
        return reads && writes;
    }

    /// It is only called with a lock held.
    bool runs_locked() const {
        const auto rivals = context_.get<TaskRivals>(item_);
        const auto function = uint32_t(body_.function);
        return function < rivals->locked.size() && rivals->locked[function];
    }

    std::optional<Operation> operation_of(const Known& known, const CallTerminator& call, BlockId block) const {
        Operation out{known.family, known.writes, known.removes, block, body_.blocks[block].terminator.node};
        if (call.arguments.empty()) return std::nullopt;
        out.thing = text_of(call.arguments[0]);
        if (out.thing.empty() || is_mine(call.arguments[0])) return std::nullopt;
        size_t first = 1;
        if (known.family == Family::Map || known.family == Family::Database) {
            if (call.arguments.size() < 2) return std::nullopt;
            (known.family == Family::Map ? out.key : out.sql) = text_of(call.arguments[1]);
            if (known.family == Family::Map ? out.key.empty() : out.sql.empty()) return std::nullopt;
            first = 2;
        }
        if (known.family == Family::Database && body_.function != BodyFunctionId(0)) {
            // Inside of `db.transaction(async tx => …)`.
            auto* place = read_place(call.arguments[0]);
            auto name = place ? names_.of(call.arguments[0]) : std::nullopt;
            for (Local i = 1; name && i <= body_.parameter_count; ++i)
                if (body_.locals[i].source == name->root) return std::nullopt;
        }
        out.given.assign(call.arguments.begin() + long(std::min(first, call.arguments.size())), call.arguments.end());
        if (call.destination.is_local()) out.result = call.destination.local;
        return out;
    }

    /// A name or a constant text; empty: neither.
    std::string text_of(const Operand& operand) const {
        if (auto* constant = std::get_if<Constant>(&operand)) {
            auto* text = std::get_if<std::string>(&constant->value);
            return text ? "\"" + *text + "\"" : std::string();
        }
        if (auto name = names_.of(operand)) return name->text;
        // A temporary that holds a constant.
        auto* place = read_place(operand);
        if (!place || !place->is_local()) return {};
        const Operand* value = nullptr;
        for (const Block& block : body_.blocks)
            for (const Statement& s : block.statements) {
                auto* assign = std::get_if<Assign>(&s.kind);
                if (!assign || !assign->place.is_local() || assign->place.local != place->local) continue;
                auto* use = std::get_if<Use>(&assign->value);
                auto* conversion = std::get_if<Conversion>(&assign->value);
                if (value || (!use && !conversion)) return {};
                value = use ? &use->operand : &conversion->operand;
            }
        auto* constant = value ? std::get_if<Constant>(value) : nullptr;
        return constant ? text_of(*value) : std::string();
    }

    /// Made in this call of the function, and not shared with a closure.
    bool is_mine(const Operand& operand) const {
        auto name = names_.of(operand);
        if (!name || name->item != ItemId::None) return false;
        for (const LocalDeclaration& local : body_.locals)
            if (local.source == name->root && local.kind == LocalKind::Variable && name->path.empty())
                return !local.in_cell && made_here(local.source);
        return false;
    }

    bool made_here(LocalId source) const {
        for (const Block& block : body_.blocks) {
            auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
            if (call && call->is_new && call->destination.is_local() &&
                (body_.locals[call->destination.local].source == source || flows_into(call->destination.local, source)))
                return true;
        }
        return false;
    }

    bool flows_into(Local from, LocalId source) const {
        for (const Block& block : body_.blocks)
            for (const Statement& s : block.statements) {
                auto* assign = std::get_if<Assign>(&s.kind);
                auto* use = assign ? std::get_if<Use>(&assign->value) : nullptr;
                auto* place = use ? read_place(use->operand) : nullptr;
                if (place && place->local == from && body_.locals[assign->place.local].source == source) return true;
            }
        return false;
    }

    bool same_thing(const Operation& a, const Operation& b) const {
        if (a.family != b.family || a.thing != b.thing) return false;
        if (a.family == Family::Map) return a.key == b.key;
        if (a.family == Family::File) return !varies_.count(a.thing);
        return a.family != Family::Database || share_a_table(a.sql, b.sql);
    }

    /// Names that depend on a parameter, so that each task may have another one.
    void note_parameters() {
        std::set<Local> varying;
        for (Local i = 1; i <= body_.parameter_count && i < body_.locals.size(); ++i)
            if (body_.locals[i].name.text() != "this") varying.insert(i);
        spread(varying, true);
        for (Local local : varying)
            if (!body_.locals[local].name.empty()) varies_.insert(std::string(body_.locals[local].name.text()));
    }

    /// What is made of some locals, without an order; `all`: by calls and awaits of anything, too.
    void spread(std::set<Local>& from, bool all) const {
        for (bool grows = true; grows;) {
            const size_t before = from.size();
            for (const Block& block : body_.blocks) {
                for (const Statement& s : block.statements) {
                    auto* assign = std::get_if<Assign>(&s.kind);
                    if (!assign || !assign->place.is_local()) continue;
                    bool made = false;
                    for_each_operand(
                        assign->value, [&](const Operand& o) { made |= is_in(from, o); },
                        [&](const MirPlace& place) { made |= from.count(place.local) > 0; });
                    if (made) from.insert(assign->place.local);
                }
                if (auto* await = std::get_if<AwaitTerminator>(&block.terminator.kind)) {
                    if (is_in(from, await->operand) && await->destination.is_local())
                        from.insert(await->destination.local);
                } else if (auto* call = std::get_if<CallTerminator>(&block.terminator.kind)) {
                    bool made = false;
                    for (const Operand& o : call->arguments) made |= is_in(from, o);
                    if (made && all && call->destination.is_local()) from.insert(call->destination.local);
                }
            }
            if (from.size() == before) grows = false;
        }
    }

    static bool is_in(const std::set<Local>& set, const Operand& operand) {
        auto* place = read_place(operand);
        return place && set.count(place->local);
    }

    /// The answer, and what is made of it.
    void follow(const Operation& looked) {
        from_ = {looked.result};
        spread(from_, true);
    }

    bool leads(BlockId from, BlockId to, BlockId avoiding = kNoBlock) const {
        std::vector<bool> seen(body_.blocks.size(), false);
        std::vector<BlockId> work{from};
        while (!work.empty()) {
            const BlockId id = work.back();
            work.pop_back();
            bool found = false;
            for_each_successor(body_.blocks[id].terminator, [&](BlockId next, const MirPlace*) {
                found |= next == to;
                if (!seen[next] && next != avoiding) seen[next] = true, work.push_back(next);
            });
            if (found) return true;
        }
        return false;
    }

    uint32_t await_between(BlockId from, BlockId to) const {
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (std::holds_alternative<AwaitTerminator>(body_.blocks[id].terminator.kind) && leads(from, id) &&
                leads(id, to, from))
                return body_.blocks[id].terminator.node;
        return 0;
    }

    /// It looks a second time before it acts.
    bool reads_again(const Operation& looked, const Operation& act) const {
        for (const Operation& again : operations_)
            if (!again.writes && again.block != looked.block && same_thing(again, act) &&
                leads(looked.block, again.block) && leads(again.block, act.block, looked.block))
                return true;
        return false;
    }

    /// A lock is taken before, on some way to it, and not given back.
    bool is_locked(BlockId at) const {
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            auto* call = std::get_if<CallTerminator>(&body_.blocks[id].terminator.kind);
            const std::string_view name = call ? called_name(*call) : std::string_view();
            if ((name == "lock" || name == "acquire" || name == "writeLock" || name == "tryLock") && leads(id, at))
                return true;
        }
        return false;
    }

    void judge(const Operation& looked, const Operation& act, uint32_t awaited) {
        const bool cautious = act.family == Family::Database && is_cautious(act.sql);
        bool lost = false;
        for (const Operand& o : act.given) lost |= is_in(from_, o);
        if (lost && !cautious && !act.removes && calculated(looked, act)) return report(looked, act, awaited, true);
        if (cautious || act.family == Family::Actor || act.family == Family::Atomic) return;
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            auto* branch = std::get_if<SwitchInteger>(&body_.blocks[id].terminator.kind);
            if (branch && is_in(from_, branch->value) && leads(id, act.block) && decides_about(body_, id, act.block))
                return report(looked, act, awaited, false);
        }
    }

    /// More than handed on: something was done to it on the way.
    bool calculated(const Operation& looked, const Operation& act) const {
        std::set<Local> same{looked.result};
        for (bool grows = true; grows;) {
            const size_t before = same.size();
            for (const Block& block : body_.blocks) {
                for (const Statement& s : block.statements) {
                    auto* assign = std::get_if<Assign>(&s.kind);
                    auto* use = assign ? std::get_if<Use>(&assign->value) : nullptr;
                    auto* conversion = assign ? std::get_if<Conversion>(&assign->value) : nullptr;
                    if (!assign || !assign->place.is_local()) continue;
                    if ((use && is_in(same, use->operand)) || (conversion && is_in(same, conversion->operand)))
                        same.insert(assign->place.local);
                }
                auto* await = std::get_if<AwaitTerminator>(&block.terminator.kind);
                if (await && is_in(same, await->operand) && await->destination.is_local())
                    same.insert(await->destination.local);
            }
            grows = same.size() != before;
        }
        for (const Operand& o : act.given)
            if (is_in(from_, o) && !is_in(same, o)) return true;
        // Changed in place on the way.
        for (const Block& block : body_.blocks)
            for (const Statement& s : block.statements) {
                if (auto* set = std::get_if<SetProperty>(&s.kind); set && is_in(same, set->object)) return true;
                if (auto* set = std::get_if<SetElement>(&s.kind); set && is_in(same, set->object)) return true;
            }
        return false;
    }

    void report(const Operation& looked, const Operation& act, uint32_t awaited, bool lost) {
        if (!run_together(context_, {item_, uint32_t(body_.function)}, {item_, uint32_t(body_.function)})) return;
        if (!reported_.insert(act.node).second) return;
        const bool outside = act.family == Family::File || act.family == Family::Database;
        const std::string what = act.family == Family::Map        ? act.thing + "[" + act.key + "]"
                                 : act.family == Family::Database ? shared_table(looked.sql, act.sql)
                                                                  : act.thing;
        const std::string_view kind = act.family == Family::File       ? "the file "
                                      : act.family == Family::Database ? "the table "
                                                                       : "";
        const std::string named = fmt::format("{}`{}`", kind, what);
        std::string message =
            lost ? fmt::format(
                       "{} is set to what was made of it before an `await`: what another task writes in "
                       "between is lost",
                       named)
                 : fmt::format("this relies on a look at {} before an `await`: another task may have changed it since",
                               named);
        if (act.family == Family::Map) message += "; `update` looks and changes at once";
        ItemDiagnostic d = diagnostic(outside ? DiagnosticCode::AwaitRace : DiagnosticCode::AtomicityViolation,
                                      {item_, act.node}, std::move(message));
        d.related.push_back({{item_, looked.node}, fmt::format("1. this task looks at {} here", named)});
        d.related.push_back({{item_, awaited}, "2. it waits here; another task runs this too"});
        d.related.push_back({{item_, act.node}, fmt::format("3. the other task changes {}", named)});
        d.related.push_back(
            {{item_, act.node},
             lost ? "4. this task goes on and writes over that" : "4. this task goes on as if nothing had changed"});
        out_.push_back(std::move(d));
    }

    QueryContext& context_;
    ItemId item_;
    const MirBody& body_;
    LockNames names_;
    std::vector<ItemDiagnostic>& out_;
    std::vector<Operation> operations_;
    std::set<std::string> varies_;
    std::set<Local> from_;
    std::set<uint32_t> reported_;
};

}  // namespace

void split_operations(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (is_std(file_of(item))) return;
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions) {
        if (!body.is_async || !body.errors_are_exceptions) continue;
        Analysis(context, item, body, out).run();
    }
}

}  // namespace braid::checks
