#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "interpreter/heap/heap.h"

using namespace braid::heap;

namespace {

// A heap with some layouts, and roots the test edits.
struct World {
    explicit World(HeapOptions options = {}) : heap(std::move(options)), allocator(heap.make_allocator()) {
        pair = heap.register_layout(Layout::fixed("pair", {true, true}));
        half = heap.register_layout(Layout::fixed("half", {false, true, false}));
        list = heap.register_layout(Layout::array("list"));
        raw = heap.register_layout(Layout::raw_array("raw"));
        entries = heap.register_layout(Layout::array("entries", {true, false, true}));
        text = heap.register_layout(Layout::bytes("text"));
        heap.add_root_provider([this](Marker& marker) { marker.visit_range(roots.data(), roots.size()); });
    }

    static Word word(const void* p) { return Value::pointer(p).word(); }
    void root(const void* p) { roots.push_back(word(p)); }
    std::set<Object*> objects() {
        std::set<Object*> all;
        heap.for_each_object([&](Object& object) { all.insert(&object); });
        return all;
    }

    Heap heap;
    std::unique_ptr<Allocator> allocator;
    std::vector<Word> roots;
    LayoutId pair, half, list, raw, entries, text;
};

}  // namespace

TEST_CASE("an object is zero, keeps its layout and its contents") {
    World w;
    Object* object = w.allocator->fixed(w.pair);
    REQUIRE(object);
    CHECK(object->layout() == w.pair);
    CHECK(w.heap.layout(w.pair).name == "pair");
    CHECK(object->slots()[0] == 0);
    CHECK(object->slots()[1] == 0);
    CHECK(object->flags() == 0);
    object->set_flags(6);
    object->clear_flags(2);
    CHECK(object->flags() == 4);

    Object* text = w.allocator->bytes(w.text, "hello");
    CHECK(std::string_view(text->bytes(), text->length()) == "hello");
    CHECK(w.allocator->bytes(w.text, "")->length() == 0);
    CHECK(w.allocator->array(w.list, 0)->length() == 0);
    Object* entries = w.allocator->array(w.entries, 10);
    CHECK(entries->length() == 10);
    CHECK(entries->elements()[29] == 0);
}

TEST_CASE("wide integers are boxed") {
    World w;
    for (int64_t i : {int64_t{5}, Value::kMaxInteger, Value::kMaxInteger + 1, INT64_MIN, INT64_MAX}) {
        Value v = w.allocator->integer(i);
        if (Value::fits_integer(i)) {
            CHECK(v.as_small_integer() == i);
        } else {
            REQUIRE(v.is_pointer());
            CHECK(v.as_pointer<Object>()->layout() == kBoxedInteger);
            CHECK(static_cast<int64_t>(v.as_pointer<Object>()->slots()[0]) == i);
        }
    }
}

TEST_CASE("what the roots reach stays, the rest goes") {
    World w;
    Object* a = w.allocator->fixed(w.pair);
    Object* b = w.allocator->fixed(w.half);
    Object* c = w.allocator->array(w.list, 3);
    Object* hidden = w.allocator->fixed(w.pair);  // only a raw slot names it
    w.allocator->fixed(w.pair);
    store_traced(&a->slots()[0], World::word(b));
    store_traced(&b->slots()[1], World::word(c));
    b->slots()[0] = World::word(hidden);
    c->elements()[2] = World::word(a);  // a cycle
    w.root(a);
    w.heap.collect();
    CHECK(w.objects() == std::set<Object*>{a, b, c});
    CHECK(w.heap.stats().live_objects == 3);
    w.roots.clear();
    w.heap.collect();
    CHECK(w.objects().empty());
    CHECK(w.heap.stats().committed_bytes == 0);
    CHECK(w.heap.stats().collections == 2);
}

TEST_CASE("values that are no pointers, and pointers to elsewhere, mark nothing") {
    World w;
    Object* a = w.allocator->fixed(w.pair);
    int elsewhere = 0;
    auto block_start = reinterpret_cast<uintptr_t>(a) / (64 << 10) * (64 << 10);
    for (Word word :
         {Value::number(1.5).word(), Value::small_integer(-1).word(), Value::null().word(), World::word(&elsewhere),
          Word{4096}, (Word{1} << 48) - 1, Word{block_start}, Word{block_start + 65535}})
        w.roots.push_back(word);
    w.heap.collect();
    CHECK(w.objects().empty());
}

TEST_CASE("an interior pointer keeps its object alive and finds it") {
    World w;
    std::vector<Object*> objects;
    for (uint64_t length : {0, 1, 2, 7, 30, 200, 1000, 1022, 5000, 100'000}) {
        objects.push_back(w.allocator->array(w.list, length));
        objects.push_back(w.allocator->array(w.raw, length));
    }
    for (Object* object : objects) {
        Word* last = object->elements() + object->length();
        for (Word* p = object->slots(); p < last; p += 1 + object->length() / 7) REQUIRE(w.heap.object_of(p) == object);
        REQUIRE(w.heap.object_of(object) == object);
        w.roots.push_back(World::word(last - 1));
        REQUIRE(w.heap.size_of(*object) >= 16 + object->length() * 8);
    }
    w.heap.collect();
    CHECK(w.objects() == std::set<Object*>(objects.begin(), objects.end()));
    int elsewhere = 0;
    CHECK(w.heap.object_of(&elsewhere) == nullptr);
    CHECK(w.heap.object_of(nullptr) == nullptr);
}

TEST_CASE("the collector agrees with a model on random graphs") {
    CHECK(rc::check([] {
        World w;
        std::vector<Object*> known;
        auto traced_slots = [&](Object* object) {
            std::vector<Word*> slots;
            if (object->layout() == w.pair) slots = {&object->slots()[0], &object->slots()[1]};
            if (object->layout() == w.half) slots = {&object->slots()[1]};
            if (object->layout() == w.list)
                for (uint64_t i = 0; i < object->length(); ++i) slots.push_back(&object->elements()[i]);
            if (object->layout() == w.entries)
                for (uint64_t i = 0; i < object->length(); ++i)
                    slots.push_back(&object->elements()[3 * i]), slots.push_back(&object->elements()[3 * i + 2]);
            return slots;
        };
        int rounds = *rc::gen::inRange(1, 4);
        for (int round = 0; round < rounds; ++round) {
            int count = *rc::gen::inRange(0, 200);
            for (int i = 0; i < count; ++i) {
                uint64_t length = *rc::gen::weightedElement<uint64_t>({{10, 3}, {5, 40}, {1, 3000}});
                Object* made = nullptr;
                switch (*rc::gen::inRange(0, 4)) {
                    case 0: made = w.allocator->fixed(w.pair); break;
                    case 1: made = w.allocator->fixed(w.half); break;
                    case 2: made = w.allocator->array(w.list, length); break;
                    default: made = w.allocator->array(w.entries, length); break;
                }
                RC_ASSERT(made);
                RC_ASSERT(std::find(known.begin(), known.end(), made) == known.end());
                known.push_back(made);
            }
            for (int i = 0; i < count * 2 && !known.empty(); ++i) {
                Object* from = known[*rc::gen::inRange<size_t>(0, known.size())];
                Object* to = known[*rc::gen::inRange<size_t>(0, known.size())];
                auto slots = traced_slots(from);
                Word* slot = slots[*rc::gen::inRange<size_t>(0, slots.size())];
                store_traced(slot, World::word(*rc::gen::arbitrary<bool>() ? to->slots() : static_cast<void*>(to)));
            }
            w.roots.clear();
            std::set<Object*> reached;
            std::vector<Object*> pending;
            for (Object* object : known)
                if (*rc::gen::inRange(0, 10) == 0) w.root(object), pending.push_back(object);
            while (!pending.empty()) {
                Object* object = pending.back();
                pending.pop_back();
                if (!reached.insert(object).second) continue;
                for (Word* slot : traced_slots(object))
                    if (*slot) pending.push_back(w.heap.object_of(reinterpret_cast<void*>(*slot)));
            }
            w.heap.collect();
            RC_ASSERT(w.objects() == reached);
            known.assign(reached.begin(), reached.end());
        }
    }));
}

TEST_CASE("a list of a million elements, a chain of a million links") {
    World w;
    Object* list = w.allocator->array(w.list, 1'000'000);
    for (uint64_t i = 0; i < list->length(); ++i) list->elements()[i] = World::word(w.allocator->fixed(w.half));
    Object* chain = nullptr;
    for (int i = 0; i < 1'000'000; ++i) {
        Object* link = w.allocator->fixed(w.pair);
        link->slots()[0] = chain ? World::word(chain) : 0;
        chain = link;
    }
    w.root(list);
    w.root(chain);
    w.heap.collect();
    CHECK(w.heap.stats().live_objects == 2'000'001);
    w.roots.pop_back();
    w.heap.collect();
    CHECK(w.heap.stats().live_objects == 1'000'001);
}

TEST_CASE("freed memory is used again") {
    World w;
    auto fill = [&] {
        for (int i = 0; i < 50'000; ++i) w.allocator->fixed(w.half);
    };
    fill();
    uint64_t first = w.heap.stats().committed_bytes;
    for (int round = 0; round < 5; ++round) {
        Object* survivor = w.allocator->fixed(w.pair);
        w.root(survivor);
        w.heap.collect();
        fill();
    }
    CHECK(w.heap.stats().committed_bytes <= first + (64 << 10) * 6);
}

namespace {

struct Resource {
    explicit Resource(int& alive) : alive(alive) { ++alive; }
    ~Resource() { --alive; }
    void trace(Marker& marker) { marker.visit(held); }
    int& alive;
    Word held = 0;
    std::string text = "long enough not to be stored in the string object itself";
};

}  // namespace

TEST_CASE("native objects trace what they hold and are destroyed once") {
    int alive = 0;
    {
        World w;
        LayoutId resource = w.heap.register_layout(Layout::native_object<Resource>("resource"));
        Object* kept = w.allocator->native<Resource>(resource, alive);
        Object* held = w.allocator->native<Resource>(resource, alive);
        for (int i = 0; i < 5000; ++i) w.allocator->native<Resource>(resource, alive);
        kept->native<Resource>()->held = World::word(held);
        w.root(kept);
        CHECK(alive == 5002);
        w.heap.collect();
        CHECK(alive == 2);
        CHECK(w.heap.stats().finalized_objects == 5000);
        w.heap.collect();
        CHECK(alive == 2);
        kept->native<Resource>()->held = 0;
        w.heap.collect();
        CHECK(alive == 1);
        w.allocator->native<Resource>(resource, alive);
        w.allocator.reset();
    }
    CHECK(alive == 0);
}
