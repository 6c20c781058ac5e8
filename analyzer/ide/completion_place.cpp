#include "analyzer/ide/completion_place.h"

#include <algorithm>

#include "analyzer/ide/structure.h"

namespace braid {

using namespace syntax_role;
using Kind = CompletionPlace::Kind;

namespace {

bool is_word(char c) { return isalnum(uint8_t(c)) || c == '_' || c == '$' || uint8_t(c) >= 0x80; }

TokenClass class_of(const SyntaxToken& token) { return token.tree()->grammar().token_class(token.kind()); }

/// The offset is between the quotes of a plain string, whether or not the last one is there yet.
bool begins_in_quotes(CompletionPlace& place, const SyntaxToken& string, uint32_t offset) {
    if (!string || class_of(string) != TokenClass::String || string.begin() >= offset) return false;
    const std::string_view text = string.text();
    const char quote = text[0];
    const bool is_closed = text.size() > 1 && text.back() == quote;
    if ((quote != '"' && quote != '\'') || offset > string.end() || (is_closed && offset == string.end())) return false;
    if (text.find('\n') != std::string_view::npos) return false;
    place.kind = Kind::Quoted;
    place.word = {string.begin() + 1, offset};
    place.before = string;
    place.node = string.parent();
    return true;
}

/// Whether the offset is in a comment of a token's trivia; at the end of a line comment it is still in it.
bool is_in_comment(const SyntaxToken& token, uint32_t offset) {
    std::string_view text = token.tree()->text();
    for (uint32_t at = token.full_begin(); at < token.begin() && at < offset;) {
        TriviaPiece piece = token.tree()->grammar().next_trivia(text.substr(at, token.begin() - at));
        if (piece.length == 0) return false;
        uint32_t end = at + piece.length;
        bool is_line = piece.kind == TriviaKind::LineComment || piece.kind == TriviaKind::DocComment;
        bool is_block = piece.kind == TriviaKind::BlockComment;
        if ((is_line && offset <= end) || (is_block && offset < end)) return true;
        at = end;
    }
    return false;
}

bool is_first_on_line(const SyntaxTree& tree, uint32_t offset) {
    std::string_view text = tree.text();
    while (offset > 0 && (text[offset - 1] == ' ' || text[offset - 1] == '\t')) --offset;
    return offset == 0 || text[offset - 1] == '\n' || text[offset - 1] == '\r';
}

/// The name that a declaration's first word is followed by, behind the parameters of `impl[T]`.
SyntaxToken named_behind(SyntaxToken word) {
    SyntaxToken token = word.next();
    int depth = 0;
    for (; token && (token.text() == "[" || depth > 0); token = token.next())
        depth += int(token.text() == "[") - int(token.text() == "]");
    return token;
}

/// `class C imp`: of a declaration that has its name, on the same line.
bool is_in_header(const SyntaxTree& tree, const EditingRules& rules, const SyntaxToken& before, uint32_t offset) {
    if (!before || is_first_on_line(tree, offset)) return false;
    if (class_of(before) != TokenClass::Name && before.text() != ">" && before.text() != "]") return false;
    constexpr int kMost = 24;
    SyntaxToken token = before;
    for (int i = 0; i < kMost && token; ++i, token = token.previous()) {
        if (rules.is(token, BeginsHeader)) {
            SyntaxToken name = named_behind(token);
            return name && name.begin() <= before.begin();
        }
        constexpr std::string_view kInHeaders = "<>[],.";
        const bool goes_on = class_of(token) == TokenClass::Name ||
                             kInHeaders.find(token.text()) != std::string::npos || rules.is(token, BeforeType) ||
                             token.text() == "::";
        if (!goes_on) return false;
    }
    return false;
}

/// The function in whose list of parameters the next one begins; those of closures may be expressions as well.
SyntaxNode parameter_begun(const EditingRules& rules, const SyntaxToken& before) {
    SyntaxNode list = before && (before.text() == "(" || before.text() == ",") ? before.parent() : SyntaxNode();
    SyntaxNode function = list && list.first_token().text() == "(" ? list.parent() : SyntaxNode();
    const bool is_one = function && rules.is(function, Function) && !rules.is(function, Expression) &&
                        !rules.is(list, Expression | PatternSyntax | TypeSyntax | Arguments);
    return is_one ? function : SyntaxNode();
}

/// `[de` in front of a declaration.
bool begins_attribute(const SyntaxTree& tree, const EditingRules& rules, const SyntaxToken& before) {
    const bool has_attributes = std::any_of(rules.snippets.begin(), rules.snippets.end(), [](const SnippetRule& rule) {
        return rule.place == SnippetPlace::AttributeName;
    });
    return has_attributes && before && before.text() == "[" && is_first_on_line(tree, before.begin()) &&
           !enclosing(rules, before, Function);
}

/// The word is a name that is being made up: behind `let`, `fn`, `class`.
bool is_new_name(const EditingRules& rules, const SyntaxToken& before) {
    if (!before || !rules.is(before, Introduces)) return false;
    SyntaxNode parent = before.parent();
    bool makes = !rules.is(parent, Expression) || rules.is(parent, Function | Scope);  // not `&mut`
    return makes && !rules.is(parent, TypeSyntax | Refutable);
}

/// A pattern is wanted here, or part of one: behind `case`, at the begin of an arm, behind `if let`.
bool wants_pattern(const EditingRules& rules, const SyntaxToken& before) {
    SyntaxNode parent = before ? before.parent() : SyntaxNode();
    bool is_first = parent && before == parent.first_token();
    if (is_first && rules.is(parent, Arm | Refutable)) return true;
    return parent && rules.is(parent, PatternSyntax) && (before.text() == "|" || before.text() == "or");
}

uint32_t column_of(std::string_view text, uint32_t offset) {
    uint32_t begin = offset;
    while (begin > 0 && text[begin - 1] != '\n') --begin;
    return offset - begin;
}

/// An empty line below an arm, as far in as the arm is: the next one goes there, in a language of indented arms.
bool begins_arm(const SyntaxTree& tree, const EditingRules& rules, const SyntaxToken& before, uint32_t offset) {
    SyntaxNode arm = before && rules.arm_prefix.empty() ? enclosing(rules, before, Arm) : SyntaxNode();
    return arm && column_of(tree.text(), arm.text_range().begin) == column_of(tree.text(), offset);
}

/// A new name is being typed behind `let`, not a pattern: it begins with a small letter, or nothing is there yet.
bool names_variable(const SyntaxTree& tree, const EditingRules& rules, const CompletionPlace& place) {
    SyntaxNode parent = place.before ? place.before.parent() : SyntaxNode();
    bool binds = parent && rules.is(parent, Refutable) && rules.is(parent, Statement) && !rules.is(parent, Part) &&
                 place.before == parent.first_token();
    if (!binds) return false;
    std::string_view text = tree.text();
    uint32_t at = place.word.begin;
    return at >= text.size() || !isupper(uint8_t(text[at]));
}

/// A type is wanted here: what stands in front is part of one that has not ended, or goes in front of one.
bool wants_type(const EditingRules& rules, const SyntaxToken& before) {
    SyntaxNode parent = before ? before.parent() : SyntaxNode();
    if (!parent) return false;
    if (!rules.is(parent, TypeArguments | TypeSyntax)) return false;
    TokenClass what = class_of(before);
    bool may_end = rules.is(before, Close) || before.text() == ">" || what == TokenClass::Keyword;
    return what != TokenClass::Name && !(may_end && before == parent.last_token());
}

/// `case` of a switch, not of a match.
bool wants_choice(const EditingRules& rules, const SyntaxToken& before) {
    SyntaxNode parent = before ? before.parent() : SyntaxNode();
    return parent && rules.is(before, BeforeChoice) && !rules.is(parent, Arm | Refutable);
}

/// Behind `impl`, `extends`, or what separates several of them.
bool follows_type_word(const EditingRules& rules, const SyntaxToken& before) {
    if (!before) return false;
    SyntaxNode parent = before.parent();
    if (rules.is(before, BeforeType)) return true;
    SyntaxToken first = parent ? parent.first_token() : SyntaxToken();
    bool separates = before.text() == "," || before.text() == "for";
    return first && first != before && separates && rules.is(first, BeforeType);
}

/// What holds arms, if the next one would begin here: behind what opens it, or behind an arm that has ended.
SyntaxNode arms_begun(const EditingRules& rules, const SyntaxToken& before) {
    SyntaxNode parent = before ? before.parent() : SyntaxNode();
    if (!parent) return {};
    if (rules.is(parent, Arms) && (before.text() == "{" || before.text() == ":")) return parent;
    SyntaxNode arm = before.text() == ";" || before.text() == "}" ? enclosing(rules, before, Arm) : SyntaxNode();
    bool has_ended = arm && arm.last_token() == before && rules.is(arm.parent(), Arms);
    return has_ended ? arm.parent() : SyntaxNode();
}

/// `{"key": …}`: what stands before the colon is a value, so what follows is one, too.
bool follows_value(const EditingRules& rules, const SyntaxToken& colon) {
    SyntaxElement previous;
    for (const SyntaxElement& child : colon.parent().children()) {
        if (child == colon) break;
        previous = child;
    }
    return previous.is_node() && rules.is(previous.as_node(), Expression);
}

/// The place by what is around the word, or around the cursor when there is none yet.
Kind kind_around(const SyntaxTree& tree, const EditingRules& rules, const SyntaxToken& word,
                 const CompletionPlace& place) {
    SyntaxToken anchor = word ? word : place.before;
    if (!anchor) return Kind::Declarations;
    bool begins_line = is_first_on_line(tree, place.word.begin);
    // In front of what is there already: the same may stand in its place.
    SyntaxToken next = word ? SyntaxToken() : tree.token_at(place.word.begin);
    for (SyntaxNode node = next && next.begin() == place.word.begin ? next.parent() : SyntaxNode(); node;
         node = node.parent()) {
        if (node.text_range().begin != place.word.begin) break;
        if (rules.is(node, TypeSyntax)) return Kind::Type;
        if (rules.is(node, PatternSyntax)) return Kind::Pattern;
        if (rules.is(node, Expression | Statement)) break;
    }
    if (rules.is(place.before, BeforeClass)) return Kind::Class;
    for (SyntaxNode node = place.before ? place.before.parent() : SyntaxNode(); node; node = node.parent()) {
        if (rules.is(node, Derives)) return place.before == node.last_token() ? Kind::None : Kind::Attribute;
        if (rules.is(node, Statement | Expression)) break;
    }
    if (wants_choice(rules, place.before)) return Kind::Expression;
    if (SyntaxNode arms = arms_begun(rules, place.before)) {
        bool is_match = rules.is(arms, Expression) || rules.is(arms.parent(), Expression);
        return is_match && rules.arm_prefix.empty() ? Kind::Pattern : Kind::Arm;
    }
    if (follows_type_word(rules, place.before)) return Kind::Type;
    if (wants_pattern(rules, place.before)) return Kind::Pattern;
    if (!word && begins_line && begins_arm(tree, rules, place.before, place.word.begin)) return Kind::Pattern;
    if (!word && wants_type(rules, place.before)) return Kind::Type;
    if (place.before && !begins_line && place.before.text() == ":") {
        bool is_suite = rules.is(place.before.parent(), Suite) || rules.is(place.before.parent(), Literal);
        bool is_value =
            rules.is(place.before.parent(), Expression | Shorthand | Property) || follows_value(rules, place.before);
        if (!is_suite) return is_value ? Kind::Expression : Kind::Type;
    }
    if (place.before && !begins_line && place.before.text() == "->" && rules.is(place.before.parent(), Function))
        return Kind::Type;
    for (SyntaxNode node = anchor.parent(); node; node = node.parent()) {
        if (word && rules.is(node, TypeSyntax) && node.text_range().touches(word.begin())) return Kind::Type;
        if (word && rules.is(node, PatternSyntax) && node.text_range().touches(word.begin())) return Kind::Pattern;
        bool is_expression = rules.is(node, Expression) && node.first_token() != anchor;
        if (word && is_expression && node.text_range().begin < word.begin()) return Kind::Expression;
        if (rules.is(node, Statement | Statements | Suite)) break;
    }
    if (!begins_line && place.before && place.before.text() != ";" && place.before.text() != "{" &&
        place.before.text() != "}" && !rules.is(place.before, OpensSuite))
        return Kind::Expression;
    // At the begin of a line: what the line is in decides.
    SyntaxNode body = enclosing(rules, anchor, Statements);
    SyntaxNode type = enclosing(rules, anchor, Scope);
    while (type && rules.is(type, Statements | Function | Construct | Part | Expression))
        type = enclosing(rules, type, Scope);
    bool is_file = !body || !body.parent();
    if (type && type.parent() && (is_file || type.text_range().begin > body.text_range().begin)) {
        // A declaration that ended above has nothing more to say.
        bool is_closed = rules.is(type.last_token(), Close) && type.text_range().end <= place.word.begin;
        bool is_below = is_closed ? false
                        : word
                            ? true
                            : type.text_range().touches(place.word.begin) || tree.text()[place.word.begin - 1] == ' ';
        if (is_below) return Kind::Members;
    }
    return is_file ? Kind::Declarations : Kind::Statement;
}

}  // namespace

CompletionPlace completion_place(const SyntaxTree& tree, const EditingRules& rules, uint32_t offset) {
    std::string_view text = tree.text();
    CompletionPlace place;
    offset = std::min(offset, uint32_t(text.size()));
    uint32_t begin = offset;
    while (begin > 0 && is_word(text[begin - 1])) --begin;
    // `#name`: the sign is part of the name, where it is no comment.
    if (begin > 0 && text[begin - 1] == '#' && tree.token_at(begin - 1).begin() == begin - 1) --begin;
    place.word = {begin, offset};
    if (begin < offset && isdigit(uint8_t(text[begin]))) return place;
    SyntaxToken here = tree.token_at(offset);
    if (!here || (here.begin() >= offset && is_in_comment(here, offset))) return place;
    SyntaxToken covering = here.begin() < offset ? here : SyntaxToken();
    SyntaxToken word = covering ? covering : here.previous();
    if (begin == offset || !word || word.end() < offset || word.begin() > begin) word = {};
    if (begins_in_quotes(place, covering ? covering : here.previous(), offset)) return place;
    if (covering && class_of(covering) == TokenClass::String && covering.end() > offset) return place;
    if (word && (class_of(word) == TokenClass::String || class_of(word) == TokenClass::Number)) return place;
    place.before = word ? word.previous() : (covering ? covering : here.previous());
    while (place.before && place.before.begin() == place.before.end()) place.before = place.before.previous();
    const SyntaxToken& before = place.before;
    if (before && begin == offset && class_of(before) == TokenClass::Number && before.end() == offset) return place;
    SyntaxNode parent = before ? before.parent() : SyntaxNode();
    bool is_dot = before && (before.text() == "." || before.text() == "?.");
    if (is_dot && rules.is(parent, Member)) {
        place.receiver = parent.first_child().as_node();
        place.kind = place.receiver ? Kind::Member : Kind::None;
        return place;
    }
    if (before && ((is_dot && rules.is(parent, PathSyntax)) || before.text() == "::")) {
        place.path_name = before.previous();
        while (place.path_name && class_of(place.path_name) != TokenClass::Name &&
               class_of(place.path_name) != TokenClass::Keyword)
            place.path_name = place.path_name.previous();
        place.kind = place.path_name ? Kind::Path : Kind::None;
        return place;
    }
    if (is_in_header(tree, rules, before, begin)) {
        place.kind = Kind::Header;
        return place;
    }
    if (SyntaxNode function = parameter_begun(rules, before)) {
        place.node = function;
        place.kind = Kind::Parameter;
        return place;
    }
    if (begins_attribute(tree, rules, before)) {
        place.kind = Kind::AttributeName;
        return place;
    }
    if (before && rules.is(before, BeforeFile)) {
        place.kind = Kind::File;
        return place;
    }
    if (is_dot || is_new_name(rules, before) || names_variable(tree, rules, place)) return place;
    bool begins_import = before && rules.is(parent, ImportLine) && before == parent.first_token();
    if (before && rules.is(parent, ImportNames) && (before.text() == "{" || before.text() == ",")) {
        place.node = parent;
        place.kind = Kind::Import;
        return place;
    }
    if (begins_import && rules.path_separator == "::") {
        place.kind = Kind::Module;
        return place;
    }
    for (SyntaxNode node = parent; node; node = node.parent()) {
        bool separates = before.text() == "{" || before.text() == ",";
        if (separates && rules.is(node, Literal | FieldsPattern) && parent == node) {
            place.node = node;
            place.kind = Kind::Literal;
            return place;
        }
        if (rules.is(node, Statement | Expression)) break;
    }
    place.kind = kind_around(tree, rules, word, place);
    return place;
}

}  // namespace braid
