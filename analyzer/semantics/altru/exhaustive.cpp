#include <algorithm>
#include <set>

#include "analyzer/semantics/altru/builder.h"

// Exhaustiveness after Maranget, "Warnings for pattern matching" (JFP 2007): a row of wildcards is useful exactly when
// a case is missing; the witness is built on the way back.
namespace braid::altru_semantics {

using namespace hir;

namespace {

constexpr int kMaxWork = 20'000;

/// Values of an integer type or `char`, both ends included, as numbers that order like the values.
struct Interval {
    uint64_t low = 0, high = 0;
    bool contains(const Interval& other) const { return low <= other.low && other.high <= high; }
};

constexpr uint64_t kSign = uint64_t(1) << 63;

/// All values of a type; nullopt for one whose values are not numbered.
std::optional<Interval> all_values(Type t) {
    if (t->is(TypeKind::Char)) return Interval{0, 0x10FFFF};
    if (!t->is(TypeKind::Integer)) return std::nullopt;
    auto around_zero = [](int bits) {
        return Interval{kSign - (kSign >> (64 - bits)), kSign + (kSign >> (64 - bits)) - 1};
    };
    switch (t->integer) {
        case IntegerKind::I8: return around_zero(8);
        case IntegerKind::I16: return around_zero(16);
        case IntegerKind::I32: return around_zero(32);
        case IntegerKind::I64:
        case IntegerKind::Isize: return Interval{0, UINT64_MAX};
        case IntegerKind::U8: return Interval{0, UINT8_MAX};
        case IntegerKind::U16: return Interval{0, UINT16_MAX};
        case IntegerKind::U32: return Interval{0, UINT32_MAX};
        case IntegerKind::U64:
        case IntegerKind::Usize: return Interval{0, UINT64_MAX};
    }
    return std::nullopt;
}

bool is_signed(Type t) { return t->is(TypeKind::Integer) && t->integer < IntegerKind::U8; }

/// A pattern reduced to what matters here.
struct Shape {
    enum Kind : uint8_t { Any, Constructor, Alternatives } kind = Any;
    // Constructor: variant item, bool, literal text, list length, union member, or the only one of a tuple or struct.
    std::string key;
    size_t order = 0;
    ItemId variant = ItemId::None;
    std::vector<Shape> parts;
    bool is_open_list = false;         // `[a, ..]`: parts are a minimum
    std::optional<Interval> interval;  // integers, characters: the values that match
    Type type = nullptr;
};

class Matrix {
  public:
    Matrix(QueryContext& context, const Body& body) : context_(context), body_(body) {}

    Shape shape(PatternId id) {
        Shape any;
        if (id == PatternId::None) return any;
        const Pattern& p = body_[id];
        if (std::holds_alternative<ErrorPattern>(p.data)) {
            saw_error = true;
            return any;
        }
        if (auto* bind = std::get_if<BindPattern>(&p.data))
            return bind->sub == PatternId::None ? any : shape(bind->sub);
        Shape s;
        s.kind = Shape::Constructor;
        s.type = without_references(p.type);
        if (auto* alternatives = std::get_if<OrPattern>(&p.data)) {
            s.kind = Shape::Alternatives;
            for (PatternId sub : alternatives->alternatives) s.parts.push_back(shape(sub));
        } else if (auto* variant = std::get_if<VariantPattern>(&p.data)) {
            s.key = std::string(name_of(variant->variant).text());
            s.variant = variant->variant;
            for (PatternId sub : variant->fields) s.parts.push_back(shape(sub));
        } else if (auto* fields = std::get_if<StructPattern>(&p.data)) {
            bool is_variant = kind_of(fields->item) == ItemKind::Variant;
            s.key = is_variant ? std::string(name_of(fields->item).text()) : "";
            s.variant = is_variant ? fields->item : ItemId::None;
            s.parts.resize(context_.get<DefinitionOf>(fields->item)->fields.size());
            for (auto [index, sub] : fields->fields)
                if (index < s.parts.size()) s.parts[index] = shape(sub);
        } else if (auto* tuple = std::get_if<TuplePattern>(&p.data)) {
            for (PatternId sub : tuple->elements) s.parts.push_back(shape(sub));
        } else if (auto* list = std::get_if<ListPattern>(&p.data)) {
            size_t before = list->rest ? *list->rest : list->elements.size();
            for (PatternId sub : list->elements) s.parts.push_back(shape(sub));
            s.is_open_list = list->rest.has_value();
            s.order = before;
            s.key = std::to_string(s.parts.size());
        } else if (auto* literal = std::get_if<LiteralPattern>(&p.data)) {
            s.key = literal_text(literal->value);
            if (auto value = ordinal(literal->value, s.type)) s.interval = Interval{*value, *value};
        } else if (auto* range = std::get_if<RangePattern>(&p.data)) {
            s.key = range_text(*range);
            s.interval = interval_of(*range, s.type);
        } else if (auto* typed = std::get_if<TypePattern>(&p.data)) {
            s.key = print_type(typed->tested);
            s.parts.push_back(shape(typed->sub));
        } else {
            return any;
        }
        return s;
    }

    struct Row {
        std::vector<Shape> cells;
    };

    /// A row of values that no row matches, as text; nullopt when every value is matched.
    std::optional<std::vector<std::string>> missing(const std::vector<Row>& rows, const std::vector<Type>& types) {
        if (++work_ > kMaxWork) return std::nullopt;  // too large to judge: say nothing
        if (types.empty()) return rows.empty() ? std::optional(std::vector<std::string>{}) : std::nullopt;
        std::vector<Row> expanded = expand(rows);
        Type t = without_references(types[0]);
        if (t->is(TypeKind::Error)) return std::nullopt;
        std::vector<Shape> used = constructors_in(expanded);
        std::vector<Type> rest(types.begin() + 1, types.end());
        // Without a constructor in the column its values need not be told apart (and recursive types end).
        auto constructors = all_constructors(t, used);
        if (constructors) {
            for (const Candidate& c : *constructors) {
                std::vector<Type> inner = c.types;
                inner.insert(inner.end(), rest.begin(), rest.end());
                auto witness = missing(specialize(expanded, c), inner);
                if (!witness) continue;
                std::vector<std::string> parts(witness->begin(), witness->begin() + c.types.size());
                std::vector<std::string> result{c.print(parts)};
                result.insert(result.end(), witness->begin() + c.types.size(), witness->end());
                return result;
            }
            return std::nullopt;
        }
        // Infinitely many values: literals never cover them.
        auto witness = missing(with_any(expanded), rest);
        if (!witness) return std::nullopt;
        witness->insert(witness->begin(), "_");
        return witness;
    }

    /// Whether some value matches the row and none of those before it.
    bool is_useful(const std::vector<Row>& rows, const std::vector<Type>& types, const Row& row) {
        if (++work_ > kMaxWork) return true;
        if (types.empty()) return rows.empty();
        const Shape& first = row.cells[0];
        if (first.kind == Shape::Alternatives) {
            for (const Row& alternative : expand({row}))
                if (is_useful(rows, types, alternative)) return true;
            return false;
        }
        Type t = without_references(types[0]);
        if (t->is(TypeKind::Error)) return true;
        std::vector<Row> expanded = expand(rows);
        std::vector<Type> rest(types.begin() + 1, types.end());
        std::vector<Row> all = expanded;
        all.push_back(row);
        if (auto constructors = all_constructors(t, constructors_in(all))) {
            for (const Candidate& c : *constructors) {
                std::vector<Row> own = specialize({row}, c);
                if (own.empty()) continue;
                std::vector<Type> inner = c.types;
                inner.insert(inner.end(), rest.begin(), rest.end());
                if (is_useful(specialize(expanded, c), inner, own[0])) return true;
            }
            // A constant by name matches what nobody here knows.
            return first.kind == Shape::Constructor && first.key.starts_with('#');
        }
        std::vector<Row> same = with_any(expanded);
        if (first.kind == Shape::Constructor) {
            same.clear();
            for (const Row& other : expanded)
                if (other.cells[0].kind == Shape::Any || other.cells[0].key == first.key)
                    same.push_back({{other.cells.begin() + 1, other.cells.end()}});
        }
        return is_useful(same, rest, {{row.cells.begin() + 1, row.cells.end()}});
    }

    bool saw_error = false;

  private:
    struct Candidate {
        std::string key;
        std::vector<Type> types;
        std::string open, close;
        bool is_list = false, is_longer_list = false;
        size_t length = 0;
        bool bare = false;
        std::optional<Interval> interval = std::nullopt;
        std::string print(const std::vector<std::string>& parts) const {
            if (bare) return open;
            std::string text = open;
            for (size_t i = 0; i < parts.size(); ++i) text += (i ? ", " : "") + parts[i];
            if (is_longer_list) text += parts.empty() ? ".." : ", ..";
            return text + close;
        }
    };

    std::string literal_text(ExprId id) {
        const Expr& e = body_[id];
        if (auto* b = std::get_if<BoolLiteral>(&e.data)) return b->value ? "true" : "false";
        if (auto* i = std::get_if<IntegerLiteral>(&e.data)) return std::to_string(int64_t(i->bits));
        if (auto* c = std::get_if<CharLiteral>(&e.data)) return "'" + std::to_string(c->value) + "'";
        if (auto* s = std::get_if<StringLiteral>(&e.data)) return "\"" + s->value + "\"";
        if (auto* f = std::get_if<FloatLiteral>(&e.data)) return std::to_string(f->value);
        return "#" + std::to_string(uint32_t(id));
    }
    std::string range_text(const RangePattern& r) {
        return (r.begin == ExprId::None ? "" : literal_text(r.begin)) + (r.inclusive ? "..=" : "..") +
               (r.end == ExprId::None ? "" : literal_text(r.end));
    }

    /// The place of a literal among the values of its type.
    std::optional<uint64_t> ordinal(ExprId id, Type t) {
        const Expr& e = body_[id];
        if (auto* wrapped = std::get_if<Convert>(&e.data)) return ordinal(wrapped->operand, t);
        if (auto* c = std::get_if<CharLiteral>(&e.data)) return uint64_t(c->value);
        auto* i = std::get_if<IntegerLiteral>(&e.data);
        if (!i || !t || !t->is(TypeKind::Integer)) return std::nullopt;
        return is_signed(t) ? uint64_t(i->bits) ^ kSign : uint64_t(i->bits);
    }

    std::optional<Interval> interval_of(const RangePattern& range, Type t) {
        auto values = t ? all_values(t) : std::nullopt;
        if (!values) return std::nullopt;
        auto low = range.begin == ExprId::None ? values->low : ordinal(range.begin, t);
        auto high = range.end == ExprId::None ? values->high : ordinal(range.end, t);
        if (!low || !high) return std::nullopt;
        if (range.end != ExprId::None && !range.inclusive) {
            if (*high == values->low) return std::nullopt;
            --*high;
        }
        return Interval{*low, *high};
    }

    /// The values of a numbered type, cut wherever one of the patterns begins or ends.
    std::vector<Candidate> intervals(Type t, const Interval& values, const std::vector<Shape>& used) {
        std::set<uint64_t> begins{values.low};
        for (const Shape& s : used) {
            if (!s.interval) continue;
            if (s.interval->low > values.low) begins.insert(s.interval->low);
            if (s.interval->high < values.high) begins.insert(s.interval->high + 1);
        }
        std::vector<Candidate> out;
        for (auto it = begins.begin(); it != begins.end(); ++it) {
            auto next = std::next(it);
            const Interval part{*it, next == begins.end() ? values.high : *next - 1};
            const bool is_end = part.low == values.low || part.high == values.high;
            auto text = [&](uint64_t value) {
                return is_signed(t) ? std::to_string(int64_t(value ^ kSign)) : std::to_string(value);
            };
            Candidate c;
            c.bare = true;
            c.open = "_";
            if (t->is(TypeKind::Integer) && part.low == part.high) c.open = text(part.low);
            else if (t->is(TypeKind::Integer) && !is_end) c.open = text(part.low) + "..=" + text(part.high);
            c.interval = part;
            out.push_back(std::move(c));
        }
        return out;
    }

    static std::vector<Shape> constructors_in(const std::vector<Row>& rows) {
        std::vector<Shape> used;
        for (const Row& row : rows) {
            const Shape& first = row.cells[0];
            bool known = std::any_of(used.begin(), used.end(), [&](const Shape& s) {
                return s.key == first.key && s.is_open_list == first.is_open_list;
            });
            if (first.kind == Shape::Constructor && !known) used.push_back(first);
        }
        return used;
    }

    /// What is left of the rows that take anything in their first column.
    static std::vector<Row> with_any(const std::vector<Row>& rows) {
        std::vector<Row> out;
        for (const Row& row : rows)
            if (row.cells[0].kind == Shape::Any) out.push_back({{row.cells.begin() + 1, row.cells.end()}});
        return out;
    }

    std::vector<Row> expand(const std::vector<Row>& rows) {
        std::vector<Row> out;
        for (const Row& row : rows) {
            if (row.cells[0].kind != Shape::Alternatives) {
                out.push_back(row);
                continue;
            }
            std::vector<Row> parts;
            for (const Shape& alternative : row.cells[0].parts) {
                Row copy = row;
                copy.cells[0] = alternative;
                parts.push_back(std::move(copy));
            }
            for (Row& part : expand(parts)) out.push_back(std::move(part));
        }
        return out;
    }

    /// Every constructor of a type, or nullopt when there are infinitely many and the rows cannot cover them.
    std::optional<std::vector<Candidate>> all_constructors(Type t, const std::vector<Shape>& used) {
        std::vector<Candidate> out;
        if (used.empty()) return std::nullopt;
        if (auto values = all_values(t)) return intervals(t, *values, used);
        if (t->is(TypeKind::Bool)) {
            for (const char* text : {"true", "false"}) out.push_back({text, {}, text, "", false, false, 0, true});
            return out;
        }
        if (t->is(TypeKind::Tuple)) {
            out.push_back({"", t->arguments, "(", ")"});
            return out;
        }
        if (t->is(TypeKind::Unit)) {
            out.push_back({"", {}, "()", "", false, false, 0, true});
            return out;
        }
        if (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Enum) {
            for (ItemId variant : context_.get<DefinitionOf>(t->item)->variants) {
                Candidate c;
                c.key = std::string(name_of(variant).text());
                c.types = field_types(context_, t, variant);
                const Known& known = Known::get();
                bool prelude = t->item == known.option || t->item == known.result;
                c.open = (prelude ? "" : std::string(name_of(t->item).text()) + "::") + c.key;
                c.bare = c.types.empty();
                auto definition = context_.get<DefinitionOf>(variant);
                bool named = !definition->fields.empty() && !isdigit(definition->fields[0].name.text()[0]);
                if (named) {
                    c.open += "{..}";
                    c.bare = true;
                } else if (!c.bare) {
                    c.open += "(";
                    c.close = ")";
                }
                out.push_back(std::move(c));
            }
            return out;
        }
        if (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Struct &&
            !context_.get<DefinitionOf>(t->item)->is_native) {
            out.push_back({"", field_types(context_, t), std::string(name_of(t->item).text()) + "{..}", "", false,
                           false, 0, true});
            return out;
        }
        if (t->is(TypeKind::Union)) {
            for (Type member : t->arguments) {
                std::string text = print_type(member);
                out.push_back({text, {member}, text + " ", ""});
            }
            return out;
        }
        if (t->is(TypeKind::List) || t->is(TypeKind::Array)) {
            size_t longest = 0;
            for (const Shape& s : used) longest = std::max(longest, s.parts.size());
            if (t->is(TypeKind::Array)) {
                Candidate c{"", std::vector<Type>(t->length, t->element()), "[", "]", true, false, size_t(t->length)};
                out.push_back(std::move(c));
                return out;
            }
            for (size_t n = 0; n <= longest + 1; ++n) {
                Candidate c{"", std::vector<Type>(n, t->element()), "[", "]", true, n == longest + 1, n};
                out.push_back(std::move(c));
            }
            return out;
        }
        return std::nullopt;
    }

    std::vector<Row> specialize(const std::vector<Row>& rows, const Candidate& c) {
        std::vector<Row> out;
        for (const Row& row : rows) {
            const Shape& first = row.cells[0];
            std::vector<Shape> parts;
            if (first.kind == Shape::Any) {
                parts.resize(c.types.size());
            } else if (c.is_list) {
                size_t n = first.parts.size();
                if (first.is_open_list ? n > c.length : n != c.length) continue;
                parts.resize(c.length);
                size_t before = std::min(first.is_open_list ? first.order : n, n);
                for (size_t i = 0; i < before; ++i) parts[i] = first.parts[i];
                for (size_t i = before; i < n; ++i) parts[c.length - (n - i)] = first.parts[i];
            } else if (c.interval) {
                if (!first.interval || !first.interval->contains(*c.interval)) continue;
            } else {
                if (first.key != c.key && !c.key.empty()) continue;
                parts = first.parts;
                parts.resize(c.types.size());
            }
            Row next{std::move(parts)};
            next.cells.insert(next.cells.end(), row.cells.begin() + 1, row.cells.end());
            out.push_back(std::move(next));
        }
        return out;
    }

    QueryContext& context_;
    const Body& body_;
    int work_ = 0;
};

}  // namespace

std::vector<PatternId> unreachable_arms(QueryContext& context, const Body& body, Type scrutinee,
                                        const std::vector<MatchArm>& arms) {
    std::vector<PatternId> result;
    if (scrutinee->has(TypeHasError) || scrutinee->is(TypeKind::Never)) return result;
    Matrix matrix(context, body);
    std::vector<Matrix::Row> rows;
    for (const MatchArm& arm : arms) {
        Matrix::Row row{{matrix.shape(arm.pattern)}};
        if (matrix.saw_error) return {};
        if (!rows.empty() && !matrix.is_useful(rows, {scrutinee}, row)) result.push_back(arm.pattern);
        if (arm.guard == ExprId::None) rows.push_back(std::move(row));
    }
    return result;
}

std::vector<std::string> missing_cases(QueryContext& context, const Body& body, Type scrutinee,
                                       const std::vector<MatchArm>& arms) {
    std::vector<std::string> result;
    if (scrutinee->has(TypeHasError) || scrutinee->is(TypeKind::Never)) return result;
    Matrix matrix(context, body);
    std::vector<Matrix::Row> rows;
    for (const MatchArm& arm : arms)
        if (arm.guard == ExprId::None) rows.push_back({{matrix.shape(arm.pattern)}});
    if (matrix.saw_error) return result;
    auto witness = matrix.missing(rows, {scrutinee});
    if (!witness) return result;
    result.push_back(witness->empty() ? "_" : (*witness)[0]);
    // The other variants that no arm names, for the message and the fix.
    Type t = without_references(scrutinee);
    if (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Enum) {
        for (ItemId variant : context.get<DefinitionOf>(t->item)->variants) {
            std::string text((*witness)[0]);
            bool named = std::any_of(rows.begin(), rows.end(), [&](const Matrix::Row& row) {
                const Shape& s = row.cells[0];
                return s.kind != Shape::Constructor || s.variant == variant ||
                       (s.kind == Shape::Alternatives &&
                        std::any_of(s.parts.begin(), s.parts.end(),
                                    [&](const Shape& p) { return p.variant == variant; }));
            });
            bool is_first = text.find("::" + std::string(name_of(variant).text())) != std::string::npos ||
                            text.rfind(std::string(name_of(variant).text()), 0) == 0;
            bool alternatives = std::any_of(rows.begin(), rows.end(), [](const Matrix::Row& row) {
                return row.cells[0].kind == Shape::Alternatives;
            });
            if (named || is_first || alternatives) continue;
            result.push_back(std::string(name_of(t->item).text()) + "::" + std::string(name_of(variant).text()));
        }
    }
    return result;
}

}  // namespace braid::altru_semantics
