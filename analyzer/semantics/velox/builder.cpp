#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/list_edits.h"

#include <algorithm>

#include <fmt/format.h>

#include "analyzer/semantics/item_diagnostic.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

namespace {

/// Errors inside of holes are those of other items: this one is not computed again when they come and go.
bool has_syntax_errors(const ItemTree& tree) {
    for (Preorder walk(tree.root()); walk; walk.next()) {
        if (!walk->is_node()) continue;
        SyntaxNode node(*walk);
        if (!node.has_errors() || tree.is_hole(node)) {
            walk.skip_children();
            continue;
        }
        if (const auto* errors = node.green()->own_errors())
            for (const SyntaxError& e : *errors)
                if (default_severity(e.code) == Severity::Error) return true;
    }
    return false;
}

}  // namespace

Body build_body(QueryContext& context, ItemId item) { return BodyBuilder(context, item).build(); }

Type variable_type(QueryContext& context, ItemId file, const ast::Declarator& declarator, Name name) {
    return BodyBuilder(context, file).variable_type(declarator, name);
}

Type BodyBuilder::variable_type(const ast::Declarator& d, Name name) {
    begin_function({}, {}, true);
    own_variable_ = name;
    Type declared = d.type() ? types_.read(d.type().type()) : nullptr;
    Type type = declared;
    ast::Expression initializer = d.initializer().value();
    if (!type && initializer) {
        ExprId value = initial_value(d.binding(), initializer, nullptr);
        type = widened_value(value);
        if (d.binding().kind() == Kind::NameBinding && element_type_if_open(value)) type = or_undefined(type);
    }
    if (!type) type = type::any();
    if (type->is(TypeKind::Null) || type->is(TypeKind::Undefined)) type = type::any();
    if (d.binding().kind() == Kind::NameBinding) return type->is(TypeKind::Unit) ? type::undefined() : type;
    binding(d.binding(), type, true);
    auto local = find_local(name);
    return local ? body_[*local].type : type::any();
}

Type BodyBuilder::open_variable_type(const ast::Declarator& d, Name name) {
    begin_function({}, {}, true);
    own_variable_ = name;
    Type there = element_type_if_open(expression(d.initializer().value()));
    return there ? widened(there) : nullptr;
}

Type OpenVariable::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) != ItemKind::Static || kind_of(parent_of(item)) != ItemKind::File) return nullptr;
    auto syntax = context.get<ItemSyntax>(parent_of(item));
    if (!*syntax) return nullptr;
    for (ast::Statement s : ast::source_file(syntax->tree()).statements())
        for (ast::Declarator d : s.as<ast::VariableDecl>().declarators()) {
            auto name = d.binding().as<ast::NameBinding>();
            if (!name || !name.name() || name.name().text() != name_of(item).text()) continue;
            ast::Expression value = d.initializer().value();
            bool takes_element = value && (value.kind() == Kind::IndexExpr || value.kind() == Kind::MemberExpr);
            if (!takes_element || d.type()) return nullptr;
            return BodyBuilder(context, parent_of(item)).open_variable_type(d, name_of(item));
        }
    return nullptr;
}

BodyBuilder::BodyBuilder(QueryContext& context, ItemId item)
    : context_(context),
      item_(item),
      tree_(*context.get<ItemSyntax>(item)),
      // Errors of types are reported with the declaration for signatures, here for what stands in bodies.
      types_(context, item,
             [this](DiagnosticCode code, const SyntaxElement& at, std::string message, std::string_view instead) {
                 auto& d = report(code, node_of(at), std::move(message));
                 if (!instead.empty() && d.fixes.empty()) d.fixes.push_back(change_to(d.location, instead));
             }) {
    body_.item = item;
    ItemId parent = parent_of(item);
    if (kind_of(item) == ItemKind::Class) class_ = item;
    else if (parent != ItemId::None && (kind_of(parent) == ItemKind::Class || kind_of(parent) == ItemKind::Interface))
        class_ = parent;
    if (class_ != ItemId::None) {
        types_.enter(class_);
        types_.set_self(self_type(context, class_));
    }
    if (kind_of(item) == ItemKind::Function) types_.enter(item);
    types_.check_bounds();
    types_.set_values([this](Name name) { return type_of_variable(name); });
}

Body BodyBuilder::build() {
    scopes_.emplace_back();
    switch (kind_of(item_)) {
        case ItemKind::File: build_script(); break;
        case ItemKind::Static: build_static(); break;
        case ItemKind::Class: build_field_initializers(); break;
        default:
            if (tree_) build_function();
            else build_implicit_constructor();
    }
    report_unused();
    std::stable_sort(body_.resolutions.begin(), body_.resolutions.end(),
                     [](const Resolution& a, const Resolution& b) { return a.node < b.node; });
    for (const ItemDiagnostic& d : body_.diagnostics) body_.has_errors |= d.severity == Severity::Error;
    // What does not parse may mean anything; hints about spelling leave the meaning alone.
    if (tree_) body_.has_errors |= has_syntax_errors(tree_);
    return std::move(body_);
}

ExprId BodyBuilder::add(Type type, uint32_t node, hir::ExprData data) {
    type = resolved(context_, type);
    if (type->is(TypeKind::Projection)) type = type::any();
    body_.expressions.push_back({type, node, std::move(data)});
    return ExprId(body_.expressions.size() - 1);
}

PatternId BodyBuilder::add_pattern(Type type, uint32_t node, hir::PatternData data) {
    body_.patterns.push_back({type, node, std::move(data)});
    return PatternId(body_.patterns.size() - 1);
}

ItemDiagnostic& BodyBuilder::report(DiagnosticCode code, uint32_t node, std::string message) {
    for (ItemDiagnostic& d : body_.diagnostics)
        if (d.code == code && d.location.node == node) return d;  // an expression looked at twice speaks once
    return body_.diagnostics.emplace_back(diagnostic(code, {item_, node}, std::move(message)));
}

BodyFunctionId BodyBuilder::begin_function(const SyntaxElement& at, Name name, bool is_async) {
    BodyFunction f;
    f.name = name;
    f.parent = functions_.empty() ? BodyFunctionId::None : functions_.back().id;
    f.node = at ? node_of(at) : 0;
    f.is_async = is_async;
    f.result = type::error();
    body_.functions.push_back(std::move(f));
    BodyFunctionId id{uint32_t(body_.functions.size() - 1)};
    Function frame;
    frame.id = id;
    frame.is_async = is_async;
    frame.scope_base = scopes_.size();
    functions_.push_back(std::move(frame));
    scopes_.emplace_back();
    return id;
}

void BodyBuilder::end_function(ExprId root) {
    function().root = root;
    function().result = finish_result();
    scopes_.resize(functions_.back().scope_base);
    functions_.pop_back();
}

/// The declared result, or what the returns have in common.
Type BodyBuilder::finish_result() {
    Function& f = functions_.back();
    if (f.declared_result) return f.declared_result;
    Type result = nullptr;
    for (Type t : f.returned) {
        Type wide = widened_unless_choice(f.is_async ? awaited(t) : t);
        result = result ? joined(context_, result, wide) : wide;
    }
    if (f.is_generator) {
        Type element = nullptr;
        for (Type t : f.yielded) element = element ? joined(context_, element, widened(t)) : widened(t);
        ItemId generator = std_item(context_, f.is_async ? "AsyncGenerator" : "Generator");
        return generator == ItemId::None
                   ? type::any()
                   : type::nominal(generator, {element ? element : type::any(), type::any(), type::any()});
    }
    if (!result) return reachable_ ? type::unit() : type::never();
    if (reachable_ && !result->is(TypeKind::Unit) && !result->is(TypeKind::Any) && !result->is(TypeKind::Error))
        result = or_undefined(result);
    return result;
}

void BodyBuilder::add_parameters(const std::vector<ast::Parameter>& parameters, const std::vector<Type>& types,
                                 std::vector<ExprId>& prologue) {
    size_t i = 0;
    for (const ast::Parameter& p : parameters) {
        if (is_this_parameter(p)) continue;
        uint32_t node = node_of(p.binding() ? p.binding().node : p.node);
        Type type = i < types.size() ? types[i] : type::any();
        ++i;
        auto plain = p.binding().as<ast::NameBinding>();
        bool has_default = bool(p.initializer());
        // A parameter with a default arrives as itself or undefined; the variable has the declared type.
        Name parameter_name = plain && plain.name() && !has_default ? Name(plain.name().text()) : Name();
        Type arriving = has_default ? or_undefined(type) : type;
        LocalId arrived = declare(parameter_name, arriving, node, true);
        body_.locals[uint32_t(arrived)].is_parameter = true;
        function().parameters.push_back(arrived);
        function().parameter_patterns.push_back(PatternId::None);
        if (plain && !has_default) {
            if (plain.name()) resolve(node_of(plain.name()), arrived, type, true);
            continue;
        }
        PatternId pattern = has_default ? binding_with_default(p.binding(), p.initializer(), type, true)
                                        : binding(p.binding(), type, true);
        function().parameter_patterns.back() = pattern;
        flush_rests(prologue);
    }
}

ExprId BodyBuilder::function_body(const FunctionParts& parts, const ast::Expression& value,
                                  const std::vector<Type>& parameter_types, std::vector<ExprId> prologue) {
    add_parameters(parts.parameters.parameters(), parameter_types, prologue);
    if (functions_.back().is_generator) {
        // The class of what calls give belongs to the program, whether anything names it or not.
        ItemId made = std_item(context_, functions_.back().is_async ? "AsyncGenerator" : "Generator");
        if (made != ItemId::None) prologue.push_back(add(type::any(), 0, hir::ClassRef{made}));
    }
    if (parts.body || !value) {
        statements(parts.body.statements(), prologue);
        Type result = functions_.back().declared_result;
        bool must_return = result && !functions_.back().is_generator && !result->is(TypeKind::Unit) &&
                           !result->is(TypeKind::Any) && !result->is(TypeKind::Unknown) &&
                           !result->is(TypeKind::Error) && !is_assignable(context_, type::undefined(), result);
        if (reachable_ && must_return && parts.body) {
            SyntaxElement at =
                parts.result ? SyntaxElement(parts.result.type().node) : SyntaxElement(parts.body.node.first_token());
            auto& d =
                report(DiagnosticCode::MissingReturn, node_of(at),
                       fmt::format("a way through this function ends without returning `{}`", print_type(result)));
            SyntaxToken close = parts.body.node.last_token();
            if (close && close.text() == "}" && d.fixes.empty()) {
                std::string_view before = close.leading_trivia();
                size_t line = before.rfind('\n');
                std::string text = "throw new Error(\"not written yet\");";
                std::string own(line == std::string_view::npos ? "" : before.substr(line + 1));
                text = line == std::string_view::npos ? text + " " : "    " + text + "\n" + own;
                d.fixes.push_back(
                    {"end with an error", {{{item_, node_of(close)}, ItemDiagnostic::FixEdit::InsertBefore, text}}});
            }
        }
        uint32_t node = parts.body ? node_of(parts.body.node) : 0;
        bool is_generator = functions_.back().is_generator;
        if (reachable_ && !must_return && result && !is_generator && !result->is(TypeKind::Unit) &&
            !result->is(TypeKind::Error))
            prologue.push_back(
                add(type::never(), node,
                    hir::Return{convert(add(type::undefined(), node, hir::UndefinedLiteral{}), result)}));
        bool inferred_with_end = !result && reachable_ && !is_generator && !functions_.back().returned.empty();
        if (inferred_with_end) {
            Type inferred = finish_result();
            if (!inferred->is(TypeKind::Unit))
                prologue.push_back(
                    add(type::never(), node,
                        hir::Return{convert(add(type::undefined(), node, hir::UndefinedLiteral{}), inferred)}));
        }
        return add(type::unit(), node, hir::Block{std::move(prologue), ExprId::None});
    }
    uint32_t node = node_of(value.node);
    Type declared = functions_.back().declared_result;
    bool wants_value = !declared || !declared->is(TypeKind::Unit);
    ExprId result = expression(value, declared ? (wants_value ? declared : nullptr) : functions_.back().shape);
    if (functions_.back().is_async || functions_.back().adopts)
        if (ExprId promise = promise_of_thenable(result, node); promise != ExprId::None) result = promise;
    Type produced = type_of(result);
    functions_.back().returned.push_back(produced);
    if (!wants_value) {
        prologue.push_back(result);
        return add(type::unit(), node, hir::Block{std::move(prologue), ExprId::None});
    }
    bool adopts = functions_.back().is_async && awaited(produced) != produced;
    if (declared && !adopts) result = result_as(declared, result, node);
    prologue.push_back(add(type::never(), node, hir::Return{result, adopts}));
    reachable_ = false;
    return add(type::never(), node, hir::Block{std::move(prologue), ExprId::None});
}

void BodyBuilder::build_function() {
    SyntaxNode node = tree_.root();
    FunctionParts parts = function_parts(node);
    auto signature = context_.get<SignatureOf>(item_);
    begin_function(node, {}, signature->is_async);
    Function& frame = functions_.back();
    frame.is_constructor = signature->is_constructor;
    frame.is_generator = parts.is_generator;
    function().is_generator = parts.is_generator;
    frame.declared_result = signature->result_inferred ? nullptr : resolved(context_, signature->result);
    std::vector<ExprId> prologue;
    if (signature->receiver != Receiver::None) {
        this_ = declare(Name("this"), self_type(context_, class_), 0, false);
        body_.locals[uint32_t(this_)].is_parameter = body_.locals[uint32_t(this_)].is_self = true;
        function().parameters.push_back(this_);
        function().parameter_patterns.push_back(PatternId::None);
    }
    std::vector<Type> parameter_types;
    for (const ParameterInfo& p : signature->parameters)
        parameter_types.push_back(p.rest && !p.type->is(TypeKind::List) ? list_of(p.type) : p.type);
    body_.defaults.assign(signature->parameters.size(), ExprId::None);
    if (!parts.body) {
        end_function(ExprId::None);
        return;
    }
    if (signature->is_constructor) {
        take_scope(prologue);
        // Without a base the fields are initialized first, else right after `super(…)`.
        auto definition = context_.get<DefinitionOf>(class_);
        if (!definition->base) keep_scope(class_, 0, prologue);
        if (!definition->base)
            if (ExprId init = call_field_initializers(class_, 0); init != ExprId::None) prologue.push_back(init);
    }
    ExprId root = function_body(parts, {}, parameter_types, std::move(prologue));
    if (signature->is_constructor) {
        // `constructor(private name: T)`: the field is set before anything else runs.
        std::vector<ExprId> sets;
        size_t i = 1;
        for (ast::Parameter p : parts.parameters.parameters()) {
            if (is_this_parameter(p)) continue;
            auto plain = p.binding().as<ast::NameBinding>();
            LocalId local = function().parameters[i++];
            if (!p.modifiers() || !plain || !plain.name()) continue;
            uint32_t at = node_of(p.node);
            if (auto variable = find_local(Name(plain.name().text()))) local = *variable;
            ExprId target =
                add(body_[local].type, at,
                    hir::Property{add(body_[this_].type, at, hir::LocalRef{this_}), Name(plain.name().text())});
            sets.push_back(
                add(type::unit(), at, hir::Assign{target, add(body_[local].type, at, hir::LocalRef{local})}));
        }
        auto& block = std::get<hir::Block>(body_.expressions[uint32_t(root)].data);
        block.statements.insert(block.statements.begin(), sets.begin(), sets.end());
    }
    end_function(root);
}

ExprId BodyBuilder::call_field_initializers(ItemId klass, uint32_t node) {
    if (!has_field_initializers(context_, klass)) return ExprId::None;
    ExprId self = add(self_type(context_, klass), node, hir::LocalRef{this_});
    return add(type::unit(), node, hir::Call{hir::DirectCallee{klass, {}, nullptr}, {self}, hir::CallMode::Plain});
}

/// `class` item as a function: sets the fields that have initializers, in order.
void BodyBuilder::build_field_initializers() {
    begin_function(tree_ ? SyntaxElement(tree_.root()) : SyntaxElement(), {}, false);
    functions_.back().declared_result = type::unit();
    this_ = declare(Name("this"), self_type(context_, item_), 0, false);
    body_.locals[uint32_t(this_)].is_parameter = body_.locals[uint32_t(this_)].is_self = true;
    function().parameters.push_back(this_);
    std::vector<ExprId> sets;
    if (tree_)
        for (const ast::Member& m : class_of(tree_.root()).members()) {
            auto f = m.as<ast::FieldDecl>();
            if (!f || f.modifiers().has_static() || !f.initializer() || tree_.is_hole(f.node)) continue;
            uint32_t node = node_of(f.node);
            MemberInfo info = find_member(context_, self_type(context_, item_), member_name(f.name()));
            Type type = info.type ? info.type : type::any();
            ExprId value = checked(f.initializer().value(), type, "field");
            ExprId target = add(
                type, node, hir::Property{add(body_[this_].type, node, hir::LocalRef{this_}), member_name(f.name())});
            sets.push_back(add(type::unit(), node, hir::Assign{target, value}));
        }
    end_function(add(type::unit(), 0, hir::Block{std::move(sets), ExprId::None}));
}

/// What a class without a constructor does: hands its arguments to the base's, then initializes its own fields.
void BodyBuilder::build_implicit_constructor() {
    begin_function({}, {}, false);
    functions_.back().declared_result = type::unit();
    if (class_ == ItemId::None) return end_function(ExprId::None);
    this_ = declare(Name("this"), self_type(context_, class_), 0, false);
    body_.locals[uint32_t(this_)].is_parameter = body_.locals[uint32_t(this_)].is_self = true;
    function().parameters.push_back(this_);
    auto signature = context_.get<SignatureOf>(item_);
    auto definition = context_.get<DefinitionOf>(class_);
    std::vector<ExprId> statements;
    std::vector<ExprId> arguments{add(self_type(context_, class_), 0, hir::LocalRef{this_})};
    for (const ParameterInfo& p : signature->parameters) {
        Type arriving = p.has_default ? or_undefined(p.type) : p.type;
        LocalId local = declare(p.name, arriving, 0, false);
        body_.locals[uint32_t(local)].is_parameter = true;
        function().parameters.push_back(local);
        arguments.push_back(add(arriving, 0, hir::LocalRef{local}));
    }
    take_scope(statements);
    if (definition->base && definition->base->is(TypeKind::Nominal)) {
        ItemId base = context_.get<DefinitionOf>(definition->base->item)->constructor;
        if (base != ItemId::None)
            statements.push_back(add(type::unit(), 0, hir::SuperCall{base, std::move(arguments)}));
    }
    keep_scope(class_, 0, statements);
    if (ExprId init = call_field_initializers(class_, 0); init != ExprId::None) statements.push_back(init);
    end_function(add(type::unit(), 0, hir::Block{std::move(statements), ExprId::None}));
}

void BodyBuilder::build_static() {
    if (!tree_) {
        begin_function({}, {}, false);
        functions_.back().declared_result = type::any();
        return end_function(convert(add(type::undefined(), 0, hir::UndefinedLiteral{}), type::any()));
    }
    begin_function(tree_.root(), {}, false);
    auto field = ast::FieldDecl::cast(tree_.root());
    ast::Expression value = field.initializer().value();
    Type declared = field.type() ? resolved(context_, types_.read(field.type().type())) : nullptr;
    functions_.back().declared_result = declared;
    if (!value) {
        if (!declared) functions_.back().declared_result = type::any();
        Type type = functions_.back().declared_result;
        return end_function(convert(add(type::undefined(), 0, hir::UndefinedLiteral{}), type));
    }
    ExprId root = declared ? checked(value, declared, "static field") : expression(value);
    if (!declared) functions_.back().declared_result = widened(type_of(root));
    end_function(root);
}

/// The script: top-level statements in order. Functions and classes are items of their own; `main()` is called by the
/// machine.
void BodyBuilder::build_script() {
    begin_function(tree_ ? SyntaxElement(tree_.root()) : SyntaxElement(), {}, false);
    functions_.back().declared_result = type::unit();
    std::vector<ExprId> list;
    if (tree_) {
        functions_.back().is_async = true;  // top-level await
        std::vector<ast::Statement> written = ast::source_file(tree_.tree()).statements();
        statements(written, list);
    }
    bool awaits = std::any_of(body_.expressions.begin(), body_.expressions.end(), [](const Expr& e) {
        return std::holds_alternative<hir::Await>(e.data) || std::holds_alternative<hir::For>(e.data);
    });
    function().is_async = awaits;
    end_function(add(type::unit(), 0, hir::Block{std::move(list), ExprId::None}));
}

}  // namespace braid::velox_semantics
