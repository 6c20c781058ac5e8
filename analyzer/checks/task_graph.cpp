#include <algorithm>
#include <map>
#include <set>

#include "analyzer/checks/callee_changes.h"
#include "analyzer/checks/tasks.h"

// The tasks of a program: from where they are started, what each reaches, and which can be under way together. What a
// caller waits for at once is no task of its own; what it waits for together (`Promise.all`) runs beside its like only.
// A file that runs nothing by itself is a library: whoever uses it may call its functions from many tasks.
namespace braid::checks {
namespace {

struct Root {
    bool many = false;
    bool spare = false;    // from functions that nobody calls: beside each other at most, never beside the program
    uint32_t group = 0;    // of those that are waited for together; 0: goes on beside its starter
    TaskFunction starter;  // none: the program, or the users of a library
};

/// How a root reaches a function: what holds on all ways for the masks and the lock, on any way for the rest.
struct Reach {
    uint8_t own = 0, outer = 0;  // parameters (of the function; of the item's, for a closure) that are the task's alone
    bool locked = true, repeated = false, burst = false;
    bool merge(const Reach& other) {
        Reach before = *this;
        own &= other.own, outer &= other.outer, locked &= other.locked;
        repeated |= other.repeated, burst |= other.burst;
        return own != before.own || outer != before.outer || locked != before.locked || repeated != before.repeated ||
               burst != before.burst;
    }
};

struct Writer {
    TaskFunction function;
    uint8_t object = 0;
    uint32_t access = 0;  // its number among those of the item
    bool is_change = false, removes = false;
};

constexpr uint32_t kMain = 0, kLibrary = 1, kSpare = 2;

struct Graph {
    std::vector<Root> roots;
    std::map<TaskFunction, std::map<uint32_t, Reach>> reached;
    std::map<StateKey, std::vector<Writer>> writers;

    const std::map<uint32_t, Reach>& roots_of(const TaskFunction& f) const {
        static const std::map<uint32_t, Reach> kNone;
        auto it = reached.find(f);
        return it == reached.end() ? kNone : it->second;
    }
};

/// Which roots can be under way together; remembers its answers.
class Overlap {
  public:
    explicit Overlap(const Graph& graph) : graph_(graph) {}

    bool of(uint32_t a, uint32_t b) {
        if (a == b) return graph_.roots[a].many;
        if (a > b) std::swap(a, b);
        auto [it, is_new] = known_.emplace(std::pair(a, b), false);  // in a circle of starters: not by this way
        if (is_new) known_[{a, b}] = compute(a, b);
        return known_[{a, b}];
    }

  private:
    bool compute(uint32_t a, uint32_t b) {
        const Root &first = graph_.roots[a], &second = graph_.roots[b];
        if (first.spare != second.spare) return false;
        if (!first.group && !second.group) return true;
        if (first.group == second.group && first.starter == second.starter) return true;
        // While its starter waits for it, it meets only what the starter meets.
        for (auto [joined, other] : {std::pair(a, b), std::pair(b, a)}) {
            if (!graph_.roots[joined].group) continue;
            for (const auto& [root, reach] : graph_.roots_of(graph_.roots[joined].starter))
                if (of(root, other)) return true;
        }
        return false;
    }

    const Graph& graph_;
    std::map<std::pair<uint32_t, uint32_t>, bool> known_;
};

/// The analysis of all files of the program.
class Builder {
  public:
    explicit Builder(QueryContext& context) : context_(context) {}

    Graph build() {
        graph.roots = {{false, false, 0, {}}, {true, false, 0, {}}, {true, true, 0, {}}};
        collect();
        enter();
        settle();
        // What nobody calls in a library is for others to call; first what is not called at all, then circles.
        for (bool circles : {false, true})
            for (auto [items, root] : {std::pair(&library_, kLibrary), std::pair(&spare_, kSpare)})
                for (ItemId item : *items) {
                    if (!graph.roots_of({item, 0}).empty() || (!circles && called_.count(item))) continue;
                    reach({item, 0}, root, {.own = 0, .outer = 0, .locked = false});
                    settle();
                }
        return std::move(graph);
    }

    Graph graph;

  private:
    void collect() {
        for (FileId file : *context_.get<SourceFiles>()) {
            if (is_std(file)) continue;
            std::vector<ItemId> items{file_item(file)};
            bool runs = false;
            auto top = context_.get<TaskFacts>(items[0]);
            for (size_t i = 0; i < items.size(); ++i) {
                ItemId item = items[i];
                for (const auto& child : *context_.get<ItemChildren>(item)) items.push_back(child.item);
                ItemKind kind = kind_of(item);
                if (kind != ItemKind::Function && kind != ItemKind::File) continue;
                auto facts = context_.get<TaskFacts>(item);
                bool is_main = kind == ItemKind::Function && name_of(item).text() == "main" &&
                               kind_of(parent_of(item)) == ItemKind::File &&
                               std::none_of(top->edges.begin(), top->edges.end(),
                                            [&](const auto& edge) { return edge.to.item == item; });
                if (is_main || facts->runs) runs = true, entries_.push_back(item);
                for (const auto& edge : facts->edges) called_.insert(edge.to.item);
                if (kind == ItemKind::Function && kind_of(parent_of(item)) == ItemKind::Class)
                    methods_.emplace(name_of(item).text(), item);
                note_writes(item, *facts);
            }
            if (runs) entries_.push_back(items[0]);
            for (ItemId item : items)
                if (kind_of(item) == ItemKind::Function) (runs ? spare_ : library_).push_back(item);
        }
    }

    void note_writes(ItemId item, const TaskFacts::Value& facts) {
        // An object under construction is nobody else's yet.
        if (kind_of(item) == ItemKind::Function && context_.get<SignatureOf>(item)->is_constructor) return;
        for (uint32_t i = 0; i < facts.accesses.size(); ++i) {
            const auto& access = facts.accesses[i];
            if (access.is_write || access.is_change)
                graph.writers[access.key].push_back(
                    {{item, access.function}, access.object, i, access.is_change, access.removes});
        }
    }

    void enter() {
        for (ItemId item : entries_) reach({item, 0}, kMain, {.own = 0, .outer = 0, .locked = false});
        for (ItemId item : library_) {
            bool exported = false;
            ItemId outer = item;
            while (outer != ItemId::None && kind_of(outer) != ItemKind::File) {
                ItemId parent = parent_of(outer);
                for (const auto& child : *context_.get<ItemChildren>(parent))
                    exported |= child.item == outer && child.is_public && kind_of(parent) == ItemKind::File;
                outer = parent;
            }
            if (!exported || context_.get<SignatureOf>(item)->is_private) continue;
            reach({item, 0}, kLibrary, {.own = 0, .outer = 0, .locked = false});
        }
    }

    void reach(const TaskFunction& function, uint32_t root, const Reach& how) {
        auto [it, is_new] = graph.reached[function].emplace(root, how);
        if (is_new || it->second.merge(how)) pending_.insert(function);
    }

    void settle() {
        while (!pending_.empty()) {
            TaskFunction function = *pending_.begin();
            pending_.erase(pending_.begin());
            auto facts = context_.get<TaskFacts>(function.item);
            std::map<uint32_t, Reach> ways = graph.roots_of(function);
            for (size_t i = 0; i < facts->edges.size(); ++i) {
                const auto& edge = facts->edges[i];
                if (edge.from != function.function) continue;
                for (const auto& [root, way] : ways) follow(function, edge, i, root, way);
            }
        }
    }

    void follow(const TaskFunction& from, const TaskFacts::Edge& edge, size_t number, uint32_t root, const Reach& way) {
        Reach next;
        next.own = 0;
        bool is_closure = edge.to.function != 0;
        for (size_t i = 0; i < edge.arguments.size(); ++i) {
            uint8_t origin = edge.arguments[i];
            bool own = origin == uint8_t(Origin::Own);
            if (origin >= uint8_t(Origin::Outer)) own = way.outer >> (origin - uint8_t(Origin::Outer)) & 1;
            else if (origin >= uint8_t(Origin::Parameter)) own = way.own >> (origin - uint8_t(Origin::Parameter)) & 1;
            if (own) next.own |= uint8_t(1u << i);
        }
        if (is_closure && !edge.starts) next.outer = from.function == 0 ? way.own : way.outer;
        next.locked = edge.locked || (!edge.starts && way.locked);  // a task that starts holds what its own call takes
        if (!edge.starts) {
            next.repeated = way.repeated || edge.in_loop;
            next.burst = way.burst || edge.for_each;
            return reach_callee(edge.to, root, next);
        }
        auto [it, is_new] = started_.emplace(std::pair(from, number), uint32_t(graph.roots.size()));
        if (is_new) graph.roots.push_back({false, true, edge.group, from});
        graph.roots[it->second].spare &= graph.roots[root].spare;
        bool many =
            edge.in_loop || edge.for_each || way.burst || (way.repeated && !edge.group) || graph.roots[root].many;
        if (many && !graph.roots[it->second].many) {
            graph.roots[it->second].many = true;
            for (const auto& [function, roots] : graph.reached)
                if (roots.count(it->second)) pending_.insert(function);
        }
        reach_callee(edge.to, it->second, next);
    }

    /// A method without a body stands for those of its name that have one.
    void reach_callee(const TaskFunction& to, uint32_t root, const Reach& how) {
        reach(to, root, how);
        if (kind_of(to.item) != ItemKind::Function || context_.get<SignatureOf>(to.item)->has_body) return;
        auto [begin, end] = methods_.equal_range(name_of(to.item).text());
        for (auto it = begin; it != end; ++it) reach({it->second, 0}, root, how);
    }

    QueryContext& context_;
    std::multimap<std::string_view, ItemId> methods_;
    std::vector<ItemId> entries_, library_, spare_;
    std::set<ItemId> called_;
    std::set<TaskFunction> pending_;
    std::map<std::pair<TaskFunction, size_t>, uint32_t> started_;
};

struct TaskGraph {
    using Key = NoKey;
    using Value = Graph;
    static constexpr const char* name = "task_graph";
    static Value compute(QueryContext& context, const Key&) { return Builder(context).build(); }
    static bool equal(const Value&, const Value&) { return false; }
};

/// The object is one that only this task has.
bool is_own(const Reach& way, uint8_t object) {
    if (object >= uint8_t(Origin::Outer)) return way.outer >> (object - uint8_t(Origin::Outer)) & 1;
    if (object >= uint8_t(Origin::Parameter)) return way.own >> (object - uint8_t(Origin::Parameter)) & 1;
    return object == uint8_t(Origin::Own);
}

bool can_meet(const Graph& graph, Overlap& overlap, const TaskFunction& f, uint8_t object, const Writer& writer) {
    for (const auto& [root, way] : graph.roots_of(f)) {
        if (is_own(way, object)) continue;
        for (const auto& [other, other_way] : graph.roots_of(writer.function))
            if (!is_own(other_way, writer.object) && overlap.of(root, other)) return true;
    }
    return false;
}

}  // namespace

bool run_together(QueryContext& context, const TaskFunction& a, const TaskFunction& b) {
    auto graph = context.get<TaskGraph>(NoKey{});
    Overlap overlap(*graph);
    for (const auto& [first, way] : graph->roots_of(a))
        for (const auto& [second, other_way] : graph->roots_of(b))
            if (overlap.of(first, second)) return true;
    return false;
}

namespace {

/// A variable of one call of its function: another call has another one. Whether a single call runs `here` twice.
bool meets_itself(const TaskFacts::Value& facts, const TaskFacts::Access& access, const TaskFunction& here) {
    if (access.key.local == LocalId::None || kind_of(here.item) == ItemKind::File) return true;
    size_t starts = 0;
    for (const auto& edge : facts.edges)
        if (edge.to == here) starts += edge.in_loop || edge.for_each || edge.from != 0 ? 2 : 1;
    return here.function != 0 && starts != 1;
}

}  // namespace

TaskRivals::Value TaskRivals::compute(QueryContext& context, const Key& item) {
    Value value;
    auto facts = context.get<TaskFacts>(item);
    auto graph = context.get<TaskGraph>(NoKey{});
    Overlap overlap(*graph);
    auto body = context.get<BodyOf>(item);
    for (uint32_t i = 0; i < body->functions.size(); ++i) {
        TaskFunction function{item, i};
        bool twice = false, locked = !graph->roots_of(function).empty();
        for (const auto& [root, way] : graph->roots_of(function)) {
            twice |= graph->roots[root].many;
            locked &= way.locked;
            for (const auto& [other, other_way] : graph->roots_of(function))
                twice |= root < other && overlap.of(root, other);
        }
        value.runs_twice.push_back(twice);
        value.locked.push_back(locked);
    }
    auto add = [&](Entry entry, bool may_meet_itself) {
        bool known = std::any_of(value.entries.begin(), value.entries.end(), [&](const Entry& e) {
            return e.function == entry.function && e.key == entry.key && e.object == entry.object;
        });
        auto writers = graph->writers.find(entry.key);
        if (known || writers == graph->writers.end()) return;
        TaskFunction here{item, entry.function};
        for (const Writer& writer : writers->second) {
            auto& rival = writer.is_change ? entry.changer : entry.writer;
            bool same = writer.function == here;
            if (same && !may_meet_itself) continue;
            if (entry.writer && entry.changer && !entry.writer->same && !entry.changer->same) break;
            if ((rival && (!rival->same || same)) || !can_meet(*graph, overlap, here, entry.object, writer)) continue;
            rival = Rival{writer.function, writer.access, writer.is_change, same};
        }
        if (entry.writer || entry.changer) value.entries.push_back(entry);
    };
    for (const auto& access : facts->accesses)
        add({access.function, access.key, access.object, std::nullopt, std::nullopt},
            meets_itself(*facts, access, {item, access.function}));
    for (const auto& edge : facts->edges) {
        if (edge.to.function != 0) continue;
        for (const auto& change : *context.get<ChangesOf>(edge.to.item))
            if (change.parameter < edge.arguments.size() && edge.arguments[change.parameter] != uint8_t(Origin::Own))
                add({edge.from, change.key, edge.arguments[change.parameter], std::nullopt, std::nullopt}, true);
    }
    for (uint32_t i = 0; i < facts->iterations.size(); ++i) {
        const auto& loop = facts->iterations[i];
        auto writers = graph->writers.find(loop.key);
        if (writers == graph->writers.end()) continue;
        TaskFunction here{item, loop.function};
        for (const Writer& writer : writers->second) {
            if (!writer.removes || !can_meet(*graph, overlap, here, loop.object, writer)) continue;
            Rival rival{writer.function, writer.access, true, writer.function == here};
            value.disturbed.push_back({loop.function, i, rival});
            break;
        }
    }
    return value;
}

}  // namespace braid::checks
