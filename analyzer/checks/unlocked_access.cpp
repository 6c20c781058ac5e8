#include <algorithm>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/guarded_fields.h"

// unlocked-access: a field that one method reads and writes in a lock section that waits in between is written by
// another method without the lock.
//
//     deposit:  await this.lock.runExclusive(async () => { this.balance = await fee(this.balance + n); });
//     withdraw: this.balance -= n;        // falls into the middle of a deposit, and is lost
//
// The idea is RacerD's: which lock guards a field is what most of the program says. Tasks of one isolate meet only
// where one waits, so a section that never waits guards nothing that needs it.
namespace braid::checks {

void unlocked_access(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (kind_of(item) != ItemKind::Function || kind_of(parent_of(item)) != ItemKind::Class) return;
    auto mine = context.get<FieldUses>(item);
    bool bare =
        std::any_of(mine->uses.begin(), mine->uses.end(), [](const auto& u) { return u.writes && u.held.empty(); });
    if (!bare) return;
    auto definition = context.get<DefinitionOf>(parent_of(item));
    std::vector<std::pair<ItemId, std::shared_ptr<const FieldUses::Value>>> siblings;
    for (ItemId method : definition->methods) {
        auto uses = context.get<FieldUses>(method);
        // A helper for those who have the lock.
        if (std::count(uses->called_locked.begin(), uses->called_locked.end(), item)) return;
        siblings.emplace_back(method, std::move(uses));
    }
    std::set<std::string> said;
    for (const FieldUses::Use& use : mine->uses) {
        if (!use.writes || !use.held.empty() || said.count(use.field)) continue;
        for (const auto& [method, uses] : siblings) {
            auto guarded = std::find_if(uses->uses.begin(), uses->uses.end(), [&](const FieldUses::Use& other) {
                return other.field == use.field && other.writes && !other.held.empty() &&
                       other.suspends.item != ItemId::None;
            });
            if (guarded == uses->uses.end()) continue;
            said.insert(use.field);
            std::string lock = guarded->held.begin()->substr(1);
            ItemDiagnostic d = diagnostic(DiagnosticCode::UnlockedAccess, use.place,
                                          fmt::format("`{}` is written here without `{}`, which guards it in `{}`",
                                                      use.field, lock, name_of(method).text()));
            d.related.push_back({guarded->locked, fmt::format("1. `{}` takes `{}`", name_of(method).text(), lock)});
            d.related.push_back({guarded->suspends, "2. it waits here with the lock held; another task runs"});
            d.related.push_back(
                {use.place, fmt::format("3. `{}` writes `{}` without the lock", name_of(item).text(), use.field)});
            d.related.push_back({guarded->place, "4. the first goes on, and writes over that"});
            out.push_back(std::move(d));
            break;
        }
    }
}

}  // namespace braid::checks
