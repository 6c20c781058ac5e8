#include "analyzer/ide/inlay_hints.h"

#include <algorithm>

#include "analyzer/ide/expression_types.h"
#include "analyzer/ide/signature_help.h"
#include "analyzer/ide/structure.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

bool is_obvious(Type type) {
    return !type || type->has(TypeHasError) || type->has(TypeHasInference) || type->is(TypeKind::Never) ||
           type->is(TypeKind::Any) || type->is(TypeKind::Unit);
}

class HintCollector {
  public:
    HintCollector(QueryContext& context, FileId file, const SyntaxTree& tree, const EditingRules& rules,
                  TextRange range)
        : context_(context),
          file_(file),
          tree_(tree),
          rules_(rules),
          language_(language_of(file_item(file))),
          range_(range) {}

    std::vector<InlayHint> collect() {
        for (const NameUse& use : names_in(context_, file_, range_))
            if (use.is_declaration && std::holds_alternative<LocalId>(use.target)) add_type(use);
        for (Preorder walk(tree_.root()); walk; walk.next()) {
            if (!walk->is_node()) continue;
            if (walk->full_range().end <= range_.begin || walk->full_begin() >= range_.end) walk.skip_children();
            else if (rules_.is(*walk, syntax_role::Arguments)) add_parameters(SyntaxNode(*walk));
        }
        std::stable_sort(found_.begin(), found_.end(),
                         [](const auto& a, const auto& b) { return a.offset < b.offset; });
        return std::move(found_);
    }

  private:
    bool is_wanted(uint32_t offset) const { return range_.begin <= offset && offset <= range_.end; }

    /// Behind a variable whose declaration names no type.
    void add_type(const NameUse& use) {
        if (!is_wanted(use.range.end)) return;
        auto body = context_.get<BodyOf>(use.home);
        const LocalInfo& local = (*body)[std::get<LocalId>(use.target)];
        bool is_item_parameter = local.is_parameter && local.function == BodyFunctionId(0);
        if (local.is_self || is_item_parameter || is_obvious(local.type) || local.name.text().starts_with("_")) return;
        if (local.type->is(TypeKind::Function)) return;  // longer than what it explains
        SyntaxToken token = tree_.token_at(use.range.begin);
        SyntaxToken next = token.next();
        if (next && next.text() == ":" && !rules_.is(next.parent(), syntax_role::Suite)) return;
        if (says_type(token)) return;
        std::string text = language_.print_type(local.type);
        constexpr size_t kLongest = 60;
        if (text.size() > kLongest) return;
        InlayHint hint{use.range.end, ": " + text, InlayHint::Kind::Type, {}, local.type->item};
        if (can_be_written(token)) hint.edits.push_back({{use.range.end, use.range.end}, hint.label});
        found_.push_back(std::move(hint));
    }

    /// A type stands in the declaration, in front of the name or behind it.
    bool says_type(const SyntaxToken& token) {
        SyntaxNode node = token.parent();
        for (int up = 0; node && up < 3; ++up, node = node.parent()) {
            for (SyntaxElement child : node.children()) {
                if (!child.is_node()) continue;
                bool is_type = rules_.is(child, syntax_role::TypeSyntax) ||
                               (SyntaxNode(child).first_token() && SyntaxNode(child).first_token().text() == ":" &&
                                !rules_.is(child, syntax_role::Suite));
                if (is_type) return true;
            }
            if (rules_.is(node, syntax_role::Statement | syntax_role::Scope)) break;
        }
        return false;
    }

    /// `let x = …` takes a type; a name inside of a pattern or a loop's head does not.
    bool can_be_written(const SyntaxToken& token) {
        SyntaxToken next = token.next();
        return next && next.text() == "=";
    }

    void add_parameters(const SyntaxNode& list) {
        std::vector<SyntaxNode> arguments = list.child_nodes();
        if (arguments.empty() || !list.parent()) return;
        auto called = called_function(context_, file_, list.parent());
        if (called && !called->overloads.empty()) add_concurrency(list, called->overloads[0]);
        if (!called || called->overloads.size() != 1) return;
        std::vector<ParameterInfo> parameters = parameters_of(context_, called->overloads[0]);
        for (size_t i = 0; i < arguments.size() && i < parameters.size() && !parameters[i].rest; ++i) {
            TextRange at = arguments[i].text_range();
            std::string_view name = parameters[i].name.text();
            bool tells_more = name.size() > 1 && !isdigit(uint8_t(name[0])) && is_literal(arguments[i]);
            if (!is_wanted(at.begin) || !tells_more) continue;
            found_.push_back({at.begin, std::string(name) + ":", InlayHint::Kind::Parameter, {}, called->overloads[0]});
        }
    }

    /// How many calls run at once is found out while the program runs, where the function asks for it.
    void add_concurrency(const SyntaxNode& list, ItemId called) {
        constexpr std::string_view kLearned[] = {"list::map_async", "list::filter_async", "async::join_all"};
        if (!is_std(file_of(called)) || !is_wanted(list.text_range().end) ||
            std::find(std::begin(kLearned), std::end(kLearned), qualified_name(called)) == std::end(kLearned))
            return;
        ItemId home = item_at(context_, file_, list.text_range().begin);
        if (kind_of(home) != ItemKind::Function) return;
        for (const Attribute& attribute : context_.get<SignatureOf>(home)->attributes)
            if (attribute.name.text() == "ai_concurrent_optimize")
                found_.push_back({list.text_range().end, " as many at once as pays", InlayHint::Kind::Note, {}, {}});
    }

    /// A value that says nothing of what it is for; variables, calls and named arguments speak for themselves.
    bool is_literal(const SyntaxNode& argument) {
        SyntaxToken first = argument.first_token(), last = argument.last_token();
        if (!first || first.begin() == first.end()) return false;
        TokenClass token_class = tree_.grammar().token_class(first.kind());
        if (first == last) return token_class != TokenClass::Name && token_class != TokenClass::None;
        return token_class == TokenClass::String && matching_bracket(rules_, first) == last;
    }

    QueryContext& context_;
    FileId file_;
    const SyntaxTree& tree_;
    const EditingRules& rules_;
    const Language& language_;
    TextRange range_;
    std::vector<InlayHint> found_;
};

}  // namespace

std::vector<InlayHint> inlay_hints(QueryContext& context, FileId file, TextRange range) {
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules) return {};
    return HintCollector(context, file, **tree, *rules, range).collect();
}

}  // namespace braid
