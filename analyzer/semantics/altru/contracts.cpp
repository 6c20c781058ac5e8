#include <algorithm>

#include "analyzer/semantics/altru/builder.h"

// Clauses of contracts: of functions, loops and types, and those that a trait's method hands down.
namespace braid::altru_semantics {

using namespace hir;

void BodyBuilder::check_contract(const ast::ContractClause& clause, ExprId loop, std::optional<uint32_t> at) {
    ContractClause out;
    out.kind = clause.is_requires()  ? ContractKind::Requires
               : clause.is_ensures() ? ContractKind::Ensures
                                     : ContractKind::Invariant;
    out.node = at ? *at : node_of(clause);
    out.always_checked = clause.is_runtime_checked();
    out.loop = loop;
    bool outer = in_contract_;
    Type outer_result = result_in_contract_;
    in_contract_ = true;
    result_in_contract_ = clause.is_ensures() ? function().result : nullptr;
    bool diverges = diverges_;
    out.condition = clause.condition() ? check_as(clause.condition(), type::boolean()) : error_expr(out.node);
    if (clause.condition())
        out.text = std::string(clause.keyword().text()) + " " + std::string(clause.condition().text());
    diverges_ = diverges;
    in_contract_ = outer;
    result_in_contract_ = outer_result;
    body().functions[uint32_t(function().id)].contracts.push_back(std::move(out));
}

void BodyBuilder::check_contracts(const std::vector<ast::ContractClause>& clauses, ExprId loop) {
    bool tail = in_tail_;
    in_tail_ = false;
    for (const ast::ContractClause& clause : clauses) check_contract(clause, loop);
    in_tail_ = tail;
}

/// A trait's contract binds what implements it: its promises always, its demands where the implementation states none
/// of its own (which may only be weaker).
void BodyBuilder::check_inherited_contracts(const ast::FunctionDecl& function) {
    ItemId declared = implemented_method(context_, item_);
    if (declared == ItemId::None) return;
    auto header = context_.get<ContractHeader>(declared);
    if (!*header) return;
    auto declaration = ast::FunctionDecl::cast(header->root());
    auto clauses = declaration.body().contracts();
    if (clauses.empty()) return;
    auto own = function.body().contracts();
    bool demands =
        std::any_of(own.begin(), own.end(), [](const ast::ContractClause& clause) { return clause.is_requires(); });
    const auto& parameters = body().functions[0].parameters;
    std::vector<std::pair<Name, LocalId>> names;
    size_t next = 0;
    if (!parameters.empty() && body()[parameters[0]].is_self) names.emplace_back(Name("self"), parameters[next++]);
    for (const ParameterInfo& parameter : context_.get<SignatureOf>(declared)->parameters)
        if (next < parameters.size()) names.emplace_back(parameter.name, parameters[next++]);
    uint32_t at = function.name() ? node_of(function.name()) : 0;
    elsewhere(declared, *header, std::move(names), at, [&] {
        for (const ast::ContractClause& clause : clauses)
            if (!clause.is_requires() || !demands) check_contract(clause, ExprId::None, at);
        return ExprId::None;
    });
}

}  // namespace braid::altru_semantics
