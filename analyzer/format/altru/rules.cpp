#include "analyzer/format/altru/rules.h"

#include "analyzer/format/altru/tables.h"
#include "analyzer/format/kind_writer.h"
#include "analyzer/syntax/altru/altru.h"

namespace braid::altru {

using format::Layout;
using format::Separator;

namespace {

class AltruWriter : public format::KindWriter<Kind> {
  public:
    using KindWriter::KindWriter;

  protected:
    Layout layout_of(uint32_t node) const override {
        // `await e` is no link of a chain; `e.await` is.
        if (is(node, Kind::AwaitExpr) && is(tree_.first_child(node), Kind::AwaitKw)) return Layout::Tokens;
        // `|x| x += 1`: a statement instead of an expression.
        bool bare = is(node, Kind::Block) && !is(tree_.first_child(node), Kind::Colon);
        if (bare && is(tree_.parent(node), Kind::ClosureExpr)) return Layout::Tokens;
        return altru::layout_of(kind(node));
    }

    const format::ListRule* list_of(uint32_t node, uint32_t open) const override {
        bool breaks = !is(node, Kind::ParenExpr) || is(open + 1, Kind::BinaryExpr);
        return breaks ? list_rule(tree_.kind(node), tree_.kind(open)) : nullptr;
    }

    Separator between(uint32_t node, uint32_t left, uint32_t right) const override {
        if (is(left, Kind::AttributeList)) return Separator::Hard;
        // `3 .14` is a field of 3.
        if (is(node, Kind::FieldExpr) && is(tree_.first_child(node), Kind::LiteralExpr)) return as_in_source(right);
        return spacing().between(tree_.kind(node), tree_.kind(left), tree_.kind(right),
                                 tree_.token_kind(tree_.last_token(left)), tree_.token_kind(tree_.first_token(right)));
    }

    void enter(Frame& frame) override {
        if (is(frame.node, Kind::IfExpr) && owns_one_line_block(frame.node)) open_group(frame);
    }

    Separator separator(Frame& frame, uint32_t child) override {
        if (is(child, Kind::ElseClause)) {
            if (is(frame.node, Kind::LetStmt)) close_all(frame);
            if (tree_.begins_line(child)) return Separator::Hard;
            return is(frame.node, Kind::LetStmt) ? Separator::Space : Separator::Line;
        }
        // An arm would take the comma on its line for its own, an empty block would lack its statement.
        if (is(child, Kind::Comma) && (ends_with_arm(frame.previous) || ends_with_empty_block(frame.previous)))
            return Separator::Hard;
        bool is_value = (is(frame.node, Kind::LetStmt) || is(frame.node, Kind::AssignStmt)) &&
                        kind(frame.previous) >= Kind::Equal && kind(frame.previous) <= Kind::ShiftRightEqual;
        if (is_value && breaks_after_equals(child)) {
            open_group(frame);
            open_indent(frame);
            return Separator::Line;
        }
        Separator separator = by_layout(frame, child);
        // On the line of a block it would be a part of the block: brackets let an operator follow on a line of its own.
        bool leaves_block = !is(child, Kind::Comma) && tree_.begins_line(child) && ends_with_block(frame.previous);
        return leaves_block && separator != Separator::Statement ? Separator::Hard : separator;
    }

    /// A comma behind an arm, a field or a variant; they end with their line.
    bool drops(uint32_t node, uint32_t token) const override {
        bool is_end = tree_.next_sibling(token) == None && tree_.first_child(node) != token;
        if (kind(token) == Kind::Comma)
            return is_end && (is(node, Kind::MatchArm) || is(node, Kind::FieldDecl) || is(node, Kind::VariantDecl));
        return kind(token) == Kind::Semicolon && is_end;
    }

    uint32_t hug_tail(uint32_t list, uint32_t) const override {
        if (!is(list, Kind::ArgumentList)) return None;
        uint32_t last = None;
        for (uint32_t child = tree_.first_child(list); child != None; child = tree_.next_sibling(child)) {
            if (!is(child, Kind::Argument)) continue;
            if (last != None && is(tree_.last_child(last), Kind::ClosureExpr) && ends_with_block(last)) return None;
            last = child;
        }
        return last == None ? None : tail_of(tree_.last_child(last));
    }

    bool allows_trailing_comma(uint32_t list, uint32_t last) const override {
        if (is(last, Kind::RestPattern) || is(last, Kind::StructBase)) return false;
        if (ends_with_arm(last)) return false;
        bool is_tuple = is(list, Kind::TupleExpr) || is(list, Kind::TuplePattern) || is(list, Kind::TupleType);
        // `(a,)` is a tuple because of its comma.
        return !is_tuple || tree_.first_child(list) + 1 != last;
    }

    bool has_tail_line(uint32_t, uint32_t last) const override { return ends_with_block(last); }

    bool same_chain(uint32_t outer, uint32_t inner) const override {
        return operator_class(operator_of(outer)) == operator_class(operator_of(inner));
    }

    int operator_indent(uint32_t binary) const override {
        uint32_t parent = tree_.parent(binary);
        switch (kind(parent)) {
            case Kind::ParenExpr:
            case Kind::LetStmt:
            case Kind::AssignStmt: return 0;
            // The body must not look like a part of the condition.
            case Kind::IfExpr:
            case Kind::WhileStmt:
            case Kind::MatchGuard: return 2;
            default: return 1;
        }
    }

    bool may_share_line(uint32_t block) const override { return is(block, Kind::Block); }
    bool has_own_group(uint32_t block) const override {
        return !is(tree_.parent(block), Kind::IfExpr) && !is(tree_.parent(block), Kind::ElseClause);
    }
    uint32_t header_of(uint32_t block) const override {
        uint32_t header = tree_.parent(block);
        return is(tree_.parent(header), Kind::LetStmt) ? tree_.parent(header) : header;
    }
    bool is_operator(uint32_t child) const override { return tree_.is_token(child); }
    bool is_dot(uint32_t child) const override { return is(child, Kind::Dot); }
    bool is_short_head(uint32_t head) const override {
        return is(head, Kind::PathExpr) && tree_.first_token(head) == tree_.last_token(head) &&
               tree_.token_text(tree_.first_token(head)).size() <= options_.indent;
    }
    uint32_t spaces_before_comment() const override { return 2; }

  private:
    /// Whether the last thing in the element is a block, so that a line must end behind it.
    bool ends_with_block(uint32_t element) const {
        for (; element != None && !tree_.is_token(element); element = tree_.last_child(element))
            if (layout_of(element) == Layout::Block) return true;
        return false;
    }

    bool ends_with_empty_block(uint32_t element) const {
        return tree_.token_kind(tree_.last_token(element)) == raw(Kind::Colon);
    }

    bool ends_with_arm(uint32_t element) const {
        for (; element != None && !tree_.is_token(element); element = tree_.last_child(element))
            if (is(element, Kind::MatchArm)) return true;
        return false;
    }

    uint32_t tail_of(uint32_t value) const {
        switch (kind(value)) {
            case Kind::ClosureExpr: {
                uint32_t body = tree_.last_child(value);
                return is(body, Kind::Block) ? body : tail_of(body);
            }
            case Kind::ListExpr:
            case Kind::MapExpr:
            case Kind::SetExpr: return tree_.first_child(value) + 1 == tree_.last_child(value) ? None : value;
            case Kind::StructExpr: return tree_.child(value, raw(Kind::LeftBrace));
            default: return None;
        }
    }

    bool is_on_one_line(uint32_t block) const {
        uint32_t colon = tree_.first_child(block);
        uint32_t first = colon == None ? None : tree_.next_sibling(colon);
        return is(block, Kind::Block) && is(colon, Kind::Colon) && first != None && !tree_.begins_line(first);
    }

    /// The parts of an `if` … `else` share one group.
    bool owns_one_line_block(uint32_t node) const {
        if (is(tree_.parent(node), Kind::ElseClause)) return false;
        for (uint32_t child = tree_.first_child(node); child != None; child = tree_.next_sibling(child))
            if (is_on_one_line(child)) return true;
        return false;
    }

    bool breaks_after_equals(uint32_t value) const {
        switch (kind(value)) {
            case Kind::BinaryExpr:
            case Kind::LiteralExpr:
            case Kind::PathExpr: return true;
            case Kind::StringExpr: return tree_.on_one_line(value);
            default: return false;
        }
    }
};

}  // namespace

const format::Rules& format_rules() {
    static const format::Rules rules{
        .write = format::write<AltruWriter>,
        .is_known = [](SyntaxKind kind) { return layout_of(to_kind(kind)) != Layout::Unknown; },
        .is_optional = [](SyntaxKind, SyntaxKind kind,
                          bool) { return kind == raw(Kind::Comma) || kind == raw(Kind::Semicolon); },
        .opens =
            [](SyntaxKind kind) {
                return format::opens_bracket<Kind>(kind) || kind == raw(Kind::Colon) || kind == raw(Kind::FatArrow);
            },
        .closes = format::closes_bracket<Kind>,
        .is_statement =
            [](SyntaxKind kind) {
                Group group = altru::group(to_kind(kind));
                return group == Group::Statement || group == Group::Declaration || kind == raw(Kind::MatchArm) ||
                       kind == raw(Kind::SelectArm) || kind == raw(Kind::SelectTimeoutArm) ||
                       kind == raw(Kind::SelectDefaultArm) || kind == raw(Kind::ContractClause);
            }};
    return rules;
}

}  // namespace braid::altru
