#include <algorithm>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/waiters.h"

// lost-wakeup in classes that keep the resolvers of their waiters themselves.
//
// 1. Who waits in one queue is woken only when a field holds something that only the woken one would put there:
//
//     send:    …no room… await new Promise(resolve => this.senders.enqueue(resolve)); this.buffer.push(value);
//     receive: if (this.buffer.length > 0) { …this.senders.dequeue().resolve()… } else …wait in this.receivers…
//
// 2. Who is woken adds to a field without looking again whether another waits for that: one that came between the
//    waking and this waits on, with a value there.
namespace braid::checks {
namespace {

std::string_view word(const std::string& field) { return std::string_view(field).substr(1); }

struct Method {
    ItemId item = ItemId::None;
    std::shared_ptr<const Waiters::Value> waiters;
};

class Check {
  public:
    Check(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) : item_(item), out_(out) {
        auto definition = context.get<DefinitionOf>(parent_of(item));
        for (ItemId method : definition->methods) methods_.push_back({method, context.get<Waiters>(method)});
    }

    void run(const Waiters::Value& mine) {
        for (const Waiters::Park& park : mine.parks) {
            never_woken(park);
            for (const Waiters::Grow& grow : mine.grows) not_looked_again(park, grow);
        }
    }

  private:
    /// A method that waits elsewhere when the field is empty, and has not looked whether anybody waits here.
    const Method* other_side(const std::string& field, const std::string& queue, const Waiters::Park*& waits) const {
        for (const Method& method : methods_)
            for (const Waiters::Park& park : method.waiters->parks)
                if (method.item != item_ && park.empty.count(field) && park.queue != queue) {
                    waits = &park;
                    return &method;
                }
        return nullptr;
    }

    void never_woken(const Waiters::Park& park) {
        const Waiters::Wake* wake = nullptr;
        std::set<std::string> needed;
        for (const Method& method : methods_)
            for (const Waiters::Wake& each : method.waiters->wakes) {
                if (each.queue != park.queue) continue;
                if (!wake) needed = each.filled;
                else std::erase_if(needed, [&](const std::string& field) { return !each.filled.count(field); });
                wake = &each;
            }
        needed.erase(park.queue);
        for (const std::string& field : needed) {
            bool filled_otherwise = false, any = false;
            for (const Method& method : methods_)
                for (const Waiters::Grow& grow : method.waiters->grows) {
                    if (grow.field != field) continue;
                    any = true;
                    bool waits_first = method.item == item_ && grow.only_after_park;
                    filled_otherwise |= !waits_first && !grow.bounded;
                }
            const Waiters::Park* waits = nullptr;
            const Method* other = other_side(field, park.queue, waits);
            if (!any || filled_otherwise || !other || waits->looked_at.count(park.queue)) continue;
            std::string_view me = name_of(item_).text(), you = name_of(other->item).text();
            ItemDiagnostic d = diagnostic(
                DiagnosticCode::LostWakeup, park.place,
                fmt::format(
                    "with no room in `{}` at all, `{}` waits here and is never woken: `{}` wakes it only when `{}` "
                    "is not empty, and only `{}` fills it",
                    word(field), me, you, word(field), me));
            d.related.push_back(
                {park.place, fmt::format("1. `{}` finds nobody waiting and no room, and waits here", me)});
            d.related.push_back(
                {waits->place, fmt::format("2. `{}` finds `{}` empty and waits here too", you, word(field))});
            d.related.push_back(
                {wake->place,
                 fmt::format("3. only this would wake the first, and nothing comes to it: both wait for ever")});
            out_.push_back(std::move(d));
            return;
        }
    }

    void not_looked_again(const Waiters::Park& park, const Waiters::Grow& grow) {
        const Waiters::Park* waits = nullptr;
        const Method* other = grow.after_park ? other_side(grow.field, park.queue, waits) : nullptr;
        if (!other || !park.looked_at.count(waits->queue) || grow.looked_again.count(waits->queue)) return;
        const Waiters::Wake* wake = nullptr;
        for (const Method& method : methods_)
            for (const Waiters::Wake& each : method.waiters->wakes)
                if (each.queue == park.queue) wake = &each;
        if (!wake) return;
        std::string_view me = name_of(item_).text(), you = name_of(other->item).text();
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::LostWakeup, grow.place,
            fmt::format("after its wait `{}` adds to `{}` without looking again at `{}`: a value can stay there while "
                        "`{}` waits for one",
                        me, word(grow.field), word(waits->queue), you));
        d.related.push_back(
            {park.place, fmt::format("1. with one value in `{}` and no room, `{}` waits here", word(grow.field), me)});
        d.related.push_back(
            {wake->place, fmt::format("2. `{}` takes the value and wakes it, but it does not run yet", you)});
        d.related.push_back(
            {waits->place, fmt::format("3. a second `{}` finds `{}` empty and waits here", you, word(grow.field))});
        d.related.push_back({grow.place, "4. the first goes on and adds its value; nobody wakes the second"});
        out_.push_back(std::move(d));
    }

    ItemId item_;
    std::vector<ItemDiagnostic>& out_;
    std::vector<Method> methods_;
};

}  // namespace

void lost_wakeup(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (kind_of(item) != ItemKind::Function || kind_of(parent_of(item)) != ItemKind::Class) return;
    auto mine = context.get<Waiters>(item);
    if (!mine->parks.empty()) Check(context, item, out).run(*mine);
}

}  // namespace braid::checks
