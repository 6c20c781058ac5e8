#include "analyzer/explore/state.h"

namespace braid::explore {

uint64_t Value::hash() const {
    uint64_t h = mix(uint64_t(kind) + 1, number);
    h = mix(h, uint64_t(item));
    for (const Value& part : parts) h = mix(h, part.hash());
    return h;
}

namespace {

uint64_t hash_of(const Object& o) {
    uint64_t h = mix(uint64_t(o.kind) | uint64_t(o.wild) << 8 | uint64_t(o.closed) << 9, uint64_t(o.count));
    h = mix(h, uint64_t(o.senders) << 32 | o.receivers);
    h = mix(h, uint64_t(o.follows) << 32 | uint64_t(o.combines));
    for (const Value& v : o.buffer) h = mix(h, v.hash());
    for (const Hold& hold : o.holders) h = mix(h, uint64_t(hold.task) << 1 | hold.shared);
    return h;
}

uint64_t hash_of(const Task& t) {
    uint64_t h = mix(uint64_t(t.status), uint64_t(t.pending.kind) << 1 | t.pending.notified);
    h = mix(h, uint64_t(t.pending.object) << 32 | t.promise);
    h = mix(h, t.pending.value.hash());
    for (const Value& v : t.pending.rest) h = mix(h, v.hash());
    for (const Frame& f : t.frames) {
        h = mix(h, reinterpret_cast<uintptr_t>(f.body));
        h = mix(h, uint64_t(f.block) << 32 | f.statement);
        for (uint32_t cell : f.boxes) h = mix(h, cell);
        for (const Value& v : f.locals) h = mix(h, v.hash());
    }
    return mix(h, t.result.hash());
}

}  // namespace

uint64_t State::hash() const {
    uint64_t h = root_returned;
    for (const Task& t : tasks) h = mix(h, hash_of(t));
    for (const Object& o : objects) h = mix(h, hash_of(o));
    for (const Value& v : heap) h = mix(h, v.hash());
    for (size_t cell : open) h = mix(h, cell);
    for (const auto& [symbol, value] : decided) h = mix(mix(h, symbol), value);
    return h;
}

}  // namespace braid::explore
