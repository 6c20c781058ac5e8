// Every native that the standard modules declare is there.
#include <catch2/catch.hpp>

#include <algorithm>

#include "analyzer/semantics/queries.h"
#include "analyzer/semantics/velox/callables.h"
#include "interpreter/natives/natives.h"
#include "stdlib/stdlib.h"
#include "workspace/workspace.h"

using namespace braid;

namespace {

struct Declared {
    std::string name;
    bool planned = false;
};

std::vector<Declared> declared_natives() {
    auto host = make_host();
    Snapshot snapshot = host->snapshot();
    auto found = snapshot.run([](QueryContext& context) {
        std::vector<Declared> out;
        for (const StandardFile& source : standard_library()) {
            auto file = files().find(source.path);
            REQUIRE(file);
            for (const ItemEntry& entry : context.get<FileItems>(*file)->entries) {
                if (kind_of(entry.item) != ItemKind::Function) continue;
                auto signature = context.get<SignatureOf>(entry.item);
                // An overload without code belongs to the one that has it.
                ItemId code = velox_semantics::implementation_of(context, entry.item);
                if (signature->is_native && !context.get<SignatureOf>(code)->has_body)
                    out.push_back({qualified_name(entry.item), signature->native_missing});
            }
        }
        return out;
    });
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("every native of the standard modules has a function") {
    const vm::NativeRegistry& registry = natives::standard_natives();
    std::string missing;
    for (const Declared& native : declared_natives())
        if (!native.planned && !registry.function(native.name)) missing += native.name + "\n";
    CHECK(missing == "");
}

TEST_CASE("a planned native has no function") {
    const vm::NativeRegistry& registry = natives::standard_natives();
    std::string written;
    std::vector<Declared> declared = declared_natives();
    // Overloads share a name: one of them may be written while others are planned.
    auto has_written_overload = [&](const Declared& native) {
        return std::any_of(declared.begin(), declared.end(),
                           [&](const Declared& other) { return other.name == native.name && !other.planned; });
    };
    for (const Declared& native : declared)
        if (native.planned && registry.function(native.name) && !has_written_overload(native))
            written += native.name + "\n";
    CHECK(written == "");
}

TEST_CASE("what the machine itself calls is there") {
    const vm::NativeRegistry& registry = natives::standard_natives();
#define X(name, text) CHECK(registry.function(vm::spelling(vm::Intrinsic::name)));
    BRAID_INTRINSICS(X)
#undef X
}
