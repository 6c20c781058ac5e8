#include "analyzer/semantics/velox/exhaustive.h"

#include <algorithm>
#include <optional>

#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/type_operators.h"

// After Maranget, "Warnings for pattern matching" (JFP 2007): rows of patterns, of which the first column is taken
// apart by the ways its values can be made.
namespace braid::velox_semantics {

using namespace hir;

namespace {

constexpr PatternId kAny = PatternId::None;

class Coverage {
  public:
    Coverage(QueryContext& context, const Body& body) : context_(context), body_(body) {}

    using Row = std::vector<PatternId>;

    bool covers(const std::vector<Row>& written, std::vector<Type> types) {
        constexpr int kMostWork = 20'000;
        if (++work_ > kMostWork) return true;  // too large to judge: say nothing
        if (types.empty()) return !written.empty();
        std::vector<Row> rows = expanded(written);
        Type t = resolved(context_, types.front());
        types.erase(types.begin());
        bool tells = std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row[0] != kAny; });
        if (!tells) return covers(with(rows, 0, [](PatternId) { return Row(); }), types);
        std::vector<Type> members = told_apart_members(context_, t);
        if (members.size() == 1 && members[0] == t) return covers_one(rows, t, std::move(types));
        for (Type member : members) {
            std::vector<Type> inner{member};
            inner.insert(inner.end(), types.begin(), types.end());
            if (!covers(rows, std::move(inner))) return false;
        }
        return true;
    }

  private:
    const PatternData& data(PatternId id) const { return body_[id].data; }

    /// A name is `_`, alternatives are rows of their own.
    std::vector<Row> expanded(const std::vector<Row>& rows) const {
        std::vector<Row> made;
        for (Row row : rows) {
            while (row[0] != kAny)
                if (auto* bind = std::get_if<BindPattern>(&data(row[0]))) row[0] = bind->sub;
                else break;
            if (row[0] != kAny && std::holds_alternative<WildcardPattern>(data(row[0]))) row[0] = kAny;
            auto* either = row[0] == kAny ? nullptr : std::get_if<OrPattern>(&data(row[0]));
            if (!either) {
                made.push_back(std::move(row));
                continue;
            }
            std::vector<Row> alternatives;
            for (PatternId alternative : either->alternatives) {
                alternatives.push_back(row);
                alternatives.back()[0] = alternative;
            }
            for (Row& each : expanded(alternatives)) made.push_back(std::move(each));
        }
        return made;
    }

    /// The rows whose first pattern `take` takes apart (nullopt: it does not fit), with its parts in the place of it.
    template <typename Take>
    std::vector<Row> with(const std::vector<Row>& rows, size_t parts, const Take& take) const {
        std::vector<Row> made;
        for (const Row& row : rows) {
            std::optional<Row> inner = row[0] == kAny ? std::optional(Row(parts, kAny)) : take(row[0]);
            if (!inner) continue;
            inner->resize(parts, kAny);
            inner->insert(inner->end(), row.begin() + 1, row.end());
            made.push_back(std::move(*inner));
        }
        return made;
    }

    /// Tests of types that all values of `t` pass go away, rows that none passes, too.
    std::vector<Row> tested(const std::vector<Row>& rows, Type t) const {
        std::vector<Row> made;
        for (Row row : rows) {
            auto* test = row[0] == kAny ? nullptr : std::get_if<TypePattern>(&data(row[0]));
            if (test && (t->is(TypeKind::Any) || !is_assignable(context_, t, test->tested))) continue;
            if (test) {
                row[0] = test->sub;
                for (Row& each : tested(expanded({row}), t)) made.push_back(std::move(each));
            } else {
                made.push_back(std::move(row));
            }
        }
        return made;
    }

    /// Of a type that is no union.
    bool covers_one(const std::vector<Row>& written, Type t, std::vector<Type> types) {
        std::vector<Row> rows = tested(written, t);
        auto definition = t->is(TypeKind::Nominal) ? context_.get<DefinitionOf>(t->item) : nullptr;
        if (definition && !definition->variants.empty()) {
            for (ItemId variant : definition->variants)
                if (!covers_variant(rows, t, variant, types)) return false;
            return true;
        }
        if (t->is(TypeKind::Bool)) {
            for (std::string_view value : {"true", "false"})
                if (!covers_literal(rows, type::literal(t, value), types)) return false;
            return true;
        }
        if (t->is(TypeKind::Literal)) return covers_literal(rows, t, types);
        if (t->is(TypeKind::Tuple)) return covers_tuple(rows, t, types);
        if (t->is(TypeKind::Record) || definition) return covers_members(rows, t, types);
        return covers(with(rows, 0, [](PatternId) { return std::optional<Row>(); }), std::move(types));
    }

    bool covers_variant(const std::vector<Row>& rows, Type t, ItemId variant, const std::vector<Type>& types) {
        std::vector<Type> inner;
        for (const FieldInfo& field : context_.get<DefinitionOf>(variant)->fields)
            inner.push_back(substitute(field.type, t->item, t->arguments));
        size_t parts = inner.size();
        inner.insert(inner.end(), types.begin(), types.end());
        return covers(with(rows, parts,
                           [&](PatternId id) {
                               auto* p = std::get_if<VariantPattern>(&data(id));
                               return p && p->variant == variant ? std::optional(p->fields) : std::nullopt;
                           }),
                      std::move(inner));
    }

    bool covers_literal(const std::vector<Row>& rows, Type literal, const std::vector<Type>& types) {
        return covers(with(rows, 0,
                           [&](PatternId id) {
                               bool is_it =
                                   std::holds_alternative<LiteralPattern>(data(id)) && body_[id].type == literal;
                               return is_it ? std::optional(Row()) : std::nullopt;
                           }),
                      types);
    }

    bool covers_tuple(const std::vector<Row>& rows, Type t, const std::vector<Type>& types) {
        size_t parts = t->arguments.size();
        std::vector<Type> inner = t->arguments;
        inner.insert(inner.end(), types.begin(), types.end());
        return covers(with(rows, parts,
                           [&](PatternId id) -> std::optional<Row> {
                               auto* p = std::get_if<ListPattern>(&data(id));
                               if (!p || p->elements.size() > parts || (!p->rest && p->elements.size() < parts))
                                   return std::nullopt;
                               bool rest_last = !p->rest || *p->rest == p->elements.size();
                               return rest_last ? std::optional(p->elements) : std::nullopt;
                           }),
                      std::move(inner));
    }

    /// Objects: a column for each member that a pattern names.
    bool covers_members(const std::vector<Row>& rows, Type t, const std::vector<Type>& types) {
        std::vector<Name> names;
        for (const Row& row : rows)
            if (auto* p = row[0] == kAny ? nullptr : std::get_if<RecordPattern>(&data(row[0])))
                for (const auto& [name, sub] : p->fields)
                    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        std::vector<Type> inner;
        for (Name name : names) {
            MemberInfo member = find_member(context_, t, name);
            inner.push_back(member.kind == MemberInfo::None ? type::any() : member.type);
        }
        inner.insert(inner.end(), types.begin(), types.end());
        return covers(with(rows, names.size(),
                           [&](PatternId id) -> std::optional<Row> {
                               auto* p = std::get_if<RecordPattern>(&data(id));
                               if (!p) return std::nullopt;
                               Row parts(names.size(), kAny);
                               for (const auto& [name, sub] : p->fields)
                                   parts[size_t(std::find(names.begin(), names.end(), name) - names.begin())] = sub;
                               return parts;
                           }),
                      std::move(inner));
    }

    QueryContext& context_;
    const Body& body_;
    int work_ = 0;
};

}  // namespace

bool fit_all_values(QueryContext& context, const Body& body, const std::vector<PatternId>& patterns, Type type) {
    std::vector<Coverage::Row> rows;
    for (PatternId pattern : patterns) rows.push_back({pattern});
    return Coverage(context, body).covers(rows, {type});
}

}  // namespace braid::velox_semantics
