#pragma once
#include <optional>
#include <string>
#include <vector>

#include "analyzer/semantics/velox/common.h"

/// Plain enums: those whose variants carry nothing. As in TypeScript, their values are numbers, counted from 0 or from
/// the last one written, or texts. Each variant is a literal type: Literal(Nominal(enum), item = the variant).
namespace braid::velox_semantics {

struct EnumValue {
    bool is_text = false;
    double number = 0;
    std::string text;
    friend bool operator==(const EnumValue&, const EnumValue&) = default;
    /// As a literal is written: `3`, `"UP"`.
    std::string literal() const;
    /// The name of a member that this value selects: `3`, `UP`.
    Name key() const;
};

/// The values of an enum's variants in order; empty: some carry something. A value that is no constant is 0;
/// `enum_item` of item_checks.cpp says so.
struct EnumValuesOf {
    using Key = ItemId;
    using Value = std::vector<EnumValue>;
    static constexpr const char* name = "velox_enum_values";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }  // enums that count from each other
};

bool is_plain_enum(QueryContext&, Type t);
/// Of a variant of a plain enum.
std::optional<EnumValue> enum_value(QueryContext&, ItemId variant);
/// The variant as a type; its enum, where that is not plain.
Type variant_type(QueryContext&, ItemId variant);
/// The types of all variants of a plain enum.
std::vector<Type> variant_types(QueryContext&, Type plain_enum);
/// The members of a type, with a plain enum taken apart into its variants.
std::vector<Type> told_apart_members(QueryContext&, Type t);
/// A plain enum as an object of names and values, and of values and names where those are numbers.
Type enum_object(QueryContext&, ItemId plain_enum);
/// Where an enum's values are no constants: the expressions.
std::vector<SyntaxNode> open_enum_values(QueryContext&, ItemId item, const SyntaxNode& declaration);

}  // namespace braid::velox_semantics
