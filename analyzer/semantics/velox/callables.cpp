#include "analyzer/semantics/velox/callables.h"

#include <set>

#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/signatures.h"
#include "analyzer/semantics/velox/types.h"

namespace braid::velox_semantics {

namespace {

/// The function that a `const` of a file is.
SyntaxNode constant_function(const ItemTree& file, Name name) {
    for (ast::Statement s : ast::source_file(file.tree()).statements()) {
        auto declared = s.as<ast::VariableDecl>();
        if (!declared || !declared.keyword() || to_kind(declared.keyword().kind()) != Kind::ConstKw) continue;
        for (ast::Declarator d : declared.declarators()) {
            auto binding = d.binding().as<ast::NameBinding>();
            bool is_it = binding && binding.name() && binding.name().text() == name.text();
            if (is_it && d.initializer() && d.initializer().value()) return d.initializer().value().node;
        }
    }
    return SyntaxNode();
}

}  // namespace

std::optional<Predicate> PredicateOf::compute(QueryContext& context, const Key& function) {
    bool is_constant = kind_of(function) == ItemKind::Static;
    auto syntax = context.get<ItemSyntax>(is_constant ? file_item(file_of(function)) : function);
    if (!*syntax) return std::nullopt;
    SyntaxNode written_as = is_constant ? constant_function(*syntax, name_of(function)) : syntax->root();
    if (!written_as) return std::nullopt;
    FunctionParts parts = function_parts(written_as);
    auto written = parts.result ? parts.result.type().as<ast::PredicateType>() : ast::PredicateType();
    if (!written || !written.name()) return std::nullopt;
    TypeReader reader(context, function, silent_report());
    reader.enter(parent_of(function));
    reader.declare(parts.type_parameters, function, *syntax);
    Predicate result;
    result.type = written.type() ? reader.read(written.type()) : nullptr;
    result.asserts = written.is_asserts();
    result.parameter = -1;
    int index = 0;
    for (ast::Parameter p : parts.parameters.parameters()) {
        auto name = p.binding().as<ast::NameBinding>();
        if (name && name.name() && name.name().text() == written.name().text()) result.parameter = index;
        ++index;
    }
    return result;
}

namespace {

template <typename F>
void each_namesake(QueryContext& context, ItemId function, F&& f) {
    ItemId parent = parent_of(function);
    if (parent == ItemId::None) return;
    auto signature = context.get<SignatureOf>(function);
    for (const auto& child : *context.get<ItemChildren>(parent)) {
        if (kind_of(child.item) != ItemKind::Function || name_of(child.item) != name_of(function)) continue;
        auto other = context.get<SignatureOf>(child.item);
        bool accessor = other->is_getter || other->is_setter;
        if (!accessor && other->is_static == signature->is_static) f(child.item, *other);
    }
}

}  // namespace

std::vector<ItemId> overloads_of(QueryContext& context, ItemId function) {
    std::vector<ItemId> declared;
    if (item_key(function).ordinal == 0 && context.get<SignatureOf>(function)->has_body) return declared;
    bool has_body = false;
    each_namesake(context, function, [&](ItemId item, const FunctionSignature& signature) {
        if (signature.has_body) has_body = true;
        else declared.push_back(item);
    });
    bool open = is_std(file_of(function)) || kind_of(parent_of(function)) == ItemKind::Interface;
    return has_body || (open && declared.size() > 1) ? declared : std::vector<ItemId>();
}

ItemId implementation_of(QueryContext& context, ItemId function) {
    ItemId found = function;
    if (context.get<SignatureOf>(function)->has_body) return found;
    each_namesake(context, function, [&](ItemId item, const FunctionSignature& signature) {
        if (signature.has_body) found = item;
    });
    return found;
}

namespace {

/// The values of a function's own `return`s.
template <typename F>
void each_return(const SyntaxNode& function, F&& f) {
    each_own_node(function, [&](const SyntaxNode& node) {
        if (auto r = ast::ReturnStmt::cast(node); r && r.value()) f(r.value().node);
    });
}

}  // namespace

bool gives_values(QueryContext& context, ItemId function) {
    auto syntax = context.get<ItemSyntax>(function);
    bool any = false;
    if (*syntax) each_return(syntax->root(), [&](const SyntaxNode&) { any = true; });
    return any;
}

namespace {

/// Functions without annotation that what `function` returns names: by a bare name, or through `this`. Names that it
/// binds itself stand for something else; what it merely does between its returns says nothing of its result.
std::vector<ItemId> inferred_ones_returned_by(QueryContext& context, ItemId function) {
    std::vector<ItemId> found;
    auto syntax = context.get<ItemSyntax>(function);
    if (!*syntax) return found;
    std::set<std::string_view> own;
    for (Preorder walk(syntax->root()); walk; walk.next())
        if (auto n = walk->is_node() ? ast::NameBinding::cast(*walk) : ast::NameBinding(); n && n.name())
            own.insert(n.name().text());
    ItemId parent = parent_of(function);
    FileScope scope(context, file_of(function), function);
    auto add = [&](ItemId item) {
        if (item != ItemId::None && kind_of(item) == ItemKind::Function && !is_std(file_of(item)) &&
            context.get<SignatureOf>(item)->result_inferred)
            found.push_back(item);
    };
    auto read = [&](const SyntaxNode& value) {
        for (Preorder walk(value); walk; walk.next()) {
            if (!walk->is_node()) continue;
            if (auto name = ast::NameExpr::cast(*walk); name && name.name() && !own.count(name.name().text()))
                add(scope.find_value(name.name()));
            auto member = ast::MemberExpr::cast(*walk);
            if (!member || !member.name() || member.object().kind() != Kind::ThisExpr) continue;
            for (const auto& child : *context.get<ItemChildren>(parent))
                if (name_of(child.item).text() == member.name().text()) add(child.item);
        }
    };
    each_return(syntax->root(), read);
    return found;
}

}  // namespace

bool IsRecursivelyInferred::compute(QueryContext& context, const Key& function) {
    if (!context.get<SignatureOf>(function)->result_inferred) return false;
    std::set<ItemId> seen;
    std::vector<ItemId> pending = inferred_ones_returned_by(context, function);
    while (!pending.empty()) {
        ItemId next = pending.back();
        pending.pop_back();
        if (next == function) return true;
        if (!seen.insert(next).second) continue;
        for (ItemId item : inferred_ones_returned_by(context, next)) pending.push_back(item);
    }
    return false;
}

bool ReturnsThis::compute(QueryContext& context, const Key& function) {
    auto syntax = context.get<ItemSyntax>(function);
    if (!*syntax) return false;
    auto method = ast::MethodDecl::cast(syntax->root());
    if (!method || method.is_generator() || method.modifiers().has_static() || method.modifiers().has_async())
        return false;
    if (method.result()) {
        auto word = method.result().type().as<ast::KeywordType>();
        return word && word.word() && word.word().text() == "this";
    }
    size_t all = 0, of_this = 0;
    each_own_node(method.node, [&](const SyntaxNode& node) {
        auto statement = ast::ReturnStmt::cast(node);
        all += bool(statement);
        of_this += statement && statement.value() && statement.value().kind() == Kind::ThisExpr;
    });
    return all > 0 && of_this == all;
}

}  // namespace braid::velox_semantics
