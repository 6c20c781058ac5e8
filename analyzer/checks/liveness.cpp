#include "analyzer/checks/liveness.h"

namespace braid::checks {

using namespace mir;
using mir::Place;  // not the place in the source

namespace {

/// The local that a statement gives a new value as a whole, or ends.
Local killed_by(const Statement& s) {
    if (auto* assign = std::get_if<Assign>(&s.kind)) return assign->place.is_local() ? assign->place.local : kNoLocal;
    if (auto* live = std::get_if<StorageLive>(&s.kind)) return live->local;
    if (auto* dead = std::get_if<StorageDead>(&s.kind)) return dead->local;
    return kNoLocal;
}

}  // namespace

Liveness::Liveness(const MirBody& body, const BodyRegions& regions, RegionsOfTypes& types)
    : body_(body), index_(body.locals.size(), kNone), drop_looks_(body.locals.size(), false) {
    for (Local local = 0; local < body.locals.size(); ++local) {
        if (!regions.is_tracked(local) || lives_everywhere(body.locals[local])) continue;
        index_[local] = uint32_t(locals_.size());
        locals_.push_back(local);
        drop_looks_[local] = types.drop_looks(body.locals[local].type);
    }
    words_ = (locals_.size() + 63) / 64;
    live_in_.assign(words_ * body.blocks.size(), 0);
    if (words_ == 0) return;
    std::vector<std::vector<BlockId>> before(body.blocks.size());
    for (BlockId id = 0; id < body.blocks.size(); ++id) {
        for_each_successor(body.blocks[id].terminator, [&](BlockId to, const Place*) { before[to].push_back(id); });
        if (body.blocks[id].unwind != kNoBlock) before[body.blocks[id].unwind].push_back(id);
    }
    std::vector<BlockId> work;
    std::vector<bool> waiting(body.blocks.size(), true);
    for (BlockId id = 0; id < body.blocks.size(); ++id) work.push_back(id);
    while (!work.empty()) {
        BlockId id = work.back();
        work.pop_back();
        waiting[id] = false;
        Bits live = at_end(id);
        auto set = [&](Local local, bool on) {
            if (index_[local] == kNone) return;
            uint64_t bit = uint64_t(1) << (index_[local] % 64);
            uint64_t& word = live[index_[local] / 64];
            word = on ? word | bit : word & ~bit;
        };
        backward(
            id, [&](uint32_t, Local l) { set(l, true); }, [&](uint32_t, Local l) { set(l, false); });
        if (std::equal(live.begin(), live.end(), live_in_.begin() + ptrdiff_t(id * words_))) continue;
        std::copy(live.begin(), live.end(), live_in_.begin() + ptrdiff_t(id * words_));
        for (BlockId previous : before[id])
            if (!waiting[previous]) waiting[previous] = true, work.push_back(previous);
    }
}

/// What lives after the block's terminator, on any way.
Liveness::Bits Liveness::at_end(BlockId id) const {
    Bits live(words_, 0);
    const Block& block = body_.blocks[id];
    auto join = [&](BlockId target, Local written) {
        for (size_t word = 0; word < words_; ++word) {
            uint64_t bits = live_in_[target * words_ + word];
            if (written != kNoLocal && index_[written] != kNone && index_[written] / 64 == word)
                bits &= ~(uint64_t(1) << (index_[written] % 64));
            live[word] |= bits;
        }
    };
    for_each_successor(block.terminator, [&](BlockId target, const Place* destination) {
        join(target, destination && destination->is_local() ? destination->local : kNoLocal);
    });
    if (block.unwind != kNoBlock) join(block.unwind, kNoLocal);
    return live;
}

/// Goes through the block from its end: at each step first what it writes, then what it uses.
template <typename U, typename K>
void Liveness::backward(BlockId id, U&& used, K&& killed) const {
    const Block& block = body_.blocks[id];
    uint32_t at = uint32_t(block.statements.size());
    for_each_use(block.terminator, [&](Local local) { used(at, local); });
    if (auto* drop = std::get_if<Drop>(&block.terminator.kind); drop && drop_looks_[drop->place.local])
        used(at, drop->place.local);
    while (at-- > 0) {
        const Statement& s = block.statements[at];
        if (Local local = killed_by(s); local != kNoLocal) killed(at, local);
        for_each_use(s, [&](Local local) { used(at, local); });
    }
}

std::vector<Liveness::Change> Liveness::changes(BlockId id) const {
    std::vector<Change> out;
    if (words_ == 0) return out;
    Bits live = at_end(id);
    auto lives = [&](Local local) { return live[index_[local] / 64] >> (index_[local] % 64) & 1; };
    auto flip = [&](Local local) { live[index_[local] / 64] ^= uint64_t(1) << (index_[local] % 64); };
    backward(
        id,
        [&](uint32_t at, Local local) {
            if (index_[local] == kNone || lives(local)) return;
            flip(local);
            out.push_back({at, local, false});
        },
        [&](uint32_t at, Local local) {
            if (index_[local] == kNone || !lives(local)) return;
            flip(local);
            out.push_back({at, local, true});
        });
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace braid::checks
