#include "analyzer/semantics/velox/builder.h"

namespace braid::velox_semantics {

LocalId BodyBuilder::declare(Name name, Type type, uint32_t node, bool is_mutable) {
    LocalInfo info;
    info.name = name;
    info.type = type;
    info.node = node;
    info.is_mutable = is_mutable;
    info.function = functions_.back().id;
    body_.locals.push_back(std::move(info));
    LocalId id{uint32_t(body_.locals.size() - 1)};
    if (!name.empty()) scopes_.back().names[name] = id;
    return id;
}

LocalId BodyBuilder::temporary(Type type, uint32_t node) { return declare({}, type, node, true); }

std::optional<LocalId> BodyBuilder::find_local(Name name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
        if (auto found = scope->names.find(name); found != scope->names.end()) return found->second;
    return std::nullopt;
}

/// Every function between the variable's and this one captures it.
void BodyBuilder::capture(LocalId local, uint32_t node) {
    BodyFunctionId owner = body_[local].function;
    for (auto frame = functions_.rbegin(); frame != functions_.rend() && frame->id != owner; ++frame) {
        body_.locals[uint32_t(local)].is_captured = true;
        auto& captures = body_.functions[uint32_t(frame->id)].captures;
        bool known = false;
        for (const Capture& c : captures) known |= c.local == local;
        // Whether it is ever assigned is not known yet: an alias is right either way.
        if (!known) captures.push_back({local, body_[local].is_self ? CaptureMode::Copy : CaptureMode::Alias, node});
    }
}

ExprId BodyBuilder::local_reference(LocalId local, uint32_t node) {
    capture(local, node);
    return add(body_[local].type, node, hir::LocalRef{local});
}

void BodyBuilder::resolve(uint32_t node, std::variant<LocalId, ItemId> target, Type type, bool is_write) {
    body_.resolutions.push_back({node, target, type, is_write});
}

/// A key of a literal or a pattern stands for the member of the type it is written for.
void BodyBuilder::resolve_member(const SyntaxToken& key, Type owner) {
    if (!key || !owner) return;
    Type present = nullable_parts_removed(owner);
    Name name(to_kind(key.kind()) == Kind::StringLiteral ? string_value(key.text()) : std::string(key.text()));
    for (Type member : present->is(TypeKind::Union) ? present->arguments : std::vector<Type>{present})
        if (MemberInfo info = find_member(context_, member, name); info.item != ItemId::None)
            resolve(node_of(key), info.item, info.type);
}

ExprId BodyBuilder::let_temporary(LocalId local, ExprId value, uint32_t node) {
    PatternId pattern =
        add_pattern(body_[local].type, node, hir::BindPattern{local, hir::BindMode::Value, PatternId::None});
    return add(type::unit(), node, hir::Let{pattern, value, ExprId::None});
}

ExprId BodyBuilder::this_expression(uint32_t node) {
    if (this_ == LocalId::None) {
        bool in_static = class_ != ItemId::None;
        if (in_static) return add(type::any(), node, hir::ClassRef{class_});
        report(DiagnosticCode::UnresolvedName, node, "`this` means something only in a method of a class");
        return error_expression(node);
    }
    return local_reference(this_, node);
}

/// Functions of a block know each other from its start on; each is made where it stands, because it may capture what is
/// declared before it.
void BodyBuilder::hoist(const std::vector<ast::Statement>& statements) {
    for (const ast::Statement& s : statements) {
        auto f = s.as<ast::FunctionDecl>();
        if (!f || !f.name()) continue;
        std::vector<Type> parameters;
        Type type = closure_type(function_parts(f.node), nullptr, parameters);
        LocalId local = declare(Name(f.name().text()), type, node_of(f.name()), false);
        resolve(node_of(f.name()), local, type, true);
    }
}

void BodyBuilder::local_function(const ast::FunctionDecl& f, std::vector<ExprId>& out) {
    if (!f.name()) return;
    auto local = find_local(Name(f.name().text()));
    if (!local) return;
    ExprId value = closure(f.node, body_[*local].type);
    body_.locals[uint32_t(*local)].type = type_of(value);
    out.push_back(let_temporary(*local, value, node_of(f.node)));
}

}  // namespace braid::velox_semantics
