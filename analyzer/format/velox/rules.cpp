#include "analyzer/format/velox/rules.h"

#include <algorithm>

#include "analyzer/format/kind_writer.h"
#include "analyzer/format/velox/tables.h"
#include "analyzer/syntax/velox/velox.h"

namespace braid::velox {

using format::Layout;
using format::ListRule;
using format::Separator;

namespace {

class VeloxWriter : public format::KindWriter<Kind> {
  public:
    using KindWriter::KindWriter;

  protected:
    Layout layout_of(uint32_t node) const override { return velox::layout_of(kind(node)); }
    const ListRule* list_of(uint32_t node, uint32_t open) const override {
        bool breaks = !is(node, Kind::ParenExpr) || layout_of(open + 1) == Layout::Binary ||
                      layout_of(open + 1) == Layout::Conditional;
        return breaks ? list_rule(tree_.kind(node), tree_.kind(open)) : nullptr;
    }

    Separator between(uint32_t node, uint32_t left, uint32_t right) const override {
        Kind left_token = to_kind(tree_.token_kind(tree_.last_token(left)));
        Kind right_token = to_kind(tree_.token_kind(tree_.first_token(right)));
        if (is(node, Kind::PrefixExpr) && runs_together(left_token, right_token)) return Separator::Space;
        // `1 .toFixed()` is a call, `1.toFixed()` is none.
        if (is(node, Kind::MemberExpr) && is(tree_.first_child(node), Kind::LiteralExpr)) return as_in_source(right);
        // `function* f()`, but `*f()`.
        if (is(node, Kind::MethodDecl) && is(left, Kind::Star) && tree_.child(node, raw(Kind::FunctionKw)) == None)
            return Separator::None;
        bool is_decorator = left_token_is_of(left, Kind::Decorator);
        if (is_decorator && tree_.begins_line(right)) return Separator::Hard;
        return spacing().between(tree_.kind(node), tree_.kind(left), tree_.kind(right), raw(left_token),
                                 raw(right_token));
    }

    void enter(Frame& frame) override {
        bool is_union = is(frame.node, Kind::UnionType) || is(frame.node, Kind::IntersectionType);
        if (is_union) {
            if (is(tree_.parent(frame.node), Kind::TypeAliasDecl) && drops_first_bar(frame.node)) {
                document_.if_broken(is(frame.node, Kind::UnionType) ? "| " : "& ");
            } else {
                open_group(frame);
                open_indent(frame);
            }
        }
        bool goes_on = is(tree_.parent(frame.node), Kind::ConditionalExpr) &&
                       tree_.last_child(tree_.parent(frame.node)) == frame.node;
        if (layout_of(frame.node) == Layout::Conditional && !goes_on) open_group(frame);
    }

    Separator separator(Frame& frame, uint32_t child) override {
        if (frame.bracket == Bracket::Inside) return in_brackets(frame, child);
        switch (kind(frame.node)) {
            case Kind::IfStmt:
            case Kind::WhileStmt:
            case Kind::ForStmt:
            case Kind::ForOfStmt:
            case Kind::DoStmt:
            case Kind::ElseClause: return in_control(frame, child);
            case Kind::TryStmt: return Separator::SpaceOrLine;
            case Kind::SwitchCase: return in_case(frame, child);
            case Kind::ArrowExpr:
                if (is(frame.previous, Kind::FatArrow) && !opens_on_line(child)) return on_next_line(frame);
                break;
            case Kind::Initializer:
            case Kind::AssignExpr:
            case Kind::Property:
            case Kind::TypeAliasDecl:
                if (is_value(frame, child) && breaks_after_operator(child)) return on_next_line(frame);
                break;
            case Kind::BinaryExpr:
                // `a < b >` and a line end would be a type argument.
                if (is(frame.previous, Kind::Greater) && ends_with_less_than(tree_.first_child(frame.node)))
                    return Separator::Space;
                break;
            default: break;
        }
        return by_layout(frame, child);
    }

    void leave(Frame& frame) override {
        if (!is(frame.node, Kind::SwitchCase) || !frame.indented) return;
        comments_of_block(frame.block_column);
    }

    /// The `;` that the line end stood for.
    void finish(uint32_t node) override {
        if (!ends_with_semicolon(kind(node))) return;
        uint32_t parent = tree_.parent(node);
        uint32_t last = tree_.last_child(node);
        if (is(parent, Kind::ObjectType) && is(tree_.next_sibling(node), Kind::RightBrace))
            return document_.if_broken(separator_of(parent));
        bool ended = is(last, Kind::Semicolon) || is(last, Kind::Comma) || is(last, Kind::Block);
        if (is(node, Kind::MatchArm)) {
            // A statement as the arm's body has its own.
            ended |= last != None && group(kind(last)) == Group::Statement;
        }
        bool is_free = is(parent, Kind::ForInit) || is(parent, Kind::ObjectExpr);
        is_free |= is(node, Kind::ExprStmt) && is(last, Kind::MatchExpr);
        if (ended || is_free) return;
        document_.text(is(parent, Kind::ObjectType) ? separator_of(parent) : ";");
    }

    bool drops(uint32_t node, uint32_t child) const override {
        bool in_list = is(node, Kind::Block) || is(node, Kind::SourceFile) || is(node, Kind::SwitchCase);
        if (is(child, Kind::EmptyStmt)) return in_list;
        if (is(child, Kind::Bar) || is(child, Kind::Ampersand))
            return is_first_bar(node, child) && drops_first_bar(node);
        bool separates = is(child, Kind::Comma) || is(child, Kind::Semicolon);
        bool ends_type = separates && is(tree_.parent(node), Kind::ObjectType) && tree_.next_sibling(child) == None;
        return ends_type && is(tree_.next_sibling(node), Kind::RightBrace);
    }

    uint32_t hug_tail(uint32_t list, uint32_t) const override {
        std::vector<uint32_t> elements;
        for (uint32_t child = tree_.first_child(list); child != None; child = tree_.next_sibling(child))
            if (!tree_.is_token(child)) elements.push_back(child);
        if (elements.empty()) return None;
        if (is(list, Kind::ParameterList)) {
            uint32_t binding = tree_.first_child(elements[0]);
            return elements.size() == 1 && is(binding, Kind::ObjectBinding) ? binding : None;
        }
        auto is_large = [&](uint32_t element) { return tail_of(element) != None; };
        if (elements.size() == 2 && has_block(elements[0]) && !is_large(elements[1])) return tail_of(elements[0]);
        if (std::any_of(elements.begin(), elements.end() - 1, is_large)) return None;
        return tail_of(elements.back());
    }

    bool allows_trailing_comma(uint32_t list, uint32_t last) const override {
        if (is(last, Kind::Comma)) return false;
        bool binds = !is(list, Kind::ArrayExpr) && !is(list, Kind::ObjectExpr) && !is(list, Kind::ArgumentList) &&
                     !is(list, Kind::TupleType);
        uint32_t first = tree_.first_token(last);
        return !(binds && tree_.token_kind(first) == raw(Kind::Ellipsis));
    }

    /// `(x) =>` with its value on the next line.
    bool has_tail_line(uint32_t, uint32_t last) const override {
        if (!is(last, Kind::ArrowExpr)) return false;
        uint32_t body = tree_.last_child(last);
        return !opens_on_line(body);
    }

    bool same_chain(uint32_t outer, uint32_t inner) const override {
        return binary_precedence(operator_of(outer)) == binary_precedence(operator_of(inner));
    }

    int operator_indent(uint32_t binary) const override {
        switch (kind(tree_.parent(binary))) {
            case Kind::ParenExpr:
            case Kind::IfStmt:
            case Kind::WhileStmt:
            case Kind::DoStmt:
            case Kind::SwitchStmt:
            case Kind::MatchExpr:
            case Kind::Initializer:
            case Kind::AssignExpr:
            case Kind::Property:
            case Kind::ArrowExpr: return 0;
            default: return 1;
        }
    }

    bool is_operator(uint32_t child) const override {
        bool conditional = layout_of(tree_.parent(child)) == Layout::Conditional;
        return tree_.is_token(child) && (!conditional || is(child, Kind::Question) || is(child, Kind::Colon));
    }
    bool is_dot(uint32_t child) const override {
        return is(child, Kind::Dot) || (is(child, Kind::QuestionDot) && is(tree_.parent(child), Kind::MemberExpr));
    }
    bool is_short_head(uint32_t head) const override {
        if (is(head, Kind::ThisExpr)) return true;
        if (!is(head, Kind::NameExpr)) return false;
        std::string_view name = tree_.token_text(tree_.first_token(head));
        return name.size() <= options_.indent || (name[0] >= 'A' && name[0] <= 'Z');
    }

  private:
    static bool runs_together(Kind left, Kind right) {
        bool plus = (left == Kind::Plus || left == Kind::PlusPlus) && (right == Kind::Plus || right == Kind::PlusPlus);
        bool minus =
            (left == Kind::Minus || left == Kind::MinusMinus) && (right == Kind::Minus || right == Kind::MinusMinus);
        return plus || minus;
    }

    bool left_token_is_of(uint32_t left, Kind wanted) const {
        while (left != None && !is(left, wanted) && !tree_.is_token(left)) left = tree_.last_child(left);
        return is(left, wanted);
    }

    bool ends_with_less_than(uint32_t left) const {
        return is(left, Kind::BinaryExpr) && operator_of(left) == Kind::Less;
    }

    Separator on_next_line(Frame& frame) {
        open_group(frame);
        open_indent(frame);
        return Separator::Line;
    }

    Separator in_brackets(Frame& frame, uint32_t child) {
        if (is(frame.node, Kind::ObjectType)) return Separator::Element;
        if (is(frame.node, Kind::ForStmt)) {
            if (is(child, Kind::Semicolon)) {
                bool empty =
                    is(frame.previous, Kind::Semicolon) && tree_.kind(tree_.next_sibling(child)) == frame.list->close;
                return is(frame.previous, Kind::Semicolon) && !empty ? Separator::Space
                       : empty && has_head(frame.node)               ? Separator::Space
                                                                     : Separator::None;
            }
            return is(frame.previous, Kind::Semicolon) ? Separator::Line : Separator::None;
        }
        // A hole: `[, a]`, `[a, , b]`.
        if (is(child, Kind::Comma) && is(frame.previous, Kind::Comma)) return Separator::Line;
        return by_layout(frame, child);
    }

    bool has_head(uint32_t loop) const { return tree_.child(loop, raw(Kind::ForInit)) != None; }

    /// Bodies that are no blocks stand on the line of their head, or indented below it.
    Separator in_control(Frame& frame, uint32_t child) {
        if (is(child, Kind::ElseClause)) {
            bool after_block = is(frame.previous, Kind::Block);
            close_all(frame);
            return after_block ? Separator::SpaceOrLine : Separator::Hard;
        }
        if (is(frame.node, Kind::DoStmt) && is(child, Kind::WhileKw)) {
            close_all(frame);
            return Separator::SpaceOrLine;
        }
        bool is_body = !tree_.is_token(child) && group(kind(child)) == Group::Statement;
        bool chains = is(frame.node, Kind::ElseClause) && is(child, Kind::IfStmt);
        if (!is_body || is(child, Kind::Block) || chains) return by_layout(frame, child);
        if (is(child, Kind::EmptyStmt)) return Separator::None;
        return on_next_line(frame);
    }

    Separator in_case(Frame& frame, uint32_t child) {
        bool is_statement = !tree_.is_token(child) && group(kind(child)) == Group::Statement;
        if (!is_statement || is(frame.previous, Kind::ThinArrow)) return by_layout(frame, child);
        if (frame.indented) return Separator::Statement;
        bool alone = is(child, Kind::Block) && tree_.next_sibling(child) == None;
        if (alone) return Separator::Space;
        frame.indented = true;
        frame.block_column = tree_.line_column(tree_.token(tree_.first_token(frame.node)).begin) + 1;
        open_indent(frame);
        return Separator::Hard;
    }

    bool is_value(const Frame& frame, uint32_t child) const {
        if (tree_.is_token(child)) return false;
        if (is(frame.node, Kind::Property)) return is(frame.previous, Kind::Colon);
        if (is(frame.node, Kind::AssignExpr)) return tree_.is_token(frame.previous);
        return is(frame.previous, Kind::Equal);
    }

    bool breaks_after_operator(uint32_t value) const {
        switch (kind(value)) {
            case Kind::BinaryExpr:
            case Kind::LiteralExpr:
            case Kind::NameExpr:
            case Kind::MemberExpr: return true;
            case Kind::UnionType:
            case Kind::IntersectionType: return drops_first_bar(value);
            default: return false;
        }
    }

    /// Bodies of arrows that begin on the line of the `=>`.
    bool opens_on_line(uint32_t body) const {
        switch (kind(body)) {
            case Kind::Block:
            case Kind::ObjectExpr:
            case Kind::ArrayExpr:
            case Kind::TemplateExpr:
            case Kind::MatchExpr:
            case Kind::ArrowExpr:
            case Kind::FunctionExpr: return true;
            case Kind::ParenExpr: return is(tree_.first_child(body) + 1, Kind::ObjectExpr);
            default: return false;
        }
    }

    bool has_block(uint32_t function) const {
        bool is_function = is(function, Kind::ArrowExpr) || is(function, Kind::FunctionExpr);
        return is_function && is(tree_.last_child(function), Kind::Block);
    }

    uint32_t tail_of(uint32_t element) const {
        switch (kind(element)) {
            case Kind::ArrowExpr: {
                uint32_t body = tree_.last_child(element);
                return is(body, Kind::ArrowExpr) ? tail_of(body) : body;
            }
            case Kind::FunctionExpr: return tree_.last_child(element);
            case Kind::ObjectExpr:
            case Kind::ArrayExpr: return tree_.first_child(element) + 1 == tree_.last_child(element) ? None : element;
            case Kind::MatchExpr: return tree_.child(element, raw(Kind::LeftBrace));
            default: return None;
        }
    }

    bool is_first_bar(uint32_t node, uint32_t child) const {
        bool is_union = is(node, Kind::UnionType) || is(node, Kind::IntersectionType);
        return is_union && tree_.first_child(node) == child;
    }
    /// An operator before the first of several alternatives is written where they stand on lines of their own.
    bool drops_first_bar(uint32_t node) const {
        uint32_t alternatives = 0;
        for (uint32_t child = tree_.first_child(node); child != None; child = tree_.next_sibling(child))
            alternatives += !tree_.is_token(child);
        return alternatives > 1;
    }

    /// `,` or `;`: what the members of an object type end with.
    std::string_view separator_of(uint32_t object_type) const {
        for (uint32_t member = tree_.first_child(object_type); member != None; member = tree_.next_sibling(member)) {
            uint32_t last = tree_.last_child(member);
            if (is(last, Kind::Semicolon)) return ";";
            if (is(last, Kind::Comma)) return ",";
        }
        return ",";
    }
};

}  // namespace

const format::Rules& format_rules() {
    static const format::Rules rules{
        .write = format::write<VeloxWriter>,
        .is_known = [](SyntaxKind kind) { return layout_of(to_kind(kind)) != Layout::Unknown; },
        .is_optional =
            [](SyntaxKind parent, SyntaxKind kind, bool is_first) {
                bool is_union = parent == raw(Kind::UnionType) || parent == raw(Kind::IntersectionType);
                if (is_first && is_union && (kind == raw(Kind::Bar) || kind == raw(Kind::Ampersand))) return true;
                return kind == raw(Kind::Comma) || kind == raw(Kind::Semicolon) || kind == raw(Kind::EmptyStmt);
            },
        .opens = [](SyntaxKind kind) { return format::opens_bracket<Kind>(kind) || kind == raw(Kind::FatArrow); },
        .closes = format::closes_bracket<Kind>,
        .is_statement =
            [](SyntaxKind kind) {
                Group group = velox::group(to_kind(kind));
                return (group == Group::Statement && kind != raw(Kind::Block)) || group == Group::Member ||
                       kind == raw(Kind::MatchArm) || kind == raw(Kind::SwitchCase);
            }};
    return rules;
}

}  // namespace braid::velox
