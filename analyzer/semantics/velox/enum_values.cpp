#include "analyzer/semantics/velox/enum_values.h"

#include <cmath>
#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/signatures.h"
#include "analyzer/text/utf8.h"

namespace braid::velox_semantics {
namespace {

std::string number_text(double d) {
    return d == std::trunc(d) && std::fabs(d) < 1e15 ? fmt::format("{}", int64_t(d)) : fmt::format("{}", d);
}

/// What names stand for: the variants so far, constants of the file, variants of its other enums.
struct Known {
    QueryContext& context;
    ItemId item;
    std::map<std::string, EnumValue, std::less<>> variants = {};
};

std::optional<EnumValue> constant(const ast::Expression& e, const Known& known, int depth = 0);

/// `const LIMIT = 10;` at the top level of the file.
std::optional<EnumValue> constant_of_file(std::string_view name, const Known& known, int depth) {
    auto syntax = known.context.get<ItemSyntax>(file_item(file_of(known.item)));
    if (!*syntax) return std::nullopt;
    for (ast::Statement s : ast::source_file(syntax->tree()).statements()) {
        auto v = s.as<ast::VariableDecl>();
        if (!v.keyword() || to_kind(v.keyword().kind()) != Kind::ConstKw) continue;
        for (ast::Declarator d : v.declarators()) {
            auto plain = d.binding().as<ast::NameBinding>();
            if (plain && plain.name() && plain.name().text() == name)
                return constant(d.initializer().value(), known, depth + 1);
        }
    }
    return std::nullopt;
}

/// `Other.Variant`, `"text".length`.
std::optional<EnumValue> member_value(const ast::MemberExpr& e, const Known& known, int depth) {
    if (!e.name()) return std::nullopt;
    auto holder = e.object().as<ast::NameExpr>();
    auto length = [&]() -> std::optional<EnumValue> {
        auto text = constant(e.object(), known, depth + 1);
        if (!text || !text->is_text || e.name().text() != "length") return std::nullopt;
        return EnumValue{false, double(utf8::count_utf16(text->text)), {}};
    };
    if (!holder || !holder.name()) return length();
    if (holder.name().text() == name_of(known.item).text()) {
        auto found = known.variants.find(e.name().text());
        return found == known.variants.end() ? std::nullopt : std::optional(found->second);
    }
    ItemId other = find_child(known.context, file_item(file_of(known.item)), Name(holder.name().text()));
    if (other == ItemId::None || kind_of(other) != ItemKind::Enum) return length();
    for (ItemId variant : known.context.get<DefinitionOf>(other)->variants)
        if (name_of(variant).text() == e.name().text()) return enum_value(known.context, variant);
    return std::nullopt;
}

/// `${prefix}-suffix`.
std::optional<EnumValue> template_value(const ast::TemplateExpr& e, const Known& known, int depth) {
    EnumValue made{true, 0, {}};
    for (SyntaxElement part : e.node.children()) {
        if (part.is_token()) {
            made.text += unescaped(template_text(part));
            continue;
        }
        auto value = constant(ast::Expression::cast(part), known, depth + 1);
        if (!value) return std::nullopt;
        made.text += value->is_text ? value->text : number_text(value->number);
    }
    return made;
}

std::optional<EnumValue> combined(const ast::BinaryExpr& e, const Known& known, int depth) {
    auto left = constant(e.left(), known, depth + 1), right = constant(e.right(), known, depth + 1);
    if (!left || !right || !e.op()) return std::nullopt;
    Kind op = to_kind(e.op().kind());
    if (left->is_text || right->is_text) {
        if (op != Kind::Plus) return std::nullopt;
        auto text = [](const EnumValue& v) { return v.is_text ? v.text : number_text(v.number); };
        return EnumValue{true, 0, text(*left) + text(*right)};
    }
    double a = left->number, b = right->number;
    auto whole = [](double d) { return int32_t(int64_t(d)); };
    switch (op) {
        case Kind::Plus: return EnumValue{false, a + b, {}};
        case Kind::Minus: return EnumValue{false, a - b, {}};
        case Kind::Star: return EnumValue{false, a * b, {}};
        case Kind::Slash: return EnumValue{false, a / b, {}};
        case Kind::Percent: return EnumValue{false, std::fmod(a, b), {}};
        case Kind::StarStar: return EnumValue{false, std::pow(a, b), {}};
        case Kind::Bar: return EnumValue{false, double(whole(a) | whole(b)), {}};
        case Kind::Ampersand: return EnumValue{false, double(whole(a) & whole(b)), {}};
        case Kind::Caret: return EnumValue{false, double(whole(a) ^ whole(b)), {}};
        case Kind::LessLess: return EnumValue{false, double(int32_t(uint32_t(whole(a)) << (whole(b) & 31))), {}};
        case Kind::GreaterGreater: return EnumValue{false, double(whole(a) >> (whole(b) & 31)), {}};
        default: return std::nullopt;
    }
}

/// Literals, earlier variants, and operators on them.
std::optional<EnumValue> constant(const ast::Expression& e, const Known& known, int depth) {
    if (!e || depth > 50) return std::nullopt;
    switch (e.kind()) {
        case Kind::LiteralExpr: {
            SyntaxToken token = e.as<ast::LiteralExpr>().value();
            if (!token) return std::nullopt;
            if (to_kind(token.kind()) == Kind::StringLiteral) return EnumValue{true, 0, string_value(token.text())};
            if (to_kind(token.kind()) != Kind::NumberLiteral) return std::nullopt;
            return EnumValue{false, number_value(token.text()), {}};
        }
        case Kind::TemplateExpr: return template_value(e.as<ast::TemplateExpr>(), known, depth);
        case Kind::ParenExpr: return constant(e.as<ast::ParenExpr>().inner(), known, depth + 1);
        case Kind::BinaryExpr: return combined(e.as<ast::BinaryExpr>(), known, depth);
        case Kind::PrefixExpr: {
            auto p = e.as<ast::PrefixExpr>();
            auto value = constant(p.operand(), known, depth + 1);
            Kind op = p.op() ? to_kind(p.op().kind()) : Kind::Error;
            if (!value || value->is_text) return std::nullopt;
            if (op == Kind::Minus) return EnumValue{false, -value->number, {}};
            if (op == Kind::Tilde) return EnumValue{false, double(~int32_t(int64_t(value->number))), {}};
            return op == Kind::Plus ? value : std::nullopt;
        }
        case Kind::NameExpr: {
            SyntaxToken token = e.as<ast::NameExpr>().name();
            if (!token) return std::nullopt;
            auto found = known.variants.find(token.text());
            if (found != known.variants.end()) return found->second;
            return constant_of_file(token.text(), known, depth);
        }
        case Kind::MemberExpr: return member_value(e.as<ast::MemberExpr>(), known, depth);
        default: return std::nullopt;
    }
}

/// Calls `f(variant, value)`; no value: what is written is no constant.
template <typename F>
void each_value(QueryContext& context, ItemId item, const ast::EnumDecl& declaration, F&& f) {
    Known known{context, item};
    double next = 0;
    for (ast::EnumVariant v : declaration.variants()) {
        std::optional<EnumValue> value = EnumValue{false, next, {}};
        if (v.value()) value = constant(v.value().value(), known);
        f(v, value);
        EnumValue made = value.value_or(EnumValue{});
        if (!made.is_text) next = made.number + 1;
        SyntaxToken name = v.name();
        if (!name) continue;
        bool quoted = to_kind(name.kind()) == Kind::StringLiteral;
        known.variants[quoted ? string_value(name.text()) : std::string(name.text())] = std::move(made);
    }
}

}  // namespace

std::string EnumValue::literal() const { return is_text ? "\"" + text + "\"" : number_text(number); }

Name EnumValue::key() const { return Name(is_text ? text : number_text(number)); }

std::vector<EnumValue> EnumValuesOf::compute(QueryContext& context, const Key& item) {
    auto syntax = context.get<ItemSyntax>(item);
    auto declaration = *syntax ? ast::EnumDecl::cast(syntax->root()) : ast::EnumDecl();
    std::vector<EnumValue> values;
    if (!declaration) return values;
    for (ast::EnumVariant v : declaration.variants())
        if (v.payload()) return {};
    each_value(context, item, declaration, [&](const ast::EnumVariant&, const std::optional<EnumValue>& value) {
        values.push_back(value.value_or(EnumValue{}));
    });
    return values;
}

std::vector<SyntaxNode> open_enum_values(QueryContext& context, ItemId item, const SyntaxNode& declaration) {
    std::vector<SyntaxNode> open;
    each_value(context, item, ast::EnumDecl::cast(declaration),
               [&](const ast::EnumVariant& v, const std::optional<EnumValue>& value) {
                   if (!value) open.push_back(v.value().value().node);
               });
    return open;
}

bool is_plain_enum(QueryContext& context, Type t) {
    return t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Enum &&
           !context.get<EnumValuesOf>(t->item)->empty();
}

std::optional<EnumValue> enum_value(QueryContext& context, ItemId variant) {
    ItemId owner = parent_of(variant);
    auto values = context.get<EnumValuesOf>(owner);
    const auto& variants = context.get<DefinitionOf>(owner)->variants;
    for (size_t i = 0; i < variants.size() && i < values->size(); ++i)
        if (variants[i] == variant) return (*values)[i];
    return std::nullopt;
}

Type variant_type(QueryContext& context, ItemId variant) {
    Type owner = self_type(context, parent_of(variant));
    auto value = enum_value(context, variant);
    if (!value) return owner;
    TypeData data;
    data.kind = TypeKind::Literal;
    data.arguments = {owner};
    data.item = variant;
    data.text = Name(value->literal());
    return intern(std::move(data));
}

std::vector<Type> variant_types(QueryContext& context, Type plain_enum) {
    std::vector<Type> types;
    for (ItemId variant : context.get<DefinitionOf>(plain_enum->item)->variants)
        types.push_back(variant_type(context, variant));
    return types;
}

std::vector<Type> told_apart_members(QueryContext& context, Type t) {
    std::vector<Type> members;
    for (Type member : members_of(t)) {
        std::vector<Type> parts{member};
        if (is_plain_enum(context, member)) parts = variant_types(context, member);
        members.insert(members.end(), parts.begin(), parts.end());
    }
    return members;
}

Type enum_object(QueryContext& context, ItemId plain_enum) {
    std::vector<RecordField> fields;
    bool has_numbers = false;
    for (ItemId variant : context.get<DefinitionOf>(plain_enum)->variants) {
        fields.push_back({name_of(variant), variant_type(context, variant), false, true});
        has_numbers |= !enum_value(context, variant).value_or(EnumValue{}).is_text;
    }
    if (has_numbers) fields.push_back({index_signature(), type::string(), true, true});
    return type::record(std::move(fields));
}

}  // namespace braid::velox_semantics
