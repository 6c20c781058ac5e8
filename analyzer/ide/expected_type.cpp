#include "analyzer/ide/expected_type.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/ide/object_members.h"
#include "analyzer/ide/signature_help.h"
#include "analyzer/ide/structure.h"

namespace braid {
namespace {

using namespace syntax_role;

/// The type of a parameter by its place in its function's list; null when the node is no parameter.
Type type_of_parameter(QueryContext& context, FileId file, const EditingRules& rules, const SyntaxNode& parameter) {
    SyntaxNode list = parameter.parent(), function = list ? list.parent() : SyntaxNode();
    if (!function || !rules.is(function, Function) || !rules.is(list.first_token(), Open)) return nullptr;
    std::vector<SyntaxNode> all = list.child_nodes();
    size_t index = size_t(std::find(all.begin(), all.end(), parameter) - all.begin());
    auto taken_by = [&](Type type) -> Type {
        if (!type || !type->is(TypeKind::Function)) return nullptr;
        return index < type->parameters().size() ? type->parameters()[index] : nullptr;
    };
    if (rules.is(function, Expression)) return taken_by(type_of_expression(context, file, function));
    SyntaxToken name = list.first_token().previous();
    for (const NameUse& use : names_at(context, file, name.begin())) {
        if (use.range != name.text_range()) continue;
        auto* item = std::get_if<ItemId>(&use.target);
        if (!item) return taken_by(use.type);
        std::vector<ParameterInfo> parameters = parameters_of(context, *item);
        return index < parameters.size() ? parameters[index].type : nullptr;
    }
    return nullptr;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// What a part of a pattern takes, by its name.
Type of_pattern_field(QueryContext& context, FileId file, const SyntaxNode& part) {
    SyntaxToken key = part.first_token();
    if (!key) return nullptr;
    for (const Offer& offer : fields_wanted(context, file, part.parent(), item_at(context, file, key.begin())))
        if (offer.name.text() == key.text()) return offer.type;
    return nullptr;
}

class Expectation {
  public:
    Expectation(QueryContext& context, FileId file, const SyntaxTree& tree, const EditingRules& rules)
        : context_(context), file_(file), tree_(tree), rules_(rules) {}

    Type behind(const SyntaxToken& before, uint32_t offset) {
        constexpr int kMaxDepth = 16;
        if (!before || depth_ >= kMaxDepth) return nullptr;
        ++depth_;
        Type found = find(before, before.parent(), offset);
        --depth_;
        return found && !found->is(TypeKind::Error) ? found : nullptr;
    }

  private:
    Type find(const SyntaxToken& before, const SyntaxNode& parent, uint32_t offset) {
        std::string_view text = before.text();
        bool separates = text == "," || before == parent.first_token();
        if (rules_.is(parent, Arguments) && separates) return of_parameter(offset);
        if (rules_.is(parent, NamedArgument) && text == "=") return of_parameter(offset);
        if (rules_.is(parent, Property) && text == ":") return of_field(parent);
        if (rules_.is(parent, Elements) && separates) return of_element(parent);
        if (rules_.is(parent, Return) && before == parent.first_token()) return of_result(parent);
        if (text == "=") return of_target(before);
        if (rules_.is(before, BeforeChoice) && rules_.is(parent.parent(), Switch))
            return of_first_value(parent.parent());
        if (is_one_of(text, {"==", "!=", "===", "!==", "<", ">", "<=", ">="})) return of_first_part(parent, before);
        if (text == "=>" && rules_.is(parent, Function) && rules_.is(parent, Expression)) return of_closure(parent);
        bool is_choice = (text == "?" || text == ":") && rules_.is(parent, Expression);
        if (is_choice) return behind(parent.first_token().previous(), parent.text_range().begin);
        bool is_bracket = text == "(" && rules_.is(parent, Expression) && before == parent.first_token();
        return is_bracket ? behind(before.previous(), before.begin()) : nullptr;
    }

    Type of_parameter(uint32_t offset) {
        auto at = argument_at(tree_, rules_, offset);
        auto called = at ? called_function(context_, file_, at->call) : std::nullopt;
        if (!called) return nullptr;
        if (!called->type)
            if (Type type = of_method_parameter(*at, called->overloads[0])) return type;
        if (called->type) {
            auto parameters = called->type->parameters();
            return at->index < parameters.size() ? parameters[at->index] : nullptr;
        }
        std::vector<ParameterInfo> parameters = parameters_of(context_, called->overloads[0]);
        for (size_t i = 0; i < parameters.size(); ++i)
            if (at->name.empty() ? i == at->index : parameters[i].name.text() == at->name) return parameters[i].type;
        bool takes_rest = at->name.empty() && !parameters.empty() && parameters.back().rest;
        return takes_rest ? element_of(parameters.back().type) : nullptr;
    }

    /// Of a method of a generic type, what it is for the receiver.
    Type of_method_parameter(const ArgumentPosition& at, ItemId method) {
        SyntaxNode callee = at.call.first_child().as_node();
        SyntaxNode receiver = callee && rules_.is(callee, Member) ? callee.first_child().as_node() : SyntaxNode();
        if (!receiver || kind_of(method) != ItemKind::Function || !at.name.empty()) return nullptr;
        std::vector<ParameterInfo> declared = parameters_of(context_, method);
        if (at.index >= declared.size() || !declared[at.index].type->has(TypeHasParameter)) return nullptr;
        Type type = type_of_expression(context_, file_, receiver);
        std::vector<Type> taken = type ? rules_.taken_by(context_, type, method) : std::vector<Type>();
        return at.index < taken.size() ? taken[at.index] : nullptr;
    }

    /// A field that is known by its name, else one of the type wanted of the literal.
    Type of_field(const SyntaxNode& property) {
        SyntaxToken key = property.first_token();
        for (const NameUse& use : names_at(context_, file_, key.begin()))
            if (use.range.begin == key.begin() && use.type) return use.type;
        std::vector<Type> of_objects;  // a literal makes any of a union's members
        if (Type wanted = rules_.object_types ? type_of_fields(context_, file_, property.parent()) : nullptr)
            for (Type object : rules_.object_types(context_, wanted))
                for (const RecordField& field : object->fields)
                    if (field.name.text() == key.text()) of_objects.push_back(field.type);
        if (!of_objects.empty()) return type::union_of(std::move(of_objects));
        for (const Offer& offer :
             fields_wanted(context_, file_, property.parent(), item_at(context_, file_, key.begin())))
            if (offer.name.text() == key.text()) return type_of_offer(offer);
        return nullptr;
    }

    Type of_element(const SyntaxNode& list) {
        Type wanted = behind(list.first_token().previous(), list.text_range().begin);
        return wanted ? element_of(wanted) : nullptr;
    }

    static Type element_of(Type sequence) {
        sequence = without_references(sequence);
        bool has_elements = sequence->is(TypeKind::List) || sequence->is(TypeKind::Array);
        return has_elements ? sequence->element() : nullptr;
    }

    Type of_result(const SyntaxNode& statement) {
        SyntaxNode function = enclosing(rules_, statement, Function);
        if (function && rules_.is(function, Expression)) {
            Type closure = type_of_expression(context_, file_, function);
            return closure && closure->is(TypeKind::Function) ? closure->result() : nullptr;
        }
        ItemId item = item_at(context_, file_, statement.text_range().begin);
        return kind_of(item) == ItemKind::Function ? context_.get<SignatureOf>(item)->result : nullptr;
    }

    /// What a closure gives: as it says itself, else as its place wants.
    Type of_closure(const SyntaxNode& closure) {
        Type itself = type_of_expression(context_, file_, closure);
        for (const SyntaxNode& child : closure.child_nodes())
            if (SyntaxNode type = child.last_child().as_node(); type && rules_.is(type, TypeSyntax))
                return itself && itself->is(TypeKind::Function) ? itself->result() : nullptr;
        Type wanted = behind(closure.first_token().previous(), closure.text_range().begin);
        return wanted && wanted->is(TypeKind::Function) ? wanted->result() : nullptr;
    }

    /// What stands in front of `=`: the variables or the field being declared, or what is assigned to.
    Type of_target(const SyntaxToken& equal) {
        SyntaxNode declaration = equal.parent();
        if (declaration.first_token() == equal) declaration = declaration.parent();
        if (!declaration) return nullptr;
        if (rules_.is(declaration, Shorthand) && rules_.is(declaration.parent(), FieldsPattern))
            return of_pattern_field(context_, file_, declaration);
        if (Type parameter = type_of_parameter(context_, file_, rules_, declaration)) return parameter;
        TextRange target{declaration.text_range().begin, equal.begin()};
        Type found = nullptr;
        for (const NameUse& use : names_in(context_, file_, target)) {
            if (!use.is_declaration || use.range.begin < target.begin || use.range.begin >= target.end) continue;
            if (found) return nullptr;  // a pattern takes it apart
            found = type_of_declared(use);
            if (!found) return nullptr;
        }
        return found ? found : of_first_part(declaration, equal);
    }

    Type type_of_declared(const NameUse& use) {
        auto* item = std::get_if<ItemId>(&use.target);
        if (!item) return use.type;
        ItemKind kind = kind_of(*item);
        if (kind == ItemKind::Constant || kind == ItemKind::Static) return *context_.get<ValueTypeOf>(*item);
        if (kind != ItemKind::Field) return nullptr;
        for (const FieldInfo& field : context_.get<DefinitionOf>(parent_of(*item))->fields)
            if (field.item == *item) return field.type;
        return nullptr;
    }

    /// The name's own type where there is one: what is compared with may have been widened.
    Type of_first_value(const SyntaxNode& node) {
        for (const SyntaxNode& child : node.child_nodes()) {
            if (!rules_.is(child, syntax_role::Expression)) continue;
            SyntaxToken name = child.last_token();
            for (const NameUse& use : names_at(context_, file_, name.begin()))
                if (use.range == name.text_range() && use.type) return use.type;
            return type_of_expression(context_, file_, child);
        }
        return nullptr;
    }

    Type of_first_part(const SyntaxNode& node, const SyntaxToken& behind) {
        SyntaxNode first = node.first_child().as_node();
        bool is_value = first && rules_.is(first, Expression) && first.text_range().end <= behind.begin();
        if (!is_value) return nullptr;
        // What is compared may have been widened; the name says what it was.
        std::vector<Type> declared;
        const SyntaxToken name = first.last_token();
        for (const NameUse& use : meanings_at(context_, file_, name.begin()))
            if (use.range == name.text_range() && use.type && !use.is_declaration) declared.push_back(use.type);
        return declared.empty() ? type_of_expression(context_, file_, first) : type::union_of(std::move(declared));
    }

    Type type_of_offer(const Offer& offer) {
        if (offer.type || offer.item == ItemId::None) return offer.type;
        NameUse use;
        use.target = offer.item;
        return type_of_declared(use);
    }

    QueryContext& context_;
    FileId file_;
    const SyntaxTree& tree_;
    const EditingRules& rules_;
    int depth_ = 0;
};

std::string_view first_word(const SyntaxNode& node) {
    SyntaxToken first = node.first_token();
    return first ? first.text() : std::string_view();
}

/// The type of the value that the fields of a pattern are taken from.
Type type_taken_apart(QueryContext& context, FileId file, const EditingRules& rules, const SyntaxNode& pattern) {
    SyntaxNode part = pattern.parent();
    if (part && rules.is(part, Shorthand) && rules.is(part.parent(), FieldsPattern))
        return of_pattern_field(context, file, part);
    if (Type parameter = part ? type_of_parameter(context, file, rules, part) : nullptr) return parameter;
    for (SyntaxNode node = pattern.parent(); node; node = node.parent()) {
        for (const SyntaxNode& child : node.child_nodes()) {
            if (child.text_range().contains(pattern.text_range().begin)) continue;
            if (rules.is(child, Expression)) return type_of_expression(context, file, child);
            SyntaxNode value = child.last_child().as_node();
            bool is_initializer = first_word(child) == "=" && value && rules.is(value, Expression);
            if (is_initializer) return type_of_expression(context, file, value);
        }
        if (rules.is(node, Statement | Arm) && !rules.is(node, Arm)) return nullptr;
        if (rules.is(node.parent(), PatternSyntax | Shorthand)) return nullptr;  // a part of a pattern
    }
    return nullptr;
}

/// The type of what stands behind `...`. The fields that are taken from it stand at the same place of the code.
Type type_of_spread(QueryContext& context, FileId file, const SyntaxNode& value) {
    const SyntaxToken name = value.first_token();
    if (name == value.last_token())
        for (const NameUse& use : names_at(context, file, name.begin()))
            if (use.range == name.text_range() && use.type) return use.type;
    return type_of_expression(context, file, value);
}

}  // namespace

Type expected_type(QueryContext& context, FileId file, const SyntaxToken& before, uint32_t offset) {
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules) return nullptr;
    return Expectation(context, file, **tree, *rules).behind(before, offset);
}

Type type_of_fields(QueryContext& context, FileId file, const SyntaxNode& literal) {
    const EditingRules& rules = *editing_rules_of(file);
    SyntaxToken first = literal.first_token();
    Type type = rules.is(literal, FieldsPattern) ? type_taken_apart(context, file, rules, literal)
                                                 : expected_type(context, file, first.previous(), first.begin());
    return type ? without_references(type) : nullptr;
}

std::vector<Offer> fields_wanted(QueryContext& context, FileId file, const SyntaxNode& literal, ItemId scope) {
    const EditingRules& rules = *editing_rules_of(file);
    bool takes_apart = rules.is(literal, FieldsPattern);
    Type wanted = type_of_fields(context, file, literal);
    std::vector<Type> types;
    // A literal makes one of a union's members; a pattern sees what all of them have.
    if (wanted && wanted->is(TypeKind::Union) && !takes_apart) types = wanted->arguments;
    else if (wanted) types.push_back(wanted);
    // What it takes from other objects, it may have otherwise.
    for (const SyntaxNode& child : literal.child_nodes()) {
        SyntaxNode value = first_word(child) == "..." ? child.last_child().as_node() : SyntaxNode();
        Type spread = value && !takes_apart ? type_of_spread(context, file, value) : nullptr;
        if (spread) types.push_back(without_references(spread));
    }
    std::vector<Offer> out;
    std::unordered_set<Name> seen;
    for (Type each : types)
        for (Offer& offer : rules.members(context, each, scope)) {
            // Not what the library's own classes have: no literal makes one.
            bool is_field = offer.item == ItemId::None || !is_std(file_of(offer.item)) ||
                            kind_of(parent_of(offer.item)) == ItemKind::Interface;
            if (is_field && seen.insert(offer.name).second) out.push_back(std::move(offer));
        }
    return out;
}

}  // namespace braid
