#include <fmt/format.h>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/type_operators.h"

// Object literals, regular expressions, what a generator yields.
namespace braid::velox_semantics {

using namespace hir;

/// What the context wants under this name.
Type BodyBuilder::wanted_member(Type wanted, Name name) {
    if (!wanted || wanted->is(TypeKind::Any) || wanted->is(TypeKind::Unknown)) return nullptr;
    std::vector<Type> found;
    for (Type member : members_of(wanted))
        if (MemberInfo info = find_member(context_, member, name);
            info.kind != MemberInfo::None && (info.owner == ItemId::None || name_of(info.owner).text() != "Object"))
            found.push_back(resolved(context_, info.type));
    if (found.empty()) return nullptr;
    Type result = type::union_of(std::move(found));
    return result->is(TypeKind::Parameter) ? nullptr : result;
}

namespace {

/// An object literal as it is written, member by member. Once a name is computed, what follows goes into the object
/// made so far.
struct Made {
    Aggregate record{AggregateKind::Record, ItemId::None, {}, {}};
    std::vector<RecordField> fields;
    std::vector<ExprId> steps;
    std::optional<LocalId> so_far;
    bool open = false;

    /// Where the machine finds the accessors of a name; no program can write it.
    static Name hidden(std::string_view word, Name name) {
        return Name("\x01" + std::string(word) + " " + std::string(name.text()));
    }

    void remember(RecordField field) {
        std::erase_if(fields, [&](const RecordField& f) { return f.name == field.name; });
        fields.push_back(std::move(field));
    }
};

/// Hands the members of a piece of a literal to `set` one by one, where nothing is spread among them.
template <typename Set>
bool each_member_of(Aggregate& record, const Set& set) {
    if (std::find(record.names.begin(), record.names.end(), Name()) != record.names.end()) return false;
    for (size_t i = 0; i < record.names.size(); ++i) set(record.names[i], record.operands[i]);
    record = Aggregate{AggregateKind::Record, ItemId::None, {}, {}};
    return true;
}

/// A function that says `this` itself, not only functions inside of it that have a `this` of their own.
bool says_this(const SyntaxNode& function) {
    int inner = -1;
    for (Preorder walk(function); walk; walk.next()) {
        if (inner >= 0 && walk.depth() <= inner) inner = -1;
        if (!walk->is_node() || inner >= 0) continue;
        Kind kind = to_kind(walk->kind());
        if (kind == Kind::ThisExpr) return true;
        bool own = (is_function(kind) && kind != Kind::ArrowExpr) || kind == Kind::ClassExpr;
        if (own && walk.depth() > 0) inner = walk.depth();
    }
    return false;
}

/// The function that a member of an object literal is, where it may say `this`; none for arrow functions.
SyntaxNode function_of(const ast::Member& m) {
    if (auto p = m.as<ast::Property>()) {
        ast::Expression value = p.value();
        while (auto paren = value.as<ast::ParenExpr>()) value = paren.inner();
        return value.kind() == Kind::FunctionExpr ? value.node : SyntaxNode();
    }
    bool is_function = m.kind() == Kind::MethodDecl || m.kind() == Kind::GetterDecl || m.kind() == Kind::SetterDecl;
    return is_function ? m.node : SyntaxNode();
}

bool has_receiver(const ast::Member& m) {
    SyntaxNode function = function_of(m);
    return m.kind() == Kind::GetterDecl || m.kind() == Kind::SetterDecl || (function && says_this(function));
}

Name name_of_member(const ast::Member& m) {
    if (auto p = m.as<ast::Property>()) return member_name(p.name());
    if (auto f = m.as<ast::MethodDecl>()) return member_name(f.name());
    if (auto g = m.as<ast::GetterDecl>()) return member_name(g.name());
    if (auto g = m.as<ast::SetterDecl>()) return member_name(g.name());
    if (auto s = m.as<ast::ShorthandProperty>())
        return Name(s.name().name() ? s.name().name().text() : std::string_view());
    return {};
}

}  // namespace

/// What `get` gives or `set` takes.
Type BodyBuilder::accessor_type(const ast::Member& accessor) {
    if (auto getter = accessor.as<ast::GetterDecl>())
        return getter.result() ? resolved(context_, types_.read(getter.result().type())) : type::any();
    auto parameters = accessor.as<ast::SetterDecl>().parameters().parameters();
    bool written = !parameters.empty() && parameters[0].type();
    return written ? resolved(context_, types_.read(parameters[0].type().type())) : type::any();
}

/// What `this` is in the methods of an object literal: the type that is wanted of it, else what its other members say.
/// Those are made here, before the methods; `made` has them by their position.
Type BodyBuilder::receiver_of(const ast::ObjectExpr& e, Type wanted, std::map<size_t, ExprId>& made) {
    if (wanted && !is_open_here(wanted) && !is_std_type(wanted, "Message") &&
        (wanted->is(TypeKind::Record) || wanted->is(TypeKind::Nominal)))
        return wanted;
    std::vector<RecordField> fields;
    auto put = [&](RecordField field) {
        std::erase_if(fields, [&](const RecordField& f) { return f.name == field.name; });
        fields.push_back(std::move(field));
    };
    auto members = e.members();
    for (size_t i = 0; i < members.size(); ++i) {
        const ast::Member& m = members[i];
        Name name = name_of_member(m);
        if (SyntaxNode function = function_of(m); function && !name.empty()) {
            std::vector<Type> parameters;
            bool is_accessor = m.kind() == Kind::GetterDecl || m.kind() == Kind::SetterDecl;
            put({name, is_accessor ? accessor_type(m) : closure_type(function_parts(function), nullptr, parameters),
                 false, false});
        } else if (auto spread = m.as<ast::SpreadProperty>()) {
            made[i] = expression(spread.value());
            for (RecordField f : fields_of(context_, nullable_parts_removed(type_of(made[i])))) put(std::move(f));
        } else if (auto p = m.as<ast::Property>(); p && !name.empty()) {
            made[i] = expression(p.value(), wanted_member(wanted, name));
        } else if (auto s = m.as<ast::ShorthandProperty>()) {
            made[i] = this->name(s.name());
        } else {
            put({index_signature(), type::any(), true, false});
        }
        if (name.empty() || !made.count(i)) continue;
        Type t = widened(type_of(made[i]));
        bool tells = !t->is(TypeKind::Null) && !t->is(TypeKind::Undefined);
        put({name, tells ? t : type::any(), false, false});
    }
    return type::record(std::move(fields));
}

ExprId BodyBuilder::object(const ast::ObjectExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    Type wanted = expected ? nullable_parts_removed(expected) : nullptr;
    if (wanted && wanted->is(TypeKind::Union)) wanted = told_apart(e, wanted);
    Made made;
    // A literal stays one where the context tells values apart by it (`{ type: "key" }`).
    auto field_type = [&](ExprId value, Type field) {
        Type produced = type_of(value);
        if (keeps_literals_) return produced;
        bool tells =
            produced->is(TypeKind::Union) && std::all_of(produced->arguments.begin(), produced->arguments.end(),
                                                         [](Type member) { return member->is(TypeKind::Literal); });
        if (tells && field && !is_open_here(field) && is_assignable(context_, produced, field)) return produced;
        if (!field || is_open_here(field)) {
            return field && produced->is(TypeKind::Literal) ? produced : kept_type(value);
        }
        Type kept = produced->is(TypeKind::Literal) ? restricted(context_, field, produced) : nullptr;
        if (kept == produced) {  // told apart by it, or just one of its kind
            bool tells_apart = false;
            walk_type(field, [&](Type part) {
                tells_apart |= part->is(TypeKind::Literal);
                return true;
            });
            return tells_apart ? produced : kept_type(value);
        }
        // Of several objects that are wanted, it has to be one of them as it is.
        bool of_several = wanted->is(TypeKind::Union);
        return !of_several && fits(value, field) ? field : kept_type(value);
    };
    auto put = [&](Name name, ExprId value, Type field, uint32_t at) {
        Type as = field_type(value, field);
        made.record.names.push_back(name);
        made.record.operands.push_back(field && as == field ? coerce(value, as, at) : convert(value, as));
        made.remember({name, as, false, keeps_literals_});
    };
    std::set<Name> own;
    auto check_twice = [&](Name name, const SyntaxElement& at) {
        if (!name.empty() && !own.insert(name).second)
            report(DiagnosticCode::DuplicateDeclaration, node_of(at),
                   fmt::format("`{}` stands twice in this object", name.text()));
    };
    auto members = e.members();
    std::map<size_t, ExprId> ready;
    Type receiver = nullptr;
    if (std::any_of(members.begin(), members.end(), has_receiver)) receiver = receiver_of(e, wanted, ready);
    auto value_of = [&](size_t i, const ast::Expression& value, Type hint) {
        if (auto known = ready.find(i); known != ready.end()) return known->second;
        bool is_method = receiver && value.kind() == Kind::FunctionExpr && has_receiver(members[i]);
        return is_method ? closure(value.node, hint, receiver) : expression(value, hint);
    };
    for (size_t i = 0; i < members.size(); ++i) {
        const ast::Member& m = members[i];
        uint32_t at = node_of(m.node);
        if (auto p = m.as<ast::Property>()) {
            Name name = member_name(p.name());
            if (name.empty() && p.name().computed()) {
                computed_property(p.name(), wanted, made.record, made.steps, made.so_far, made.fields,
                                  [&](Type hint) { return expression(p.value(), hint); });
                continue;
            }
            check_twice(name, p.name().node);
            Type field = wanted_member(wanted, name);
            resolve_member(p.name().word(), wanted);
            put(name, value_of(i, p.value(), field), field, p.value() ? node_of(p.value().node) : at);
        } else if (auto s = m.as<ast::ShorthandProperty>()) {
            if (s.initializer())
                report(DiagnosticCode::SyntaxError, node_of(s.initializer().node),
                       "`= value` stands in a pattern only; in an object write `name: value`");
            check_twice(s.name().name() ? Name(s.name().name().text()) : Name(), s.name().node);
            ExprId value = ready.count(i) ? ready[i] : this->name(s.name());
            resolve_member(s.name().name(), wanted);
            Name name(s.name().name() ? s.name().name().text() : std::string_view());
            put(name, value, wanted_member(wanted, name), at);
        } else if (auto method = m.as<ast::MethodDecl>()) {
            Name name = member_name(method.name());
            if (name.empty() && method.name().computed()) {
                computed_property(
                    method.name(), wanted, made.record, made.steps, made.so_far, made.fields,
                    [&](Type hint) { return closure(method.node, hint, has_receiver(m) ? receiver : nullptr); });
                continue;
            }
            check_twice(name, method.name().node);
            resolve_member(method.name().word(), wanted);
            ExprId value = closure(method.node, wanted_member(wanted, name), has_receiver(m) ? receiver : nullptr);
            put(name, value, nullptr, at);
        } else if (auto spread = m.as<ast::SpreadProperty>()) {
            ExprId value = value_of(i, spread.value(), nullptr);
            Type t = nullable_parts_removed(type_of(value));
            own.clear();
            std::vector<Type> alternatives = members_of(t);
            bool plain = false;
            for (Type part : alternatives) plain |= part->is(TypeKind::Record) || part->is(TypeKind::Nominal);
            if (alternatives.size() > 1 || may_be_absent(type_of(value))) {
                // Of several, what all have; what some have may be there.
                for (Type part : alternatives)
                    for (RecordField f : fields_of(context_, part)) {
                        MemberInfo everywhere = find_member(context_, t, f.name);
                        bool certain = everywhere.kind != MemberInfo::None && !may_be_absent(type_of(value));
                        f.type = certain ? everywhere.type : f.type;
                        f.optional = f.optional || !certain;
                        for (const RecordField& before : made.fields)
                            if (before.name == f.name && f.optional && !before.optional)
                                f.type = type::union_of({f.type, before.type}), f.optional = false;
                        made.remember(f);
                    }
            } else if (t->is(TypeKind::Record) || t->is(TypeKind::Nominal)) {
                for (RecordField f : fields_of(context_, t)) {
                    bool method_of_class = t->is(TypeKind::Nominal) && f.readonly && f.type->is(TypeKind::Function);
                    if (method_of_class) continue;
                    f.readonly = false;
                    for (const RecordField& before : made.fields)
                        if (before.name == f.name && f.optional)
                            f.type = type::union_of({f.type, before.type}), f.optional = before.optional;
                    made.remember(f);
                }
            }
            made.open |= !plain && !t->is(TypeKind::Never);
            value = without_accessors(value, node_of(spread.node));
            made.record.names.push_back(Name());
            made.record.operands.push_back(add(type_of(value), node_of(spread.node), Spread{value}));
        } else if (m.kind() == Kind::GetterDecl || m.kind() == Kind::SetterDecl) {
            bool is_getter = m.kind() == Kind::GetterDecl;
            Name name = name_of_member(m);
            made.record.names.push_back(Made::hidden(is_getter ? "get" : "set", name));
            ExprId accessor = closure(m.node, nullptr, receiver);
            Type inferred = is_getter ? widened(type_of(accessor)->result()) : accessor_type(m);
            made.record.operands.push_back(convert(accessor, type::any()));
            auto known = std::find_if(made.fields.begin(), made.fields.end(),
                                      [&](const RecordField& f) { return f.name == name; });
            if (known == made.fields.end()) made.remember({name, inferred, false, is_getter});
            else known->readonly = false, known->type = is_getter ? inferred : known->type;
        } else {
            report(DiagnosticCode::SyntaxError, at, "this is no member of an object");
        }
    }
    check_excess(e, made.fields, wanted);
    Type result = made.open ? type::any() : type::record(std::move(made.fields));
    if (!made.so_far) return add(result, node, std::move(made.record));
    bool is_set = each_member_of(made.record, [&](Name name, ExprId value) {
        ExprId place = add(type::any(), node, Property{add(type::any(), node, LocalRef{*made.so_far}), name});
        made.steps.push_back(add(type::unit(), node, hir::Assign{place, convert(value, type::any())}));
    });
    if (!is_set && !made.record.names.empty()) {
        ExprId before = add(type::any(), node, LocalRef{*made.so_far});
        made.record.names.insert(made.record.names.begin(), Name());
        made.record.operands.insert(made.record.operands.begin(), add(type::any(), node, Spread{before}));
        ExprId whole = convert(add(type::record({}), node, std::move(made.record)), type::any());
        made.steps.push_back(
            add(type::unit(), node, hir::Assign{add(type::any(), node, LocalRef{*made.so_far}), whole}));
    }
    ExprId whole = convert(add(type::any(), node, LocalRef{*made.so_far}), result);
    return add(result, node, Block{std::move(made.steps), whole});
}

/// An object that is about to be copied, with what its getters give as plain members.
ExprId BodyBuilder::without_accessors(ExprId object, uint32_t node) {
    Type t = nullable_parts_removed(type_of(object));
    bool may_have_some = t->is(TypeKind::Any) || t->is(TypeKind::Unknown);
    bool is_shape = t->is(TypeKind::Record) || (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Interface);
    for (const RecordField& f : is_shape ? fields_of(context_, t) : std::vector<RecordField>())
        may_have_some |= f.name != index_signature() && !f.type->is(TypeKind::Function);
    ItemId holder = may_have_some ? std_item(context_, "Object") : ItemId::None;
    if (holder == ItemId::None) return object;
    MemberInfo plain = find_member(context_, type::nominal(holder), Name("plain"), true);
    if (plain.item == ItemId::None) return object;
    Type own = type_of(object);
    ExprId made = add(type::any(), node,
                      Call{DirectCallee{plain.item, {}, nullptr}, {convert(object, type::any())}, CallMode::Plain});
    return own->is(TypeKind::Any) ? made : add(own, node, Convert{ConvertKind::Wrap, made});
}

/// Of a union, the members that the literal's own literal fields fit.
Type BodyBuilder::told_apart(const ast::ObjectExpr& e, Type wanted) {
    std::vector<Type> kept;
    for (Type member : wanted->arguments) {
        bool fit = true;
        for (const ast::Member& m : e.members()) {
            auto p = m.as<ast::Property>();
            auto literal = p ? p.value().as<ast::LiteralExpr>() : ast::LiteralExpr();
            if (!literal || !literal.value()) continue;
            MemberInfo info = find_member(context_, member, member_name(p.name()));
            Type value = literal_type(literal.value(), false);
            if (info.kind == MemberInfo::None || !value) continue;
            bool tells = true;
            for (Type part : members_of(resolved(context_, info.type))) tells &= part->is(TypeKind::Literal);
            if (tells) fit &= is_assignable(context_, value, info.type);
        }
        if (fit) kept.push_back(member);
    }
    return kept.empty() ? wanted : type::union_of(std::move(kept));
}

/// A member that the wanted type does not know is most likely mistyped.
void BodyBuilder::check_excess(const ast::ObjectExpr& e, const std::vector<RecordField>& fields, Type wanted) {
    if (!wanted || is_open_here(wanted) || wanted->has(TypeHasError)) return;
    std::vector<std::string> candidates;
    for (Type member : members_of(wanted)) {
        bool known = member->is(TypeKind::Record) ||
                     (member->is(TypeKind::Nominal) && kind_of(member->item) == ItemKind::Interface);
        if (!known || is_std_type(member, "Message")) return;
        if (find_member(context_, member, index_signature()).kind != MemberInfo::None) return;
        if (fields_of(context_, member).empty()) return;
        for (std::string& name : member_names(context_, member)) candidates.push_back(std::move(name));
    }
    for (const ast::Member& m : e.members()) {
        auto p = m.as<ast::Property>();
        Name name = p ? member_name(p.name()) : Name();
        bool present = false;
        for (const RecordField& f : fields) present |= f.name == name;
        if (name.empty() || !present) continue;
        bool declared = false;
        for (Type member : members_of(wanted)) {
            MemberInfo info = find_member(context_, member, name);
            declared |= info.kind != MemberInfo::None;
        }
        if (declared) continue;
        std::string near = nearest_name(name.text(), candidates);
        uint32_t at = node_of(p.name().node);
        auto& d = report(DiagnosticCode::MissingMember, at,
                         fmt::format("`{}` has no member `{}`{}", print_type(wanted), name.text(),
                                     near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)));
        if (!near.empty() && d.fixes.empty())
            d.fixes.push_back(
                {fmt::format("change to `{}`", near), {{{item_, at}, ItemDiagnostic::FixEdit::Replace, near}}});
    }
}

/// `[key]: value`: the object so far is kept in a variable, and the member set in it.
void BodyBuilder::computed_property(const ast::PropertyName& name_written, Type wanted, Aggregate& record,
                                    std::vector<ExprId>& steps, std::optional<LocalId>& so_far,
                                    std::vector<RecordField>& fields, const std::function<ExprId(Type)>& value_of) {
    uint32_t node = node_of(name_written.node);
    // What follows a computed member is set in the object made so far: a copy would lose its accessors.
    bool is_set = so_far && each_member_of(record, [&](Name name, ExprId value) {
                      ExprId place = add(type::any(), node, Property{add(type::any(), node, LocalRef{*so_far}), name});
                      steps.push_back(add(type::unit(), node, hir::Assign{place, convert(value, type::any())}));
                  });
    if (so_far && !is_set) {
        ExprId before = add(type::any(), node, LocalRef{*so_far});
        record.names.insert(record.names.begin(), Name());
        record.operands.insert(record.operands.begin(), add(type::any(), node, Spread{before}));
    }
    if (!so_far || (!is_set && record.names.size() > 1)) {
        LocalId held = temporary(type::any(), node);
        ExprId whole = add(type::record({}), node, std::move(record));
        steps.push_back(let_temporary(held, convert(whole, type::any()), node));
        so_far = held;
    }
    record = Aggregate{AggregateKind::Record, ItemId::None, {}, {}};
    ExprId key = expression(name_written.computed());
    Type key_type = type_of(key);
    Type index = wanted_member(wanted, index_signature());
    ExprId value = value_of(index);
    if (index && fits(value, index)) value = coerce(value, index, node);
    Type value_type = index && type_of(value) == index ? index : widened(type_of(value));
    ExprId place = add(type::any(), node, Index{add(type::any(), node, LocalRef{*so_far}), convert(key, type::any())});
    steps.push_back(add(type::unit(), node, hir::Assign{place, convert(value, type::any())}));
    bool named = key_type->is(TypeKind::Literal) &&
                 (key_type->element()->is(TypeKind::String) || key_type->item != ItemId::None);
    Name name = named ? Name(string_value(key_type->text.text())) : index_signature();
    for (const RecordField& f : fields)
        if (f.name == name && !named) value_type = joined(context_, f.type, value_type);
    std::erase_if(fields, [&](const RecordField& f) { return f.name == name; });
    fields.push_back({name, value_type, !named, false});
}

/// `/ab+/g` is `new RegExp("ab+", "g")`.
ExprId BodyBuilder::regular_expression(const SyntaxToken& token, uint32_t node) {
    std::string_view text = token.text();
    size_t end = text.rfind('/');
    ItemId klass = std_item(context_, "RegExp");
    if (klass == ItemId::None || text.size() < 2 || end == 0 || end == std::string_view::npos)
        return error_expression(node);
    ExprId pattern = add(type::string(), node, StringLiteral{std::string(text.substr(1, end - 1))});
    ExprId flags = add(type::string(), node, StringLiteral{std::string(text.substr(end + 1))});
    ItemId constructor = context_.get<DefinitionOf>(klass)->constructor;
    return add(type::nominal(klass), node,
               New{type::nominal(klass), constructor, {pattern, convert(flags, or_undefined(type::string()))}});
}

/// `yield* values`: yields each of them; its value is what the iterator returned.
ExprId BodyBuilder::delegate(ExprId iterated, uint32_t node) {
    Type t = type_of(iterated);
    bool is_list = t->is(TypeKind::List) || t->is(TypeKind::Tuple) || is_std_type(t, "Map") || is_std_type(t, "Set");
    if (widened(t)->is(TypeKind::String)) iterated = code_points(iterated, node), is_list = true;
    if (is_list) {
        ExprId list = convert(convert(as_list(iterated, node), type::any()), list_of(type::any()));
        LocalId each = temporary(type::any(), node);
        PatternId pattern = add_pattern(type::any(), node, BindPattern{each, BindMode::Value, PatternId::None});
        ExprId given = add(type::any(), node, Yield{add(type::any(), node, LocalRef{each})});
        ExprId body = add(type::unit(), node, Block{{given}, ExprId::None});
        return add(type::unit(), node, For{pattern, list, body, Iteration::List, ItemId::None});
    }
    bool is_async =
        functions_.back().is_async && find_member(context_, t, Name("@@asyncIterator")).kind != MemberInfo::None;
    LocalId held = temporary(type::any(), node), step = temporary(type::any(), node);
    LocalId sent = temporary(type::any(), node);  // what `next` was given goes on to the other one
    ExprId loop = reserve(node);
    auto step_part = [&](std::string_view name) {
        return add(type::any(), node, Property{add(type::any(), node, LocalRef{step}), Name(name)});
    };
    ExprId next = add(type::any(), node,
                      Call{VirtualCallee{Name("next"), ItemId::None},
                           {add(type::any(), node, LocalRef{held}), add(type::any(), node, LocalRef{sent})},
                           CallMode::Plain});
    if (is_async) next = add(type::any(), node, Await{next});
    ExprId done = add(type::boolean(), node, Convert{ConvertKind::ToBool, step_part("done")});
    // Ended or left by an error here, the other one is ended, too.
    ExprId source = is_async ? iterated : iterator_of(iterated, node);
    bool can_end = find_member(context_, type_of(source), Name("return")).kind == MemberInfo::Method;
    LocalId open = temporary(type::boolean(), node);
    auto set_open = [&](bool value) {
        ExprId flag = add(type::boolean(), node, LocalRef{open});
        return add(type::unit(), node, hir::Assign{flag, add(type::boolean(), node, BoolLiteral{value})});
    };
    ExprId leave = add(type::never(), node, Break{loop, ExprId::None});
    leave = add(type::never(), node, Block{{set_open(false)}, leave});
    std::vector<ExprId> round{
        add(type::unit(), node, hir::Assign{add(type::any(), node, LocalRef{step}), next}),
        add(type::unit(), node, If{done, leave, ExprId::None}),
        add(type::unit(), node,
            hir::Assign{add(type::any(), node, LocalRef{sent}), add(type::any(), node, Yield{step_part("value")})}),
    };
    ExprId body = add(type::unit(), node, Block{std::move(round), ExprId::None});
    body_.expressions[uint32_t(loop)] = {type::unit(), node, Loop{ExprId::None, body, ExprId::None, false}};
    ExprId nothing = convert(add(type::undefined(), node, UndefinedLiteral{}), type::any());
    ExprId iterator = convert(source, type::any());
    ExprId unsent = convert(add(type::undefined(), node, UndefinedLiteral{}), type::any());
    ExprId unfinished = add(type::boolean(), node, BoolLiteral{true});
    std::vector<ExprId> out{let_temporary(held, iterator, node), let_temporary(step, nothing, node),
                            let_temporary(sent, unsent, node), let_temporary(open, unfinished, node)};
    if (can_end) {
        Call end{
            VirtualCallee{Name("return"), ItemId::None}, {add(type::any(), node, LocalRef{held})}, CallMode::Plain};
        ExprId ended = add(type::any(), node, std::move(end));
        if (is_async) ended = add(type::any(), node, Await{ended});
        ended = add(type::unit(), node, Block{{ended}, ExprId::None});
        ExprId early = add(type::unit(), node, If{add(type::boolean(), node, LocalRef{open}), ended, ExprId::None});
        loop = add(type::unit(), node, TryCatch{loop, {}, early});
    }
    out.push_back(loop);
    return add(type::any(), node, Block{std::move(out), step_part("value")});
}

ExprId BodyBuilder::yield(const ast::YieldExpr& e) {
    uint32_t node = node_of(e.node);
    Function& frame = functions_.back();
    if (!frame.is_generator)
        report(DiagnosticCode::SyntaxError, node, "`yield` stands in a generator: `function* name() {…}`");
    Type wanted = frame.declared_result ? element_type(frame.declared_result, frame.is_async) : nullptr;
    ExprId value = e.value() ? expression(e.value(), e.is_delegating() ? nullptr : wanted)
                             : add(type::undefined(), node, UndefinedLiteral{});
    Type given = type_of(value);
    if (e.is_delegating()) {
        given = element_type(given, functions_.back().is_async);
        if (!given) {
            report(DiagnosticCode::TypeMismatch, node,
                   fmt::format("`{}` cannot be iterated", print_type(type_of(value))));
            given = type::error();
        }
        if (wanted && !is_assignable(context_, given, wanted)) mismatch(node, given, wanted, "element");
        functions_.back().yielded.push_back(given);
        return given->has(TypeHasError) ? error_expression(node) : delegate(value, node);
    } else if (wanted && e.value()) {
        value = coerce(value, wanted, node_of(e.value().node), "element");
    }
    if (frame.is_async && is_std_type(given, "Promise")) {
        given = resolved(context_, awaited(given));
        value = add(given, node, Await{value});
    }
    functions_.back().yielded.push_back(given);
    return add(type::any(), node, Yield{convert(value, type::any())});
}

}  // namespace braid::velox_semantics
