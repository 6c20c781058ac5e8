#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

LocalId BodyBuilder::declare(Name name, Type type, uint32_t node, bool is_mutable) {
    type = resolved(context_, type);
    LocalInfo info;
    info.name = name;
    info.type = type->is(TypeKind::Projection) ? type::any() : type;
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

/// `type Config = typeof config`: what a type in a function says of the variables around it is known where it stands.
void BodyBuilder::local_alias(const ast::TypeAliasDecl& alias) {
    ItemId item = item_of(alias.node);
    auto syntax = item == ItemId::None ? nullptr : context_.get<ItemSyntax>(item);
    if (!syntax || !*syntax || *context_.get<TypeParameterCount>(item) != 0) return;
    bool names_values = false;
    for (Preorder walk(syntax->root()); walk; walk.next()) names_values |= walk->kind() == raw(Kind::TypeofType);
    if (!names_values) return;
    TypeReader reader(context_, item, silent_report());
    reader.enter(item);
    reader.set_values([this](Name name) { return type_of_variable(name); });
    types_.bind(name_of(item), reader.read(ast::TypeAliasDecl::cast(syntax->root()).type()));
}

Type BodyBuilder::type_of_variable(Name name) {
    auto local = find_local(name);
    if (local) read_.insert(*local);
    return local ? body_[*local].type : nullptr;
}

// ---- what is read, what has a value ----

void BodyBuilder::mark_assigned(LocalId local) {
    if (late_.count(local)) facts_["=" + std::to_string(uint32_t(local))] = type::unit();
}

void BodyBuilder::check_assigned(LocalId local, uint32_t node) {
    if (!reachable_ || !late_.count(local) || body_[local].function != functions_.back().id) return;
    if (facts_.count("=" + std::to_string(uint32_t(local)))) return;
    auto& d = report(DiagnosticCode::UninitializedUse, node,
                     fmt::format("`{}` has no value on some way here", body_[local].name.text()));
    if (d.related.empty()) d.related.push_back({{item_, body_[local].node}, "it is declared here, without one"});
    mark_assigned(local);
}

void BodyBuilder::mark_assigned(ItemId variable) {
    if (late_items_.count(variable)) facts_["=" + std::to_string(uint32_t(variable)) + " static"] = type::unit();
}

void BodyBuilder::check_assigned(ItemId variable, uint32_t node) {
    if (!reachable_ || !late_items_.count(variable) || functions_.size() != 1) return;
    if (facts_.count("=" + std::to_string(uint32_t(variable)) + " static")) return;
    auto& d = report(DiagnosticCode::UninitializedUse, node,
                     fmt::format("`{}` has no value on some way here", name_of(variable).text()));
    if (d.related.empty()) d.related.push_back({{variable, 0}, "it is declared here, without one"});
    mark_assigned(variable);
}

/// A name that a later statement of an enclosing block declares: it has no value yet.
bool BodyBuilder::report_used_early(const SyntaxToken& name) {
    for (SyntaxNode around = name.parent(); around; around = around.parent()) {
        for (const SyntaxNode& child : around.child_nodes()) {
            if (child.text_range().begin < name.begin()) continue;
            for (ast::Declarator d : ast::VariableDecl::cast(child).declarators()) {
                auto plain = d.binding().as<ast::NameBinding>();
                if (!plain || !plain.name() || plain.name().text() != name.text()) continue;
                auto& d2 = report(DiagnosticCode::UninitializedUse, node_of(name),
                                  fmt::format("`{}` is used before its declaration", name.text()));
                if (d2.related.empty()) d2.related.push_back({{item_, node_of(plain.name())}, "it is declared here"});
                declared_later_.insert(Name(name.text()));
                return true;
            }
        }
    }
    return false;
}

/// A variable of the file that its top level uses before it gets there.
bool BodyBuilder::is_set_up_later(ItemId variable, const SyntaxToken& name) {
    if (kind_of(variable) != ItemKind::Static || parent_of(variable) != item_ || functions_.size() != 1) return false;
    if (!script_variables_) {
        script_variables_.emplace();
        for (ast::Statement s : ast::source_file(tree_.tree()).statements())
            for (ast::Declarator d : s.as<ast::VariableDecl>().declarators())
                if (auto plain = d.binding().as<ast::NameBinding>(); plain && plain.name())
                    script_variables_->emplace(Name(plain.name().text()), plain.name());
    }
    auto declared = script_variables_->find(Name(name.text()));
    if (declared == script_variables_->end() || declared->second.begin() <= name.begin()) return false;
    auto& d = report(DiagnosticCode::UninitializedUse, node_of(name),
                     fmt::format("`{}` is used before its declaration", name.text()));
    if (d.related.empty()) d.related.push_back({{item_, node_of(declared->second)}, "it is declared here"});
    return true;
}

/// Variables that are never read. Code that is looked at twice (the body of a `case` that others fall into) declares
/// them twice: one reading is enough.
void BodyBuilder::report_unused() {
    std::set<uint32_t> candidates, read;
    for (LocalId local : read_) read.insert(body_[local].node);
    for (uint32_t i = 0; i < body_.locals.size(); ++i)
        if (unread_matters_.count(LocalId(i)) && !read_.count(LocalId(i))) candidates.insert(i);
    // A name that nobody knows where it is used is most likely meant there.
    auto is_missed = [&](Name name) {
        return std::any_of(body_.diagnostics.begin(), body_.diagnostics.end(), [&](const ItemDiagnostic& d) {
            if (d.code != DiagnosticCode::UnresolvedName || d.location.item != item_) return false;
            SyntaxElement at = tree_.element(d.location.node);
            return at && at.text() == name.text();
        });
    };
    for (uint32_t i : candidates) {
        const LocalInfo& info = body_.locals[i];
        if (info.name.empty() || info.name.text().starts_with("_") || read.count(info.node)) continue;
        if (declared_later_.count(info.name) || is_missed(info.name)) continue;
        auto& d =
            report(DiagnosticCode::UnusedVariable, info.node, fmt::format("`{}` is never read", info.name.text()));
        d.tags |= TagUnnecessary;
        SyntaxNode around = tree_.element(info.node).parent().parent();
        auto binding = ast::BindingProperty::cast(around);
        auto tested = ast::PatternProperty::cast(around);
        // `{ a }`: the name is the member's, too
        bool names_member = (binding && !binding.key()) || (tested && !tested.pattern() && !tested.is_rest());
        if (!d.fixes.empty()) continue;
        ItemDiagnostic::Fix fix{fmt::format("rename it to `_{}`", info.name.text()),
                                {{d.location, ItemDiagnostic::FixEdit::InsertBefore,
                                  names_member ? fmt::format("{}: _", info.name.text()) : std::string("_")}}};
        std::set<uint32_t> renamed{info.node};  // and where it is assigned
        for (const Resolution& r : body_.resolutions)
            if (auto* target = std::get_if<LocalId>(&r.target);
                target && *target == LocalId(i) && renamed.insert(r.node).second)
                fix.edits.push_back({{item_, r.node}, ItemDiagnostic::FixEdit::InsertBefore, "_"});
        d.fixes.push_back(std::move(fix));
    }
}

}  // namespace braid::velox_semantics
