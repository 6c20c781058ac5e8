#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/database/database.h"

// A small language of queries for the tests: files of words, and what is computed from them.
namespace braid::test {

struct Text {
    using Key = int;
    using Value = std::string;
    static constexpr const char* name = "text";
};

/// Changes only when the number of characters does.
struct Length {
    using Key = int;
    using Value = size_t;
    static constexpr const char* name = "length";
    static Value compute(QueryContext& context, const Key& file) {
        auto text = context.get<Text>(file);
        return text ? text->size() : 0;
    }
};

/// On top of Length: shows what early cut-off saves.
struct IsLong {
    using Key = int;
    using Value = bool;
    static constexpr const char* name = "is_long";
    static Value compute(QueryContext& context, const Key& file) { return *context.get<Length>(file) > 10; }
};

struct Files {
    using Key = NoKey;
    using Value = std::vector<int>;
    static constexpr const char* name = "files";
};

struct CountLong {
    using Key = NoKey;
    using Value = int;
    static constexpr const char* name = "count_long";
    static Value compute(QueryContext& context, const Key&) {
        int count = 0;
        for (int file : *context.get<Files>()) count += *context.get<IsLong>(file) ? 1 : 0;
        return count;
    }
};

}  // namespace braid::test
