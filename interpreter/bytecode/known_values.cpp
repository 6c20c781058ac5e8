#include "interpreter/bytecode/known_values.h"

#include <algorithm>
#include <utility>

namespace braid::bytecode {

bool KnownValues::keep_variants(Id id, uint64_t variants) {
    for (const Memory& m : memory_)
        if (m.place == Place::Tag && m.base == id && !keep_variants(m.content, variants)) return false;
    Known& known = values_[id].known;
    if (known.is(Known::Base::Received)) {
        known.variants &= variants;
        if (known.variants == 1 || known.variants == 2)
            known = Known::of(*known.type->variants[known.variants - 1].fields[0].type);
        return known.variants != 0 || known.base != Known::Base::Received;
    }
    if (!known.is(Known::Base::Object) || known.type->variants.empty() || known.type->variants.size() > 64) return true;
    known.variants &= variants;
    return known.variants != 0;
}

bool KnownValues::keep_option(Id reference, bool some) {
    for (const Memory& m : memory_) {
        if (m.place != Place::Option || m.base != reference || m.index >= 64) continue;
        uint64_t variant = uint64_t{1} << m.index;
        if (!keep_variants(m.content, some ? variant : ~variant)) return false;
    }
    return true;
}

void KnownValues::load(Register r, Place place, Id base, uint32_t index, const Known& known) {
    for (const Memory& m : memory_)
        if (m.place == place && m.base == base && m.index == index) {
            ids_[r] = m.content;
            return;
        }
    set(r, known);
    remember(place, base, index, r);
}

void KnownValues::remember(Place place, Id base, uint32_t index, Register value) {
    std::erase_if(memory_, [&](const Memory& m) { return m.place == place && m.base == base && m.index == index; });
    memory_.push_back({place, base, index, ids_[value]});
}

void KnownValues::forget(const Known* stored) {
    std::erase_if(memory_, [&](const Memory& m) {
        // Where something lies does not change, nor what it is: no object is retyped in place.
        if (m.place == Place::SlotAddress || m.place == Place::Tag || m.place == Place::Option) return false;
        if (!stored) return true;
        if (m.place == Place::ElementAddress) return false;
        return join(*stored, values_[m.content].known).base != Known::Base::Any;
    });
}

bool KnownValues::meet(const KnownValues& other) {
    KnownValues both(ids_.size());
    std::map<std::pair<Id, Id>, Id> pairs;
    auto pair = [&](Id a, Id b) {
        auto [found, fresh] = pairs.try_emplace({a, b}, 0);
        if (fresh) found->second = both.add(join(values_[a].known, other.values_[b].known), {});
        return found->second;
    };
    for (size_t r = 0; r < ids_.size(); ++r) both.ids_[r] = pair(ids_[r], other.ids_[r]);
    // Places of equal bases; their contents may be bases in turn.
    for (const Memory& m : memory_)
        for (const Memory& n : other.memory_) {
            if (m.place != n.place ||
                (m.place != Place::Element && m.place != Place::ElementAddress && m.index != n.index))
                continue;
            auto base = pairs.find({m.base, n.base});
            if (base == pairs.end()) continue;
            uint32_t index = m.index;
            if (m.place == Place::Element || m.place == Place::ElementAddress) {
                auto position = pairs.find({m.index, n.index});
                if (position == pairs.end()) continue;
                index = position->second;
            }
            both.memory_.push_back({m.place, base->second, index, pair(m.content, n.content)});
        }
    for (auto& [from, to] : pairs) {
        const Fact &a = values_[from.first].fact, &b = other.values_[from.second].fact;
        if (a.kind != b.kind || a.constant != b.constant || a.variants != b.variants) continue;
        Fact fact = a;
        if (a.kind == Fact::Kind::Tag || a.kind == Fact::Kind::IsVariant) {
            auto of = pairs.find({a.of, b.of});
            if (of == pairs.end()) continue;
            fact.of = of->second;
        }
        both.values_[to].fact = fact;
    }
    if (both.ids_ == ids_ && both.values_ == values_ && both.memory_ == memory_) return false;
    *this = std::move(both);
    return true;
}

}  // namespace braid::bytecode
