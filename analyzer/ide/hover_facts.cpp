#include "analyzer/ide/hover_facts.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/ownership_facts.h"
#include "analyzer/checks/task_starts.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

using checks::Holdings;
using checks::OwnershipFact;

std::string section(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "\n\n---\n\n" : "  \n") + line;
    return text;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// What holds after the smallest part of the program around the name has run; for the name of a variable where it is
/// declared, after the smallest that leaves it with a value.
std::shared_ptr<const Holdings> holdings_at(QueryContext& context, ItemId item, FileId file, uint32_t offset,
                                            std::string_view declared) {
    uint32_t smallest = 0xffffffff, nearest = 0xffffffff;
    const OwnershipFact *best = nullptr, *behind = nullptr;
    auto facts = context.get<checks::OwnershipFacts>(item);
    uint32_t last_node = 0;
    for (const OwnershipFact& fact : *facts) {
        if (declared.empty() && fact.node == last_node && best != &fact - 1)
            continue;  // does not stand around the name, as before
        last_node = fact.node;
        FileRange at = locate(context, {item, fact.node});
        uint32_t size = at.range.end - at.range.begin;
        bool around = at.file == file && at.range.begin <= offset && offset < at.range.end;
        if (!declared.empty() && !has(fact.holdings->owned, declared)) continue;
        if (!declared.empty() && at.file == file && at.range.begin > offset && at.range.begin < nearest) {
            nearest = at.range.begin;  // the value is what is written behind the name
            behind = &fact;
        }
        if (!around || size > smallest) continue;  // the last of several about the same part
        smallest = size;
        best = &fact;
    }
    if (!best) best = behind;
    return best ? best->holdings : nullptr;
}

/// `list mutably by first`: who borrows what.
struct Borrowed {
    std::string_view place, holder;
    bool is_mutable;
    explicit Borrowed(std::string_view text) {
        size_t by = text.rfind(" by ");
        holder = text.substr(by + 4);
        place = text.substr(0, by);
        is_mutable = place.ends_with(" mutably");
        if (is_mutable) place.remove_suffix(std::string_view(" mutably").size());
    }
    bool is_of(std::string_view name) const {
        return place.starts_with(name) &&
               (place.size() == name.size() || place[name.size()] == '.' || place[name.size()] == '[');
    }
};

/// A variable whose name is under the cursor.
struct Variable {
    std::string_view name;
    bool is_copy = false, is_reference = false;
    bool is_declaration = false;  ///< at this place
};

/// What a reference is of: as is known here, else as it is where the reference is used again.
std::vector<std::string> borrowed_by(QueryContext& context, ItemId item, const Holdings& here, std::string_view name) {
    auto of = [&](const Holdings& holdings) {
        std::vector<std::string> found;
        for (const std::string& text : holdings.borrowed)
            if (Borrowed(text).holder == name) found.push_back(text);
        return found;
    };
    std::vector<std::string> found = of(here);
    if (!found.empty()) return found;
    auto facts = context.get<checks::OwnershipFacts>(item);
    for (const OwnershipFact& fact : *facts) {
        std::vector<std::string> other = of(*fact.holdings);
        if (!found.empty() && !other.empty() && other != found) return {};  // now this, now that
        if (!other.empty()) found = std::move(other);
    }
    return found;
}

void tell_ownership(QueryContext& context, ItemId item, const Holdings& holdings, const Variable& variable,
                    std::vector<std::string>& out) {
    const std::string_view name = variable.name;
    bool owned = has(holdings.owned, name), moved = has(holdings.moved, name);
    if (moved)
        out.push_back(owned ? "Moved away on some paths: not usable after this."
                            : "Moved away: not usable after this.");
    else if (owned && has(holdings.locked, name))
        out.push_back(
            fmt::format("Holds a lock {}to the end of its block.", variable.is_declaration ? "from here " : ""));
    else if (owned && !variable.is_copy && !variable.is_reference) out.emplace_back("Owned here.");
    for (const std::string& text : holdings.borrowed) {
        Borrowed borrowed(text);
        if (!borrowed.is_of(name) || borrowed.holder == name) continue;
        out.push_back(fmt::format("{} is borrowed{} by `{}`, which is used again.",
                                  borrowed.place == name ? "It" : fmt::format("`{}`", borrowed.place),
                                  borrowed.is_mutable ? " mutably" : "", borrowed.holder));
    }
    for (const std::string& text : borrowed_by(context, item, holdings, name)) {
        Borrowed borrowed(text);
        out.push_back(fmt::format("Borrows `{}`{}.", borrowed.place, borrowed.is_mutable ? " mutably" : ""));
    }
    for (const std::string& guard : holdings.locked)
        if (guard != name) out.push_back(fmt::format("Locked here: `{}` holds a lock.", guard));
}

/// What a function was given: its caller's value, or a borrow of it.
void tell_parameter(QueryContext& context, const LocalInfo& local, std::vector<std::string>& out) {
    if (local.type->is(TypeKind::Reference))
        out.push_back(fmt::format("Borrowed{} from the caller.", local.type->has(TypeMutable) ? " mutably" : ""));
    else if (!context.get<CapabilitiesOf>(local.type)->copy) out.emplace_back("Owned here.");
}

size_t line_of(QueryContext& context, ItemId item, uint32_t node) {
    FileRange at = locate(context, {item, node});
    auto tree = context.get<FileTree>(at.file);
    const std::string_view text = (*tree)->text().substr(0, at.range.begin);
    return size_t(1 + std::count(text.begin(), text.end(), '\n'));
}

void tell_tasks(QueryContext& context, const Body& body, LocalId local, std::vector<std::string>& out) {
    auto tell = [&](uint32_t node, CaptureMode mode) {
        std::string_view how = mode == CaptureMode::Move   ? "takes it"
                               : mode == CaptureMode::Copy ? "has a copy of it"
                                                           : "reaches it";
        out.push_back(fmt::format("The task started in line {} {}.", line_of(context, body.item, node), how));
    };
    for (const BodyFunction& function : body.functions)
        for (const Capture& capture : function.captures)
            if (function.is_task && capture.local == local) tell(function.node, capture.mode);
    const bool is_copy = context.get<CapabilitiesOf>(body[local].type)->copy;
    for (const Expr& each : body.expressions) {
        auto* go = std::get_if<hir::Go>(&each.data);
        auto* call = go ? body.as<hir::Call>(go->call) : nullptr;
        if (!call) continue;
        for (ExprId argument : call->arguments)
            if (auto* given = body.as<hir::LocalRef>(argument); given && given->local == local)
                tell(each.node, is_copy ? CaptureMode::Copy : CaptureMode::Move);
    }
}

/// Of a number that nobody borrows, where nothing is locked, there is nothing to tell; that spares most hovers the MIR.
bool may_be_told_of(QueryContext& context, const Body& body, LocalId local) {
    Type type = body[local].type;
    if (!type->is(TypeKind::Integer) && !type->is(TypeKind::Float) && !type->is(TypeKind::Bool)) return true;
    for (const LocalInfo& each : body.locals)
        if (!each.name.empty() && each.type && is_guard(context, each.type)) return true;
    for (const BodyFunction& function : body.functions)
        for (const Capture& capture : function.captures)
            if (capture.local == local && capture.mode != CaptureMode::Copy) return true;
    return std::any_of(body.expressions.begin(), body.expressions.end(), [&](const Expr& each) {
        auto* borrow = std::get_if<hir::Borrow>(&each.data);
        auto* place = borrow ? body.as<hir::LocalRef>(borrow->place) : nullptr;
        return place && place->local == local;
    });
}

}  // namespace

std::string why_text(QueryContext& context, const Body& body, const NameUse& use, FileId file) {
    std::vector<std::string> lines;
    LocalId local = std::get<LocalId>(use.target);
    const LocalInfo& info = body[local];
    const Type type = info.type ? info.type : type::error();
    if (!language_of(use.home).has_any && !body.has_errors && may_be_told_of(context, body, local)) {
        const bool is_reference = type->is(TypeKind::Reference);
        const bool is_given = info.is_parameter && info.function == BodyFunctionId(0);
        if (is_given && (use.is_declaration || is_reference)) tell_parameter(context, info, lines);
        const std::string_view name = info.name.text();
        const bool is_first = is_given && use.is_declaration;  // nothing has happened to it yet
        if (auto holdings = is_first ? nullptr
                                     : holdings_at(context, use.home, file, use.range.begin,
                                                   use.is_declaration ? name : std::string_view()))
            tell_ownership(context, use.home, *holdings,
                           {name, context.get<CapabilitiesOf>(type)->copy, is_reference, use.is_declaration}, lines);
    }
    tell_tasks(context, body, local, lines);
    return section(lines);
}

std::string tasks_text(QueryContext& context, ItemId function) {
    if (kind_of(function) != ItemKind::Function || is_std(file_of(function))) return {};
    std::vector<std::string> lines;
    if (language_of(function).has_any) {
        if (!checks::shares_state(context, function)) return {};
        auto rivals = context.get<checks::TaskRivals>(function);
        if (!rivals->runs_twice.empty() && rivals->runs_twice[0])
            lines.emplace_back("Several tasks may be in this function at the same time.");
        if (!rivals->locked.empty() && rivals->locked[0]) lines.emplace_back("It is only called with a lock held.");
        return section(lines);
    }
    if (parent_of(function) != ItemId::None && kind_of(parent_of(function)) == ItemKind::Actor)
        lines.emplace_back("Runs in the actor's own task, one message at a time.");
    for (const checks::TaskStart& start : checks::starts_of(context, function)) {
        std::string_view name = name_of(start.item).text();
        lines.push_back(fmt::format("Runs in the task started in line {}{}.", line_of(context, start.item, start.node),
                                    name.empty() ? "" : fmt::format(" (`{}`)", name)));
    }
    return section(lines);
}

namespace {

std::string name_of_task(ItemId function) {
    return kind_of(function) == ItemKind::File ? "the statements of the file"
                                               : fmt::format("`{}`", name_of(function).text());
}

}  // namespace

std::string shared_text(QueryContext& context, ItemId item, const NameUse& use) {
    if (kind_of(item) != ItemKind::Field && kind_of(item) != ItemKind::Static) return {};
    if (!language_of(item).has_any || use.owner == ItemId::None || kind_of(use.owner) == ItemKind::Class) return {};
    std::set<std::string> writers;
    for (const auto& entry : context.get<checks::TaskRivals>(use.owner)->entries) {
        bool is_it =
            entry.key.owner == item || (entry.key.owner == parent_of(item) && entry.key.property == name_of(item));
        if (!is_it) continue;
        for (const auto& rival : {entry.writer, entry.changer})
            if (rival) writers.insert(name_of_task(rival->function.item));
    }
    std::vector<std::string> lines;
    for (const std::string& writer : writers)
        lines.push_back(fmt::format("Shared: another task in {} may change it while this function waits.", writer));
    return section(lines);
}

}  // namespace braid
