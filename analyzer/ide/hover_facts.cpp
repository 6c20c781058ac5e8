#include "analyzer/ide/hover_facts.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/ownership_facts.h"
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

/// What holds after the smallest part of the program around the name has run.
std::shared_ptr<const Holdings> holdings_at(QueryContext& context, ItemId item, FileId file, uint32_t offset) {
    uint32_t smallest = 0xffffffff;
    const OwnershipFact* best = nullptr;
    auto facts = context.get<checks::OwnershipFacts>(item);
    uint32_t last_node = 0;
    for (const OwnershipFact& fact : *facts) {
        if (fact.node == last_node && best != &fact - 1) continue;  // does not stand around the name, as before
        last_node = fact.node;
        FileRange at = locate(context, {item, fact.node});
        uint32_t size = at.range.end - at.range.begin;
        bool around = at.file == file && at.range.begin <= offset && offset < at.range.end;
        if (!around || size > smallest) continue;  // the last of several about the same part
        smallest = size;
        best = &fact;
    }
    return best ? best->holdings : nullptr;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
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

void tell_ownership(const Holdings& holdings, std::string_view name, bool is_copy, std::vector<std::string>& out) {
    bool owned = has(holdings.owned, name), moved = has(holdings.moved, name);
    if (moved) out.push_back(owned ? "Moved away on some way here." : "Moved away: not usable after this.");
    else if (owned && has(holdings.locked, name)) out.emplace_back("Holds a lock from here to the end of its block.");
    else if (owned && !is_copy) out.emplace_back("Owned here.");
    for (const std::string& text : holdings.borrowed) {
        Borrowed borrowed(text);
        std::string_view how = borrowed.is_mutable ? " mutably" : "";
        if (borrowed.is_of(name) && borrowed.holder != name)
            out.push_back(fmt::format("{} is borrowed{} by `{}`, which is used again.",
                                      borrowed.place == name ? "It" : fmt::format("`{}`", borrowed.place), how,
                                      borrowed.holder));
        if (borrowed.holder == name) out.push_back(fmt::format("Borrows `{}`{}.", borrowed.place, how));
    }
    for (const std::string& guard : holdings.locked)
        if (guard != name) out.push_back(fmt::format("Locked here: `{}` holds a lock.", guard));
}

void tell_tasks(QueryContext& context, const Body& body, LocalId local, std::vector<std::string>& out) {
    for (const BodyFunction& function : body.functions) {
        if (!function.is_task) continue;
        for (const Capture& capture : function.captures) {
            if (capture.local != local) continue;
            FileRange at = locate(context, {body.item, function.node});
            auto tree = context.get<FileTree>(at.file);
            auto line =
                1 + std::count((*tree)->text().begin(), (*tree)->text().begin() + ptrdiff_t(at.range.begin), '\n');
            std::string_view how = capture.mode == CaptureMode::Move   ? "takes it"
                                   : capture.mode == CaptureMode::Copy ? "has a copy of it"
                                                                       : "reaches it";
            out.push_back(fmt::format("The task started in line {} {}.", line, how));
        }
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
    if (!language_of(use.home).has_any && body.diagnostics.empty() && may_be_told_of(context, body, local))
        if (auto holdings = holdings_at(context, use.home, file, use.range.begin))
            tell_ownership(*holdings, body[local].name.text(), context.get<CapabilitiesOf>(body[local].type)->copy,
                           lines);
    tell_tasks(context, body, local, lines);
    return section(lines);
}

std::string shared_text(QueryContext& context, ItemId item, const NameUse& use) {
    if (kind_of(item) != ItemKind::Field && kind_of(item) != ItemKind::Static) return {};
    if (!language_of(item).has_any || use.owner == ItemId::None || kind_of(use.owner) == ItemKind::Class) return {};
    std::set<std::string> writers;
    for (const auto& entry : context.get<checks::TaskRivals>(use.owner)->entries) {
        bool is_it =
            entry.key.owner == item || (entry.key.owner == parent_of(item) && entry.key.property == name_of(item));
        if (!is_it) continue;
        for (const auto& rival : {entry.writer, entry.changer})
            if (rival) writers.insert(fmt::format("`{}`", name_of(rival->function.item).text()));
    }
    std::vector<std::string> lines;
    for (const std::string& writer : writers)
        lines.push_back(fmt::format("Shared: another task in {} may change it while this function waits.", writer));
    return section(lines);
}

}  // namespace braid
