#include "analyzer/semantics/altru/lifetimes.h"

namespace braid::altru_semantics {
namespace {

constexpr int kMaxDepth = 64;

uint32_t terms_of(Type t, int depth = 0) {
    uint32_t n = 1;
    if (depth < kMaxDepth)
        for (Type part : t->arguments) n += terms_of(part, depth + 1);
    return n;
}

/// Walks a type as it is written along with what it means; where the two differ (an alias), nothing is named.
void note(const ast::Type& written, Type t, LifetimePlace place, int depth, std::vector<NamedLifetime>& out) {
    if (!written || !t || depth > kMaxDepth) return;
    auto name = [&](std::string_view lifetime) { out.push_back({place, Name(lifetime)}); };
    std::vector<ast::Type> parts;
    if (auto inner = written.as<ast::ParenType>()) return note(inner.inner(), t, place, depth + 1, out);
    if (auto reference = written.as<ast::ReferenceType>()) {
        if (!t->is(TypeKind::Reference)) return;
        if (reference.lifetime()) name(reference.lifetime().text());
        parts = {reference.target()};
    } else if (auto path = written.as<ast::PathType>()) {
        if (!t->is(TypeKind::Nominal) && !t->is(TypeKind::List)) return;
        if (!path.arguments()) return;
        for (SyntaxElement element : path.arguments().node.children())
            if (element.kind() == altru::raw(Kind::Lifetime)) name(SyntaxToken(element).text());
        parts = path.arguments().types();
    } else if (auto list = written.as<ast::ListType>()) {
        parts = {list.element()};
    } else if (auto array = written.as<ast::ArrayType>()) {
        parts = {array.element()};
    } else if (auto tuple = written.as<ast::TupleType>()) {
        parts = tuple.elements();
    }
    ++place.term;
    for (size_t i = 0; i < parts.size() && i < t->arguments.size(); ++i) {
        note(parts[i], t->arguments[i], place, depth + 1, out);
        place.term += terms_of(t->arguments[i]);
    }
}

}  // namespace

std::vector<NamedLifetime> lifetimes_of(QueryContext& context, ItemId item, const ast::FunctionDecl& function,
                                        const FunctionSignature& signature) {
    using Of = LifetimePlace::Of;
    std::vector<NamedLifetime> out;
    auto parameters = function.parameters();
    for (uint32_t i = 0; i < parameters.size() && i < signature.parameters.size(); ++i)
        note(parameters[i].type(), signature.parameters[i].type, {Of::Parameter, i}, 0, out);
    note(function.result_type(), signature.result, {Of::Result}, 0, out);
    if (ast::SelfParameter self = function.self_parameter())
        for (SyntaxElement element : self.node.children())
            if (element.kind() == altru::raw(Kind::Lifetime))
                out.push_back({{Of::Receiver}, Name(SyntaxToken(element).text())});
    ItemId parent = parent_of(item);
    if (parent != ItemId::None && kind_of(parent) == ItemKind::Impl && !out.empty()) {
        auto tree = context.get<ItemSyntax>(parent);
        if (*tree)
            note(ast::ImplDecl::cast(tree->root()).self_type(), context.get<ImplOf>(parent)->self, {Of::Self}, 0, out);
    }
    return out;
}

}  // namespace braid::altru_semantics
