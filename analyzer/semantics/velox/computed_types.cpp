#include <algorithm>

#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/type_operators.h"
#include "analyzer/semantics/velox/types.h"

// Types that are worked out from others: mapped, conditional and template types.
namespace braid::velox_semantics {

/// `{ [K in Keys]: T }`: one field for each literal key; of `string`, an index signature.
Type TypeReader::mapped_object(const ast::MappedMember& m) {
    Name name(m.name() ? m.name().text() : std::string_view());
    Type keys = resolved(context_, read(m.keys()));
    auto outer = parameters_.find(name);
    std::optional<Type> hidden;
    if (outer != parameters_.end()) hidden = outer->second;
    std::vector<RecordField> fields, mapped;
    // `keyof T` keeps what the members of T are, but for what `-?` and `-readonly` take away.
    if (auto of = m.keys().as<ast::OperatorType>(); of && of.op() && of.op().text() == "keyof")
        if (Type source = resolved(context_, read(of.operand())); !source->has(TypeHasParameter))
            mapped = fields_of(context_, source);
    bool is_required = false, is_writable = false;
    for (const SyntaxElement& part : m.node.children()) {
        if (!part.is_token() || part.text() != "-") continue;
        std::string_view taken_away = part.as_token().next().text();
        is_required |= taken_away == "?", is_writable |= taken_away == "readonly";
    }
    for (Type key : told_apart_members(context_, keys)) {
        bind(name, key);
        Type value = m.type() ? read(m.type().type()) : type::any();
        auto own = std::find_if(mapped.begin(), mapped.end(), [&](const RecordField& field) {
            return key->is(TypeKind::Literal) && field.name.text() == string_value(key->text.text());
        });
        bool was_optional = own != mapped.end() && own->optional, was_readonly = own != mapped.end() && own->readonly;
        if (is_required && was_optional) value = excluded(context_, value, type::undefined());
        Type renamed = m.renamed() ? read(m.renamed()) : key;
        if (key->has(TypeHasParameter) || key->is(TypeKind::Projection)) {
            fields.clear();
            fields.push_back({index_signature(), type::any(), true, false});
            break;
        }
        if (renamed->is(TypeKind::Never)) continue;
        bool named = renamed->is(TypeKind::Literal);
        fields.push_back({named ? Name(string_value(renamed->text.text())) : index_signature(), value,
                          ((m.is_optional() || was_optional) && !is_required) || !named,
                          (m.modifiers().has_readonly() || was_readonly) && !is_writable});
    }
    if (hidden) bind(name, *hidden);
    else parameters_.erase(name);
    return type::record(std::move(fields));
}

/// `get${K}`: the texts it can be, where its holes are literals and they are not too many; else a `string`.
Type TypeReader::template_type(const ast::TemplateType& t) {
    constexpr size_t most = 256;
    std::vector<ast::Type> holes = t.holes();
    size_t hole = 0;
    std::vector<std::string> texts{std::string()};
    for (const SyntaxElement& part : t.node.children()) {
        std::vector<std::string> pieces;
        if (part.is_token()) {
            std::string_view text = part.text();
            text.remove_prefix(1);
            text.remove_suffix(text.ends_with("${") ? 2 : 1);
            pieces.emplace_back(text);
        } else if (hole < holes.size()) {
            for (Type member : told_apart_members(context_, resolved(context_, read(holes[hole++])))) {
                if (!member->is(TypeKind::Literal)) return type::string();
                bool is_text = member->element()->is(TypeKind::String);
                pieces.push_back(is_text ? string_value(member->text.text()) : std::string(member->text.text()));
            }
        }
        std::vector<std::string> longer;
        for (const std::string& text : texts)
            for (const std::string& piece : pieces) longer.push_back(text + piece);
        if (longer.empty() || longer.size() > most) return type::string();
        texts = std::move(longer);
    }
    std::vector<Type> members;
    for (const std::string& text : texts) members.push_back(type::literal(type::string(), "\"" + text + "\""));
    return type::union_of(std::move(members));
}

/// The names that `infer` stands before.
static std::vector<Name> inferred_names(const SyntaxNode& bound) {
    std::vector<Name> names;
    for (Preorder walk(bound); walk; walk.next()) {
        auto op = walk->is_node() ? ast::OperatorType::cast(*walk) : ast::OperatorType();
        if (!op || !op.op() || op.op().text() != "infer") continue;
        auto named = op.operand().as<ast::NamedType>();
        auto path = named.path().names();
        if (path.size() == 1) names.emplace_back(path[0].text());
    }
    return names;
}

/// What `object` takes in TypeScript: everything but primitives.
static bool is_object(Type t) {
    return t->is(TypeKind::Record) || t->is(TypeKind::Nominal) || t->is(TypeKind::List) || t->is(TypeKind::Tuple) ||
           t->is(TypeKind::Function);
}

/// `A extends B ? C : D`, where A can be judged; a union is judged member by member, and `infer U` in B stands in C for
/// what it meets in A.
Type TypeReader::conditional(const ast::ConditionalType& c) {
    std::map<Name, Type> outer = parameters_;
    std::vector<Name> inferred = inferred_names(c.bound().node);
    Type checked = resolved(context_, read(c.checked()));
    if (checked->has(TypeHasParameter) || checked->is(TypeKind::Projection) || checked->is(TypeKind::Any)) {
        for (Name name : inferred) bind(name, type::any());
        read(c.bound());
        Type either = type::union_of({read(c.when_true()), read(c.when_false())});
        parameters_ = std::move(outer);
        return either;
    }
    ItemId owner = file_item(scope_.file());
    Inference inference;
    inference.owners.push_back({owner, std::vector<Type>(inferred.size(), nullptr)});
    for (uint32_t i = 0; i < inferred.size(); ++i) bind(inferred[i], type::parameter(owner, i, inferred[i]));
    Type bound = read(c.bound());
    auto own = c.checked().as<ast::NamedType>();
    auto path = own.path().names();
    Name name = path.size() == 1 ? Name(path[0].text()) : Name();
    bool distributes = !name.empty() && outer.count(name) > 0;
    auto words = c.bound().as<ast::NamedType>().path().names();
    bool asks_for_object = words.size() == 1 && words[0].text() == "object";
    std::vector<Type> results;
    for (Type member : distributes ? members_of(checked) : std::vector<Type>{checked}) {
        for (Type& slot : inference.owners[0].second) slot = nullptr;
        parameters_ = outer;
        if (distributes) bind(name, member);
        infer(context_, inference, bound, member);
        bool holds =
            asks_for_object ? is_object(member) : is_assignable(context_, member, inference.apply(bound, type::any()));
        for (uint32_t i = 0; i < inferred.size(); ++i) {
            Type found = inference.owners[0].second[i];
            bind(inferred[i], found ? found : type::unknown());
        }
        results.push_back(read(holds ? c.when_true() : c.when_false()));
    }
    parameters_ = std::move(outer);
    return type::union_of(std::move(results));
}

}  // namespace braid::velox_semantics
