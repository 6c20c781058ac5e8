#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "analyzer/ide/refactor.h"
#include "analyzer/ide/scratch.h"
#include "analyzer/semantics/language.h"

// Statements or an expression become a function of their own: what flows in becomes parameters, what flows out results.
namespace braid {

using namespace syntax_role;

namespace {

constexpr const char* kTitle = "Extract into a function";

/// The statements that the range is made of, one after the other in one block, with the comments around them.
std::vector<SyntaxNode> selected_statements(const Refactoring& r) {
    std::vector<SyntaxNode> found;
    for (SyntaxNode node = r.tree.root().covering(r.range); node; node = node.parent()) {
        if (!r.rules.is(node, Statements)) continue;
        for (const SyntaxNode& child : node.child_nodes()) {
            TextRange at = child.text_range();
            if (at.begin >= r.range.begin && at.end <= r.range.end && r.rules.is(child, Statement))
                found.push_back(child);
        }
        break;
    }
    if (found.empty() || found.front().full_begin() > r.range.begin) return {};
    SyntaxToken behind = found.back().last_token().next();
    return behind && behind.begin() < r.range.end && behind.begin() < behind.end() ? std::vector<SyntaxNode>() : found;
}

/// A local variable of the function around, as the selected text uses it.
struct Variable {
    NameUse first;  // its first occurrence in the file
    const LocalInfo* info = nullptr;
    bool declared_inside = false, used_inside = false, written_inside = false;
    bool used_after = false;      // or before, in the next round of a loop around the text
    bool assigned_after = false;  // by code behind the text
    std::string name() const { return std::string(info->name.text()); }
};

/// How control moves in the selected text, beside from its begin to its end.
struct Control {
    bool awaits = false;
    bool returns = false;  // from the function around
    std::string leaves;    // why the text cannot be a function
};

class Extraction {
  public:
    explicit Extraction(const Refactoring& r) : r_(r) {}

    void offer() {
        expression_ = selected_expression(r_);
        if (expression_ && !is_worth_a_name(type_of(expression_))) expression_ = {};  // perhaps a statement
        if (!expression_) statements_ = selected_statements(r_);
        if ((!expression_ && statements_.empty()) || holds_declaration()) return;
        if (expression_ && !statement_of(r_, expression_)) return;
        owner_ = item_at(r_.context, r_.file, r_.range.begin);
        body_ = r_.context.get<BodyOf>(owner_);
        collect_control();
        collect_variables();
        std::string why = obstacle();
        if (why.empty()) why = attempt();
        if (!why.empty()) r_.refuse(kTitle, CodeActionKind::Extract, why);
    }

  private:
    Type type_of(const SyntaxNode& node) const { return type_of_expression(r_.context, r_.file, node); }
    bool is_inside(TextRange range) const { return r_.range.begin <= range.begin && range.end <= r_.range.end; }

    /// Functions and types are moved, not extracted.
    bool holds_declaration() const {
        for (const SyntaxNode& statement : statements_)
            for (const ItemEntry& entry : r_.context.get<FileItems>(r_.file)->entries)
                if (entry.owns_syntax && kind_of(entry.item) != ItemKind::File &&
                    element_at(r_.tree.root(), entry.node) == statement)
                    return true;
        return false;
    }

    // ---- what the text does ----

    void collect_control() {
        for (Preorder walk(r_.tree.root()); walk; walk.next()) {
            TextRange at = walk->text_range();
            if (at.end <= r_.range.begin || at.begin >= r_.range.end) {
                if (walk->is_node()) walk.skip_children();
                continue;
            }
            if (!is_inside(at)) continue;
            if (walk->is_node() && r_.rules.is(*walk, Function)) walk.skip_children();
            else if (walk->is_node()) add_leaving(SyntaxNode(*walk));
            else if (r_.rules.is(*walk, AsyncWord)) add_waiting(walk->text());
        }
    }

    void add_waiting(std::string_view word) {
        if (word == "await") control_.awaits = true;
        if (word == "yield") control_.leaves = "`yield` gives a value to who goes over this generator";
    }

    void add_leaving(const SyntaxNode& node) {
        bool is_return = r_.rules.is(node, Return) && !r_.rules.is(node, Throw);
        if (is_return && r_.rules.is(node, Expression)) control_.returns = true, control_.leaves = propagates();
        else if (is_return) control_.returns = true, control_.leaves = "`return` would leave the new function only";
        if (r_.rules.is(node, Break | Continue) && !stays_in_loop(node))
            control_.leaves = fmt::format("`{}` is about a loop that is not selected", node.first_token().text());
    }
    static std::string propagates() { return "`?` would leave the new function only"; }

    /// A loop around a `break` is selected with it. One with a label may mean another loop.
    bool stays_in_loop(const SyntaxNode& leaving) const {
        bool has_label = leaving.child_nodes().empty() && leaving.first_token() != leaving.last_token() &&
                         leaving.last_token().text() != ";";
        uint64_t wanted = r_.rules.is(leaving, Break) ? Loop | Switch : Loop;
        SyntaxNode around = enclosing(r_.rules, leaving.parent(), wanted);
        return around && is_inside(around.text_range()) && !has_label;
    }

    void collect_variables() {
        SyntaxNode loop = enclosing(r_.rules, r_.tree.root().covering(r_.range), Loop | Function);
        if (loop && r_.rules.is(loop, Function)) loop = {};
        std::map<LocalId, size_t> known;
        for (const NameUse& use : *r_.context.get<FileNames>(r_.file)) {
            auto* local = std::get_if<LocalId>(&use.target);
            if (!local || use.home != owner_ || use.owner != owner_) continue;
            const LocalInfo& info = (*body_)[*local];
            if (info.is_self) {
                uses_self_ |= is_inside(use.range);
                continue;
            }
            auto [place, is_new] = known.try_emplace(*local, variables_.size());
            if (is_new) variables_.push_back({use, &info});
            Variable& variable = variables_[place->second];
            if (is_inside(use.range)) {
                variable.used_inside = true;
                variable.declared_inside |= use.is_declaration;
                variable.written_inside |= use.is_write && !use.is_declaration;
            } else {
                bool comes_again = loop && !variable.declared_inside && !use.is_declaration &&
                                   variable.first.range.begin < loop.text_range().begin &&
                                   loop.text_range().contains(use.range.begin);
                variable.used_after |= use.range.begin >= r_.range.end || comes_again;
                variable.assigned_after |= use.range.begin >= r_.range.end && use.is_write;
            }
        }
        // A word of its own in the languages, and a name nowhere: `super`.
        for (SyntaxToken token = r_.tree.token_at(r_.range.begin); token && token.end() <= r_.range.end;
             token = token.next())
            uses_self_ |= token.begin() >= r_.range.begin && (token.text() == "super" || token.text() == "this");
        std::erase_if(variables_, [](const Variable& v) { return !v.used_inside; });
    }

    bool is_returned(const Variable& v) const { return v.used_after && (v.declared_inside || v.written_inside); }

    /// The text ends with a `return`, so that it never goes on behind itself.
    bool ends_with_return() const {
        return !statements_.empty() && r_.rules.is(statements_.back(), Return) &&
               !r_.rules.is(statements_.back(), Expression | Throw);
    }

    /// The last selected statement is an expression whose value the function around gives.
    bool is_tail_value() const {
        if (!r_.rules.has_tail_values || statements_.empty()) return false;
        const SyntaxNode& last = statements_.back();
        SyntaxNode block = last.parent();
        SyntaxNode value = last.first_child().as_node();
        bool is_last = block.last_child() == last && block.parent() && r_.rules.is(block.parent(), Function);
        bool is_expression = value && r_.rules.is(value, Expression) && value.text_range() == last.text_range();
        Type type = is_last && is_expression ? type_of(value) : nullptr;
        return type && is_worth_a_name(type);
    }

    std::string obstacle() const {
        if (!control_.leaves.empty() && !(control_.returns && ends_with_return())) return control_.leaves;
        if (uses_self_ && kind_of(owner_) != ItemKind::Function) return "it needs the value that is being made";
        for (const Variable& v : variables_) {
            if (v.written_inside && !v.declared_inside && v.info->is_captured)
                return fmt::format("`{}` is shared with a closure and is assigned here", v.name());
            bool crosses = is_returned(v) || !v.declared_inside;
            if (crosses && !is_worth_a_name(v.info->type))
                return fmt::format("the type of `{}` cannot be written", v.name());
            if (expression_ && is_returned(v))
                return fmt::format("the expression gives one value, and `{}` would have to be another", v.name());
        }
        return {};
    }

    // ---- the new function ----

    std::vector<const Variable*> results() const {
        std::vector<const Variable*> out;
        for (const Variable& v : variables_)
            if (is_returned(v)) out.push_back(&v);
        return out;
    }

    /// How the values that cannot be copied go in, tried one after the other; of those that are borrowed mutably only
    /// the variables that are mutable.
    enum class Passing : uint8_t { ByValue, MutablyBorrowed, Borrowed };

    /// Why it cannot be done; empty: it is offered.
    std::string attempt() {
        std::string why;
        for (Passing passing : {Passing::ByValue, Passing::MutablyBorrowed, Passing::Borrowed}) {
            auto edits = edits_with(passing);
            if (!edits) return edits.error();
            std::stable_sort(edits->begin(), edits->end(),
                             [](const TextEdit& a, const TextEdit& b) { return a.range.begin < b.range.begin; });
            std::vector<FileEdits> change{{r_.file, *edits}};
            auto error = first_added_error(r_.context, change);
            if (!error) {
                r_.out.push_back({kTitle, CodeActionKind::Extract, std::move(change), {}});
                return {};
            }
            if (why.empty()) why = *error;
            if (!r_.rules.has_borrows) break;
        }
        return "as a function it would be wrong: " + why;
    }

    std::string argument_prefix(const Variable& v, Passing passing) {
        bool is_plain = passing == Passing::ByValue || v.info->type->is(TypeKind::Reference) || is_returned(v) ||
                        r_.context.get<CapabilitiesOf>(v.info->type)->copy;
        if (is_plain) return {};
        return passing == Passing::MutablyBorrowed && v.info->is_mutable ? "&mut " : "&";
    }

    Type result_type() const {
        std::vector<Type> types;
        for (const Variable* v : results()) types.push_back(v->info->type);
        if (!types.empty()) return types.size() == 1 ? types[0] : type::tuple(std::move(types));
        if (expression_) return type_of(expression_);
        if (is_tail_value()) return type_of(statements_.back().first_child().as_node());
        return control_.returns ? returned_type() : type::unit();
    }

    Type returned_type() const {
        SyntaxNode function = enclosing(r_.rules, statements_.back(), Function);
        if (function && r_.rules.is(function, Expression)) {
            Type closure = type_of(function);
            return closure && closure->is(TypeKind::Function) ? closure->result() : nullptr;
        }
        if (kind_of(owner_) != ItemKind::Function) return nullptr;
        return (*body_)[BodyFunctionId(0)].result;
    }

    tl::expected<std::vector<TextEdit>, std::string> edits_with(Passing passing) {
        const Language& language = language_of(owner_);
        NewFunction f;
        f.name = free_name(r_.context, r_.file, r_.range.begin, "extracted");
        f.result = result_type();
        if (!f.result || (!f.result->is(TypeKind::Unit) && !is_worth_a_name(f.result)))
            return tl::make_unexpected(std::string("the type of its value cannot be written"));
        f.is_async = control_.awaits;
        std::string arguments;
        for (const Variable& v : variables_) {
            if (v.declared_inside) continue;
            std::string prefix = argument_prefix(v, passing);
            f.parameters.push_back({v.name(), prefix + language.print_type(v.info->type), v.written_inside});
            arguments += (arguments.empty() ? "" : ", ") + prefix + v.name();
        }
        ItemId type = parent_of(owner_);
        bool is_method = uses_self_;
        f.takes_self = is_method && r_.rules.has_impls && kind_of(type) != ItemKind::Actor;
        f.generics = generics(f, is_method ? type : ItemId::None);
        f.body = body();
        std::string receiver = !is_method ? "" : r_.rules.has_impls ? "self." : "this.";
        std::string call = call_text(receiver + f.name + "(" + arguments + ")");
        auto added = is_method ? placed_beside(type, f) : placed_behind(f);
        if (!added) return tl::make_unexpected(added.error());
        return std::vector<TextEdit>{{r_.range, std::move(call)}, std::move(*added)};
    }

    /// The type parameters that the new function speaks of and does not get from the type around it.
    std::string generics(const NewFunction& f, ItemId type_around) {
        std::vector<SyntaxToken> visible = type_parameters_at(r_.rules, r_.tree.root().covering(r_.range));
        std::vector<SyntaxToken> needed;
        auto need = [&](std::string_view name) {
            for (const SyntaxToken& each : visible) {
                if (each.text() != name) continue;
                bool is_given = item_at(r_.context, r_.file, each.begin()) == type_around;
                bool known = std::find(needed.begin(), needed.end(), each) != needed.end();
                if (!is_given && !known) needed.push_back(each);
                return;
            }
        };
        auto need_all = [&](Type type) {
            walk_type(type, [&](Type part) {
                if (part->is(TypeKind::Parameter)) need(part->text.text());
                return true;
            });
        };
        for (const Variable& v : variables_)
            if (!v.declared_inside) need_all(v.info->type);
        need_all(f.result);
        for (const NameUse& use : *r_.context.get<FileNames>(r_.file))
            if (is_inside(use.range) && std::holds_alternative<TypeParameterId>(use.target)) need(r_.text(use.range));
        std::sort(needed.begin(), needed.end(), [](auto& a, auto& b) { return a.begin() < b.begin(); });
        if (needed.empty()) return {};
        SyntaxNode list = needed[0].parent().parent();
        std::string out(list.first_token().text());
        for (const SyntaxToken& each : needed) out += (out.size() == 1 ? "" : ", ") + std::string(each.parent().text());
        return out + std::string(list.last_token().text());
    }

    std::string body() const {
        std::string unit = indentation_unit(r_.tree, r_.rules), terminator(r_.rules.statement_terminator);
        std::string text = reindented(line_indentation(r_.tree.text(), r_.range.begin), unit);
        if (expression_) return unit + "return " + text.substr(unit.size()) + terminator;
        std::string names = result_names();
        return names.empty() ? text : text + "\n" + unit + "return " + names + terminator;
    }

    std::string result_names() const {
        std::string names;
        for (const Variable* v : results()) names += (names.empty() ? "" : ", ") + v->name();
        return results().size() > 1 ? tuple_of(names) : names;
    }
    std::string tuple_of(const std::string& names) const {
        return r_.rules.has_borrows ? "(" + names + ")" : "[" + names + "]";
    }

    /// The selected lines with another indentation; lines within a string stay as they are.
    std::string reindented(std::string_view from, std::string_view to) const {
        std::string_view text = r_.text(r_.range);
        std::string out(to);
        for (size_t at = 0; at < text.size();) {
            size_t end = std::min(text.find('\n', at), text.size());
            std::string_view line = text.substr(at, end - at);
            uint32_t place = r_.range.begin + uint32_t(at);
            SyntaxToken token = r_.tree.token_at(place);
            bool in_string =
                token && token.begin() < place && r_.tree.grammar().token_class(token.kind()) == TokenClass::String;
            if (at > 0 && !in_string && line.starts_with(from)) line.remove_prefix(from.size());
            if (at > 0) out += "\n" + (line.empty() || in_string ? std::string() : std::string(to));
            out += line;
            at = end + 1;
        }
        return out;
    }

    std::string call_text(std::string call) const {
        if (control_.awaits) {
            SyntaxNode around = expression_ ? expression_.parent() : SyntaxNode();
            bool binds = around && r_.rules.is(around, Member | Call | Instantiation);
            if (r_.rules.postfix_await && expression_) call += ".await";
            else call = binds ? "(await " + call + ")" : "await " + call;
        }
        if (expression_) return call;
        std::string terminator(r_.rules.statement_terminator);
        std::vector<const Variable*> given = results();
        if (given.empty() && control_.returns) return "return " + call + terminator;
        if (given.empty()) return call + terminator;
        return binding(given) + " = " + call + terminator + assignments(given);
    }

    /// Variables that the text declared are declared by the call's result; if there are none, the others are assigned.
    static bool declares(const std::vector<const Variable*>& given) {
        return std::any_of(given.begin(), given.end(), [](const Variable* v) { return v->declared_inside; });
    }
    std::string name_in_result(const Variable& v, bool declares) const {
        if (!declares || v.declared_inside) return v.name();
        return free_name(r_.context, r_.file, r_.range.begin, v.name());
    }

    std::string binding(const std::vector<const Variable*>& given) const {
        bool makes = declares(given), any_assigned = false;
        std::string names;
        for (const Variable* v : given) {
            bool is_assigned = v->declared_inside && v->assigned_after;
            any_assigned |= is_assigned;
            // A value that is only changed in place has to be mutable, too, where borrows say so.
            bool says_mut = makes && r_.rules.has_borrows && v->declared_inside && v->info->is_mutable;
            names += std::string(names.empty() ? "" : ", ") + (says_mut ? "mut " : "") + name_in_result(*v, makes);
        }
        if (given.size() > 1) names = tuple_of(names);
        if (!makes) return names;
        return (any_assigned && !r_.rules.has_borrows ? "let " : std::string(r_.rules.binding_prefix)) + names;
    }

    std::string assignments(const std::vector<const Variable*>& given) const {
        std::string out;
        if (!declares(given)) return out;
        std::string indentation(line_indentation(r_.tree.text(), r_.range.begin));
        for (const Variable* v : given)
            if (!v->declared_inside)
                out += "\n" + indentation + v->name() + " = " + name_in_result(*v, true) +
                       std::string(r_.rules.statement_terminator);
        return out;
    }

    // ---- where it stands ----

    SyntaxNode declaration_of(ItemId item) const {
        const ItemEntry* entry = r_.context.get<FileItems>(r_.file)->find(item);
        SyntaxElement element = entry ? element_at(r_.tree.root(), entry->node) : SyntaxElement();
        return element && element.is_node() ? SyntaxNode(element) : SyntaxNode();
    }

    static std::string indented(const std::string& text, std::string_view by) {
        std::string out(by);
        for (char c : text) out += c == '\n' ? "\n" + std::string(by) : std::string(1, c);
        return out;
    }

    /// Behind the declaration around, outside of every type; at the end of a script.
    tl::expected<TextEdit, std::string> placed_behind(const NewFunction& f) const {
        ItemId item = owner_;
        while (kind_of(item) != ItemKind::File) {
            ItemKind parent = kind_of(parent_of(item));
            if (parent == ItemKind::File || parent == ItemKind::Module || parent == ItemKind::Function) break;
            item = parent_of(item);
        }
        std::string text = r_.rules.function_text(f);
        if (kind_of(item) != ItemKind::File) {
            SyntaxNode around = declaration_of(item);
            if (!around) return tl::make_unexpected(std::string("there is no place for it"));
            std::string_view indentation = line_indentation(r_.tree.text(), around.text_range().begin);
            uint32_t end = around.text_range().end;
            return TextEdit{{end, end}, "\n\n" + indented(text, indentation)};
        }
        std::string_view all = r_.tree.text();
        uint32_t end = uint32_t(all.size());
        return TextEdit{{end, end}, (all.ends_with('\n') ? "\n" : "\n\n") + text + "\n"};
    }

    /// Behind the method; behind the block of a trait's methods in a block of the type's own.
    tl::expected<TextEdit, std::string> placed_beside(ItemId type, const NewFunction& f) const {
        SyntaxNode method = declaration_of(owner_);
        bool has_place = method && type != ItemId::None && kind_of(type) != ItemKind::Trait &&
                         kind_of(type) != ItemKind::File && !r_.context.get<SignatureOf>(owner_)->is_static;
        if (!has_place) return tl::make_unexpected(std::string("there is no type that the method could belong to"));
        std::string text = r_.rules.function_text(f);
        bool is_of_trait = kind_of(type) == ItemKind::Impl && r_.context.get<ImplOf>(type)->trait;
        if (!is_of_trait) {
            std::string_view indentation = line_indentation(r_.tree.text(), method.text_range().begin);
            uint32_t end = method.text_range().end;
            return TextEdit{{end, end}, "\n\n" + indented(text, indentation)};
        }
        SyntaxNode block = declaration_of(type);
        std::string header = "impl";
        for (const SyntaxNode& child : block.child_nodes())
            if (r_.rules.is(child, TypeParameters)) header += std::string(child.text());
        header += " " + language_of(type).print_type(r_.context.get<ImplOf>(type)->self) + ":\n";
        uint32_t end = block.text_range().end;
        return TextEdit{{end, end}, "\n\n" + header + indented(text, indentation_unit(r_.tree, r_.rules))};
    }

    const Refactoring& r_;
    SyntaxNode expression_;
    std::vector<SyntaxNode> statements_;
    ItemId owner_ = ItemId::None;
    std::shared_ptr<const Body> body_;
    Control control_;
    std::vector<Variable> variables_;
    bool uses_self_ = false;
};

}  // namespace

void extract_function(const Refactoring& r) {
    if (!r.range.empty()) Extraction(r).offer();
}

}  // namespace braid
