#include "analyzer/semantics/altru/lifetimes.h"

#include <fmt/format.h>

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
void note(const ast::Type& written, Type t, std::string_view slot, uint32_t term, int depth, Attribute& out) {
    if (!written || !t || depth > kMaxDepth) return;
    auto name = [&](std::string_view lifetime) {
        out.arguments.push_back(fmt::format("{} {} {}", slot, term, lifetime));
    };
    std::vector<ast::Type> parts;
    if (auto inner = written.as<ast::ParenType>()) return note(inner.inner(), t, slot, term, depth + 1, out);
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
    uint32_t at = term + 1;
    for (size_t i = 0; i < parts.size() && i < t->arguments.size(); ++i) {
        note(parts[i], t->arguments[i], slot, at, depth + 1, out);
        at += terms_of(t->arguments[i]);
    }
}

}  // namespace

std::optional<Attribute> lifetimes_of(QueryContext& context, ItemId item, const ast::FunctionDecl& function,
                                      const FunctionSignature& signature) {
    Attribute out{Name(kLifetimes), {}, 0};
    auto parameters = function.parameters();
    for (size_t i = 0; i < parameters.size() && i < signature.parameters.size(); ++i)
        note(parameters[i].type(), signature.parameters[i].type, std::to_string(i), 0, 0, out);
    note(function.result_type(), signature.result, "result", 0, 0, out);
    if (ast::SelfParameter self = function.self_parameter())
        for (SyntaxElement element : self.node.children())
            if (element.kind() == altru::raw(Kind::Lifetime))
                out.arguments.push_back(fmt::format("&self 0 {}", SyntaxToken(element).text()));
    ItemId parent = parent_of(item);
    if (parent != ItemId::None && kind_of(parent) == ItemKind::Impl && !out.arguments.empty()) {
        auto tree = context.get<ItemSyntax>(parent);
        if (*tree)
            note(ast::ImplDecl::cast(tree->root()).self_type(), context.get<ImplOf>(parent)->self, "self", 0, 0, out);
    }
    if (out.arguments.empty()) return std::nullopt;
    return out;
}

}  // namespace braid::altru_semantics
