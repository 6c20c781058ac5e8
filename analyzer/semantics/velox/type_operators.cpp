#include "analyzer/semantics/velox/type_operators.h"

#include <algorithm>
#include <map>
#include <set>

#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/signatures.h"
#include "analyzer/semantics/velox/types.h"

namespace braid::velox_semantics {
namespace {

Type text_literal(Name name) { return type::literal(type::string(), "\"" + std::string(name.text()) + "\""); }

std::set<Name> keys_named_by(QueryContext& context, Type keys) {
    std::set<Name> names;
    for (Type key : told_apart_members(context, resolved(context, keys)))
        if (key->is(TypeKind::Literal)) names.insert(Name(string_value(key->text.text())));
    return names;
}

/// `f` changes the fields of an object; of a union's members each, and of anything else nothing.
template <typename F>
Type with_fields(QueryContext& context, Type t, F&& f) {
    std::vector<Type> results;
    for (Type member : members_of(resolved(context, t))) {
        if (!member->is(TypeKind::Record) && !member->is(TypeKind::Nominal)) {
            results.push_back(member);
            continue;
        }
        std::vector<RecordField> fields = fields_of(context, member);
        f(fields);
        results.push_back(type::record(std::move(fields)));
    }
    return type::union_of(std::move(results));
}

using Arguments = std::vector<Type>;

Type optional_fields(QueryContext& context, const Arguments& a) {
    return with_fields(context, a[0], [](std::vector<RecordField>& fields) {
        for (RecordField& f : fields) f.optional = true;
    });
}
Type required_fields(QueryContext& context, const Arguments& a) {
    return with_fields(context, a[0], [](std::vector<RecordField>& fields) {
        for (RecordField& f : fields)
            if (f.name != index_signature()) f.optional = false, f.type = nullable_parts_removed(f.type);
    });
}
Type readonly_fields(QueryContext& context, const Arguments& a) {
    return with_fields(context, a[0], [](std::vector<RecordField>& fields) {
        for (RecordField& f : fields) f.readonly = true;
    });
}
Type picked_fields(QueryContext& context, const Arguments& a) {
    std::set<Name> names = keys_named_by(context, a[1]);
    return with_fields(context, a[0], [&](std::vector<RecordField>& fields) {
        std::erase_if(fields, [&](const RecordField& f) { return !names.count(f.name); });
    });
}
Type fields_left(QueryContext& context, const Arguments& a) {
    std::set<Name> names = keys_named_by(context, a[1]);
    return with_fields(context, a[0], [&](std::vector<RecordField>& fields) {
        std::erase_if(fields, [&](const RecordField& f) { return names.count(f.name); });
    });
}
Type record_of(QueryContext& context, const Arguments& a) {
    std::vector<RecordField> fields;
    for (Type key : told_apart_members(context, resolved(context, a[0]))) {
        bool named = key->is(TypeKind::Literal);
        fields.push_back({named ? Name(string_value(key->text.text())) : index_signature(), a[1], !named, false});
    }
    return type::record(std::move(fields));
}
Type members_where(QueryContext& context, const Arguments& a, bool assignable) {
    std::vector<Type> kept;
    for (Type member : members_of(resolved(context, a[0])))
        if (is_assignable(context, member, a[1]) == assignable) kept.push_back(member);
    return type::union_of(std::move(kept));
}
Type excluded_members(QueryContext& context, const Arguments& a) { return members_where(context, a, false); }
Type extracted_members(QueryContext& context, const Arguments& a) { return members_where(context, a, true); }
Type present_members(QueryContext& context, const Arguments& a) {
    return nullable_parts_removed(resolved(context, a[0]));
}
Type result_of(QueryContext& context, const Arguments& a) {
    Type f = resolved(context, a[0]);
    return f->is(TypeKind::Function) ? f->result() : type::any();
}
Type parameters_of(QueryContext& context, const Arguments& a) {
    Type f = resolved(context, a[0]);
    if (!f->is(TypeKind::Function) || f->parameters().empty()) return list_of(type::any());
    return type::tuple({f->parameters().begin(), f->parameters().end()}, TypeShared);
}
Type awaited_type(QueryContext& context, const Arguments& a) { return awaited(resolved(context, a[0])); }
/// `f` changes the text of a literal; what is no literal stays a `string`.
template <typename F>
Type with_text(QueryContext& context, Type t, F&& f) {
    std::vector<Type> results;
    for (Type member : told_apart_members(context, resolved(context, t))) {
        bool is_text = member->is(TypeKind::Literal) && member->element()->is(TypeKind::String);
        std::string text = is_text ? string_value(member->text.text()) : std::string();
        f(text);
        results.push_back(is_text ? text_literal(Name(text)) : member);
    }
    return type::union_of(std::move(results));
}
char upper(char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }
Type upper_case(QueryContext& context, const Arguments& a) {
    return with_text(context, a[0],
                     [](std::string& text) { std::transform(text.begin(), text.end(), text.begin(), upper); });
}
Type lower_case(QueryContext& context, const Arguments& a) {
    return with_text(context, a[0],
                     [](std::string& text) { std::transform(text.begin(), text.end(), text.begin(), lower); });
}
Type capitalized(QueryContext& context, const Arguments& a) {
    return with_text(context, a[0], [](std::string& text) {
        if (!text.empty()) text[0] = upper(text[0]);
    });
}
Type uncapitalized(QueryContext& context, const Arguments& a) {
    return with_text(context, a[0], [](std::string& text) {
        if (!text.empty()) text[0] = lower(text[0]);
    });
}
Type keys_of(QueryContext& context, const Arguments& a) {
    Type object = resolved(context, a[0]);
    if (object->is(TypeKind::Any)) return type::string();
    std::vector<Type> keys;
    if (object->is(TypeKind::List) || object->is(TypeKind::Tuple)) {
        keys.push_back(type::float_());
        for (const std::string& name : member_names(context, object)) keys.push_back(text_literal(Name(name)));
    }
    for (const RecordField& f : fields_of(context, object))
        keys.push_back(f.name == index_signature() ? type::string() : text_literal(f.name));
    return type::union_of(std::move(keys));
}
Type element_of(QueryContext& context, const Arguments& a) {
    Type object = resolved(context, a[0]), index = resolved(context, a[1]);
    std::vector<Type> results;
    for (Type key : told_apart_members(context, index)) {
        bool names_member = key->is(TypeKind::Literal) && key->element()->is(TypeKind::String);
        if (object->is(TypeKind::List) && !names_member) {
            results.push_back(object->element());
        } else if (object->is(TypeKind::Tuple) && !names_member) {
            results.push_back(type::union_of(object->arguments));
        } else {
            Name name = key->is(TypeKind::Literal) ? Name(string_value(key->text.text())) : index_signature();
            MemberInfo member = find_member(context, object, name);
            results.push_back(member.kind == MemberInfo::None ? type::any() : member.type);
        }
    }
    return type::union_of(std::move(results));
}
/// Members of all; of the same name, what the last one says.
Type intersection(QueryContext& context, const Arguments& parts) {
    std::vector<Type> so_far{type::unknown()};
    for (Type part : parts) {
        std::vector<Type> next;
        for (Type left : so_far)
            for (Type right : members_of(resolved(context, part))) {
                if (left->is(TypeKind::Unknown)) next.push_back(right);
                else if (right->is(TypeKind::Unknown) || is_assignable(context, left, right)) next.push_back(left);
                else if (is_assignable(context, right, left)) next.push_back(right);
                else if ((left->is(TypeKind::Record) || left->is(TypeKind::Nominal)) &&
                         (right->is(TypeKind::Record) || right->is(TypeKind::Nominal))) {
                    std::vector<RecordField> fields = fields_of(context, left);
                    for (const RecordField& f : fields_of(context, right)) {
                        std::erase_if(fields, [&](const RecordField& old) { return old.name == f.name; });
                        fields.push_back(f);
                    }
                    next.push_back(type::record(std::move(fields)));
                } else if (left->is(TypeKind::Function) || right->is(TypeKind::Function)) {
                    next.push_back(left->is(TypeKind::Function) ? left : right);
                }
            }
        so_far = std::move(next);
    }
    return type::union_of(std::move(so_far));
}

struct Operator {
    size_t arguments;
    Type (*apply)(QueryContext&, const Arguments&);
};
const std::map<std::string_view, Operator>& operators() {
    static const std::map<std::string_view, Operator> table = {
        {"Partial", {1, optional_fields}},
        {"Required", {1, required_fields}},
        {"Readonly", {1, readonly_fields}},
        {"Pick", {2, picked_fields}},
        {"Omit", {2, fields_left}},
        {"Record", {2, record_of}},
        {"Exclude", {2, excluded_members}},
        {"Extract", {2, extracted_members}},
        {"NonNullable", {1, present_members}},
        {"ReturnType", {1, result_of}},
        {"Parameters", {1, parameters_of}},
        {"Awaited", {1, awaited_type}},
        {"Uppercase", {1, upper_case}},
        {"Lowercase", {1, lower_case}},
        {"Capitalize", {1, capitalized}},
        {"Uncapitalize", {1, uncapitalized}},
        {"keyof", {1, keys_of}},
        {"[]", {2, element_of}},
        {"&", {0, intersection}},
    };
    return table;
}

bool is_open(Type t) {
    bool open = false;
    walk_type(t, [&](Type part) {
        open |= part->is(TypeKind::Parameter) || part->is(TypeKind::Projection);
        return !open;
    });
    return open;
}

Type projection(std::string_view name, std::vector<Type> arguments) {
    TypeData data;
    data.kind = TypeKind::Projection;
    data.text = Name(name);
    data.arguments = std::move(arguments);
    return intern(std::move(data));
}

}  // namespace

bool is_type_operator(std::string_view name, size_t arguments) {
    auto found = operators().find(name);
    return found != operators().end() && found->second.arguments == arguments;
}

Type type_operator(QueryContext& context, std::string_view name, std::vector<Type> arguments) {
    // `Record<K, T>` needs to know its keys only, and `T["name"]` its object; the rest may stay open.
    bool open = false;
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i]->has(TypeHasError)) return type::error();
        bool asked = name == "Record" ? i == 0 : true;
        open |= asked && (arguments[i]->is(TypeKind::Parameter) || arguments[i]->is(TypeKind::Projection));
    }
    if (open) return projection(name, std::move(arguments));
    return operators().at(name).apply(context, arguments);
}

Type late_operator(QueryContext& context, std::string_view name, std::vector<Type> arguments) {
    // `Record<K, T>` needs its keys only.
    auto end = name == "Record" ? arguments.begin() + 1 : arguments.end();
    bool names_declaration = std::any_of(arguments.begin(), end, [](Type t) {
        return t->is(TypeKind::Nominal) || (t->is(TypeKind::Projection) && t->item == ItemId::None);
    });
    if (!names_declaration) return type_operator(context, name, std::move(arguments));
    return projection(name, std::move(arguments));
}

namespace {

/// What an operator on types that are all known gives.
struct OperatorValue {
    using Key = Type;
    using Value = Type;
    static constexpr const char* name = "velox_type_operator";
    static Value compute(QueryContext& context, const Key& t) {
        std::vector<Type> arguments;
        for (Type argument : t->arguments) arguments.push_back(resolved(context, argument));
        return type_operator(context, t->text.text(), std::move(arguments));
    }
    static Value cycle_fallback(const Key&) { return type::error(); }
};

bool is_known_operator(Type t) {
    return t->is(TypeKind::Projection) && t->item == ItemId::None && !t->has(TypeHasParameter);
}

}  // namespace

Type settled(QueryContext& context, Type t) {
    bool projects = false;
    if (t)
        walk_type(t, [&](Type part) {
            projects |= part->is(TypeKind::Projection);
            return !projects;
        });
    if (!projects) return t;
    return map_type(t, [&](Type part) {
        if (!part->is(TypeKind::Projection) || part->item != ItemId::None) return part;
        bool open = false;
        for (Type argument : part->arguments) open |= is_open(argument);
        return open ? part : type_operator(context, part->text.text(), part->arguments);
    });
}

Type resolved(QueryContext& context, Type t) {
    if (t->is(TypeKind::Union)) {
        bool changes = false;
        std::vector<Type> members;
        for (Type member : t->arguments) {
            members.push_back(resolved(context, member));
            changes |= members.back() != member;
        }
        return changes ? type::union_of(std::move(members)) : t;
    }
    for (int depth = 0; depth < 16; ++depth) {
        if (is_known_operator(t)) {
            Type made = *context.get<OperatorValue>(t);
            if (made == t) return t;
            t = made;
            if (t->is(TypeKind::Union)) return resolved(context, t);
            continue;
        }
        if (!t->is(TypeKind::Nominal) || kind_of(t->item) != ItemKind::TypeAlias) return t;
        if (is_infinite_alias(context, t->item)) return type::error();
        t = *context.get<AliasTarget>(t);
        if (t->is(TypeKind::Union)) return resolved(context, t);
    }
    return type::error();
}

std::vector<RecordField> fields_of(QueryContext& context, Type t) {
    t = resolved(context, t);
    if (t->is(TypeKind::Record)) return t->fields;
    std::vector<RecordField> fields;
    if (!t->is(TypeKind::Nominal)) return fields;
    auto add = [&](RecordField f) {
        bool known = std::any_of(fields.begin(), fields.end(), [&](const RecordField& o) { return o.name == f.name; });
        if (!known) fields.push_back(std::move(f));
    };
    std::vector<Type> pending{t};
    for (size_t i = 0; i < pending.size() && i < 64; ++i) {
        Type klass = resolved(context, pending[i]);
        if (klass->is(TypeKind::Record))
            for (const RecordField& f : klass->fields) add(f);
        if (!klass->is(TypeKind::Nominal)) continue;
        auto definition = context.get<DefinitionOf>(klass->item);
        auto here = [&](Type member) { return substitute(member, klass->item, klass->arguments); };
        for (const FieldInfo& f : definition->fields)
            if (!f.is_static && !f.is_private) add({f.name, here(f.type), f.is_optional, f.is_readonly});
        for (ItemId method : definition->methods) {
            auto signature = context.get<SignatureOf>(method);
            if (signature->is_static || signature->is_private || signature->is_constructor) continue;
            if (signature->is_getter || signature->is_setter) {
                MemberInfo member = find_member(context, klass, name_of(method));
                if (member.kind != MemberInfo::None) add({name_of(method), member.type, false, member.is_readonly});
            } else {
                add({name_of(method), here(function_type(context, method)), false, true});
            }
        }
        if (definition->base) pending.push_back(here(definition->base));
        for (Type base : definition->interfaces) pending.push_back(here(base));
    }
    return fields;
}

// ---- aliases ----

namespace {

/// Walks the names of types in an alias: `f(name, nested)`, nested inside of something that ends the expansion.
template <typename F>
void each_named_type(const SyntaxNode& alias, F&& f) {
    int ends_at = -1;
    for (Preorder walk(alias); walk; walk.next()) {
        if (ends_at >= 0 && walk.depth() <= ends_at) ends_at = -1;
        if (!walk->is_node()) continue;
        Kind kind = to_kind(walk->kind());
        bool ends = kind == Kind::ObjectType || kind == Kind::FunctionType || kind == Kind::ArrayType ||
                    kind == Kind::TupleType || kind == Kind::TypeArgumentList;
        if (ends && ends_at < 0) ends_at = walk.depth();
        if (auto named = ast::NamedType::cast(*walk)) {
            auto names = named.path().names();
            if (names.size() == 1) f(names[0].text(), ends_at >= 0);
        }
    }
}

bool reaches(QueryContext& context, ItemId from, ItemId wanted, bool directly, std::set<ItemId>& seen) {
    if (!seen.insert(from).second || seen.size() > 200) return false;
    auto syntax = context.get<ItemSyntax>(from);
    if (!*syntax) return false;
    FileScope scope(context, file_of(from), from);
    bool found = false;
    each_named_type(syntax->root(), [&](std::string_view name, bool nested) {
        if (found || (directly && nested)) return;
        ItemId item = scope.find_type(name);
        if (item == ItemId::None || kind_of(item) != ItemKind::TypeAlias) return;
        found = item == wanted || reaches(context, item, wanted, directly, seen);
    });
    return found;
}

}  // namespace

bool IsLazyAlias::compute(QueryContext& context, const Key& alias) {
    auto syntax = context.get<ItemSyntax>(alias);
    if (!*syntax) return false;
    for (Preorder walk(syntax->root()); walk; walk.next()) {
        if (!walk->is_node()) continue;
        switch (to_kind(walk->kind())) {
            case Kind::IntersectionType:
            case Kind::IndexedType:
            case Kind::ConditionalType:
            case Kind::TypeofType:
            case Kind::MappedMember: return true;
            case Kind::OperatorType:
                if (auto op = ast::OperatorType::cast(*walk); op.op() && op.op().text() == "keyof") return true;
                break;
            case Kind::NamedType: {
                auto named = ast::NamedType::cast(*walk);
                auto names = named.path().names();
                if (names.size() == 1 && is_type_operator(names[0].text(), named.arguments().types().size()) &&
                    FileScope(context, file_of(alias), alias).find_type(names[0].text()) == ItemId::None)
                    return true;
                break;
            }
            default: break;
        }
    }
    std::set<ItemId> seen;
    return reaches(context, alias, alias, false, seen);
}

bool is_infinite_alias(QueryContext& context, ItemId alias) {
    std::set<ItemId> seen;
    return reaches(context, alias, alias, true, seen);
}

Type AliasTarget::compute(QueryContext& context, const Key& alias) {
    auto syntax = context.get<ItemSyntax>(alias->item);
    if (!*syntax) return type::error();
    TypeReader reader(context, alias->item, silent_report());
    reader.enter(alias->item);
    auto generics = context.get<GenericsOf>(alias->item);
    for (size_t i = 0; i < generics->size() && i < alias->arguments.size(); ++i)
        reader.bind((*generics)[i].name, alias->arguments[i]);
    return reader.read(ast::TypeAliasDecl::cast(syntax->root()).type());
}

}  // namespace braid::velox_semantics
