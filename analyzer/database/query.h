#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

// How queries and inputs are declared. Both are types that are never instantiated.
//
//   struct FileTextInput {                      // an input: set from outside, has no `compute`
//       using Key = FileId;
//       using Value = SourceText;
//       static constexpr const char* name = "file_text";
//   };
//
//   struct ItemTree {                           // a query: a pure function of its key and of what it gets
//       using Key = FileId;
//       using Value = ItemTreeData;
//       static constexpr const char* name = "item_tree";
//       static Value compute(QueryContext& context, const Key& file) {
//           auto text = context.get<FileTextInput>(file);   // shared_ptr<const SourceText>; null: not set
//           …
//       }
//   };
//
// Optional members:
//   static std::shared_ptr<const Value> compute(…)    instead, when the value exists already (shared with another
//   query) static bool equal(const Value&, const Value&)     instead of ==; decides early cut-off static Value
//   cycle_fallback(const Key&)           the value of every member of a cycle of queries; without it a cycle
//                                                     is our own bug: members get Value{} and an event says so
//   static std::size_t hash(const Key&)               instead of std::hash / QueryHash
//   static std::string describe(const Key&)           the key in events, for the log
//   static Value update(QueryContext&, const Key&, const Value& old)
//                                                     what `compute` would give, made from an earlier value
//   static void announce(const Value& old, const Value& now, Announcements&)
//                                                     a *watched* query, see README.md: it reads inputs only, is kept
//                                                     up to date by every write, and says whose answers changed
//   static constexpr bool announced = true            the query reads only watched queries and their inputs, which say
//                                                     when an answer changes; it is not asked again otherwise
//
// `compute` must not read anything that can change except through its context, must not throw, and in long loops calls
// context.check_cancelled().
namespace braid {

class QueryContext;
class Announcements;

/// The key of queries about the whole workspace.
struct NoKey {
    friend bool operator==(const NoKey&, const NoKey&) = default;
};

/// How rarely an input changes. A memo is as durable as the least durable thing it read; when nothing of its level
/// changed since it was verified, its dependencies are not walked at all.
enum class Durability : uint8_t {
    Low,     ///< files open in an editor
    Medium,  ///< other files of the workspace, settings
    High,    ///< the standard library
};

/// Hashes keys: std::hash where there is one, pairs and tuples member by member. Specialize or give `Q::hash` for
/// others.
template <typename T>
struct QueryHash {
    std::size_t operator()(const T& value) const { return std::hash<T>{}(value); }
};
inline std::size_t combine_hashes(std::size_t seed, std::size_t value) {
    return seed ^ (value + 0x9e3779b97f4a7c15ull + (seed << 6) + (seed >> 2));
}
template <>
struct QueryHash<NoKey> {
    std::size_t operator()(const NoKey&) const { return 0; }
};
template <typename A, typename B>
struct QueryHash<std::pair<A, B>> {
    std::size_t operator()(const std::pair<A, B>& value) const {
        return combine_hashes(QueryHash<A>{}(value.first), QueryHash<B>{}(value.second));
    }
};
template <typename... Ts>
struct QueryHash<std::tuple<Ts...>> {
    std::size_t operator()(const std::tuple<Ts...>& value) const {
        return std::apply(
            [](const Ts&... parts) {
                std::size_t seed = 0;
                ((seed = combine_hashes(seed, QueryHash<Ts>{}(parts))), ...);
                return seed;
            },
            value);
    }
};

template <typename Q>
concept DeclaresCompute = requires(QueryContext& context, const typename Q::Key& key) {
    Q::compute(context, key);
};

template <typename Q>
concept InputDeclaration = requires {
    typename Q::Key;
    typename Q::Value;
    { Q::name } -> std::convertible_to<const char*>;
}
&&!DeclaresCompute<Q>;

template <typename Q>
concept QueryDeclaration = requires {
    typename Q::Key;
    typename Q::Value;
    { Q::name } -> std::convertible_to<const char*>;
}
&&DeclaresCompute<Q>;

template <typename Q>
concept Declaration = InputDeclaration<Q> || QueryDeclaration<Q>;

namespace detail {

/// What the engine knows of a declaration: its functions with types erased.
struct QueryType {
    const char* name;
    bool is_input;
    bool declares_fallback;
    bool is_announced;
    /// `old` may be null.
    std::shared_ptr<const void> (*compute)(QueryContext&, const void* key, const void* old);
    void (*announce)(const void* old, const void* now, Announcements&);  ///< null: not a watched query
    std::shared_ptr<const void> (*fallback)(const void* key);
    bool (*equal)(const void* left, const void* right);
    std::size_t (*hash_key)(const void* key);
    bool (*equal_keys)(const void* left, const void* right);
    std::shared_ptr<const void> (*copy_key)(const void* key);
    std::string (*describe)(const void* key);
    std::size_t plain_key_size;  ///< of a key that fits into a word and is copied byte by byte; else 0
};

template <typename Q>
struct Erased {
    using Key = typename Q::Key;
    using Value = typename Q::Value;

    static const Key& key(const void* erased) { return *static_cast<const Key*>(erased); }

    static const Value& value(const void* erased) { return *static_cast<const Value*>(erased); }

    static std::shared_ptr<const void> compute(QueryContext& context, const void* erased, const void* old) {
        if constexpr (QueryDeclaration<Q>) {
            if constexpr (requires { Q::update(context, key(erased), value(old)); }) {
                if (old) return std::make_shared<const Value>(Q::update(context, key(erased), value(old)));
            }
            if constexpr (std::is_same_v<decltype(Q::compute(context, key(erased))), std::shared_ptr<const Value>>) {
                return Q::compute(context, key(erased));
            } else {
                return std::make_shared<const Value>(Q::compute(context, key(erased)));
            }
        } else {
            return nullptr;
        }
    }
    static constexpr bool declares_fallback = requires(const Key& k) { Q::cycle_fallback(k); };
    static std::shared_ptr<const void> fallback(const void* erased) {
        if constexpr (declares_fallback) {
            return std::make_shared<const Value>(Q::cycle_fallback(key(erased)));
        } else if constexpr (QueryDeclaration<Q>) {
            static_assert(std::is_default_constructible_v<Value>, "declare cycle_fallback: the value has no default");
            return std::make_shared<const Value>();
        } else {
            return nullptr;
        }
    }
    static bool equal(const void* left, const void* right) {
        const Value& a = value(left);
        const Value& b = value(right);
        if constexpr (requires { Q::equal(a, b); }) {
            return Q::equal(a, b);
        } else {
            return a == b;
        }
    }
    static constexpr bool is_announced = requires { Q::announced; };
    static constexpr bool is_watched = requires(const Value& v, Announcements& announcements) {
        Q::announce(v, v, announcements);
    };
    static void announce(const void* old, const void* now, Announcements& announcements) {
        if constexpr (is_watched) Q::announce(value(old), value(now), announcements);
    }
    static std::size_t hash_key(const void* erased) {
        if constexpr (requires { Q::hash(key(erased)); }) {
            return Q::hash(key(erased));
        } else {
            return QueryHash<Key>{}(key(erased));
        }
    }
    static bool equal_keys(const void* left, const void* right) { return key(left) == key(right); }
    static std::shared_ptr<const void> copy_key(const void* erased) { return std::make_shared<const Key>(key(erased)); }
    static std::string describe(const void* erased) {
        if constexpr (requires { Q::describe(key(erased)); }) {
            return Q::describe(key(erased));
        } else if constexpr (std::is_enum_v<Key>) {
            return std::to_string(static_cast<std::underlying_type_t<Key>>(key(erased)));
        } else if constexpr (std::is_arithmetic_v<Key>) {
            return std::to_string(key(erased));
        } else if constexpr (std::is_convertible_v<Key, std::string>) {
            return key(erased);
        } else {
            return {};
        }
    }

    static constexpr bool has_plain_key = std::is_trivially_copyable_v<Key> && sizeof(Key) <= sizeof(uint64_t);

    static constexpr QueryType type{Q::name,
                                    InputDeclaration<Q>,
                                    declares_fallback,
                                    is_announced,
                                    compute,
                                    is_watched ? announce : nullptr,
                                    fallback,
                                    equal,
                                    hash_key,
                                    equal_keys,
                                    copy_key,
                                    describe,
                                    has_plain_key ? sizeof(Key) : 0};
};

}  // namespace detail

/// What a watched query hands its findings to: the keys of announced queries whose answers are different now.
class Announcements {
  public:
    template <QueryDeclaration Q>
    requires(Q::announced) void changed(const typename Q::Key& key) { add(detail::Erased<Q>::type, &key); }

    Announcements(const Announcements&) = delete;
    Announcements& operator=(const Announcements&) = delete;

  protected:
    Announcements() = default;
    ~Announcements() = default;
    virtual void add(const detail::QueryType& type, const void* key) = 0;
};
}  // namespace braid
