#include "analyzer/checks/borrow_story.h"

#include <fmt/format.h>

#include "analyzer/checks/describe.h"

namespace braid::checks {

using namespace mir;
using mir::Place;  // not the place in the source

namespace {
std::string_view mutably(const Loan& loan) { return loan.is_mutable() ? " mutably" : ""; }
}  // namespace

std::string BorrowStory::quoted(const Place& place, std::string_view otherwise) const {
    std::string name = describe(context_, body_, place);
    return name.empty() ? std::string(otherwise) : fmt::format("`{}`", name);
}

/// The closure whose capture the borrow is, if it is one.
const BodyFunction* BorrowStory::closure_at(uint32_t node) const {
    for (const BodyFunction& f : bodies_.body->functions)
        for (const Capture& c : f.captures)
            if (c.node == node && (c.mode == CaptureMode::Borrow || c.mode == CaptureMode::BorrowMutable)) return &f;
    return nullptr;
}

void BorrowStory::used_later(ItemDiagnostic& d, const Conflict& c) const {
    if ((c.returned && c.later == 0) || c.loan->walks) return;
    if (c.kept != kNoLocal)
        d.related.push_back(
            {{item_, body_.locals[c.kept].node},
             fmt::format("`{}` keeps the borrow beyond this function", body_.locals[c.kept].name.text())});
    else if (c.later != 0 && c.later == c.loan->node)
        d.related.push_back({{item_, c.later}, "the borrow is still in use in the next round of the loop"});
    else if (c.later != 0) d.related.push_back({{item_, c.later}, "the borrow is still used here"});
}

ItemDiagnostic BorrowStory::overlap(const Conflict& c) const {
    std::string what = quoted(c.touched, "this value");
    bool again = c.node == c.loan->node;
    std::string message;
    if (c.touch == Touch::Read) message = fmt::format("{} is used while it is borrowed mutably", what);
    else if (c.touch == Touch::Lend) message = fmt::format("{} is borrowed while it is borrowed mutably", what);
    else if (again)
        message = fmt::format("{} is borrowed mutably in each round while an earlier borrow is in use", what);
    else if (c.loan->is_mutable()) message = fmt::format("{} is borrowed mutably twice at a time", what);
    else message = fmt::format("{} is borrowed mutably while another borrow of it is in use", what);
    ItemDiagnostic d = diagnostic(DiagnosticCode::ConflictingBorrow, {item_, c.node}, std::move(message));
    if (!again)
        d.related.push_back({{item_, c.loan->node},
                             c.loan->walks
                                 ? fmt::format("the loop walks over {}", quoted(c.loan->place, "it"))
                                 : fmt::format("{} is borrowed{} here{}", quoted(c.loan->place, "it"), mutably(*c.loan),
                                               closure_at(c.loan->node) ? ", by the closure" : "")});
    used_later(d, c);
    return d;
}

ItemDiagnostic BorrowStory::moved(const Conflict& c) const {
    std::string what = quoted(c.touched, "this value");
    ItemDiagnostic d = diagnostic(DiagnosticCode::BorrowOutlivesValue, {item_, c.node},
                                  fmt::format("{} is moved while a borrow of it is in use", what));
    d.related.push_back({{item_, c.loan->node}, fmt::format("{} is borrowed here", quoted(c.loan->place, "it"))});
    used_later(d, c);
    if (is_written_expression(*bodies_.body, c.node) &&
        has_std_trait(context_, place_type(context_, body_, c.touched), "Clone"))
        d.fixes.push_back({"give a clone away", {{{item_, c.node}, ItemDiagnostic::FixEdit::InsertAfter, ".clone()"}}});
    return d;
}

ItemDiagnostic BorrowStory::assigned(const Conflict& c) const {
    ItemDiagnostic d =
        diagnostic(DiagnosticCode::AssignWhileBorrowed, {item_, c.node},
                   fmt::format("{} is assigned to while a borrow of it is in use", quoted(c.touched, "this value")));
    d.related.push_back(
        {{item_, c.loan->node}, fmt::format("{} is borrowed{} here", quoted(c.loan->place, "it"), mutably(*c.loan))});
    used_later(d, c);
    return d;
}

uint32_t BorrowStory::outlived_at(const Conflict& c) const {
    return c.returned && c.later != 0 && !closure_at(c.loan->node) ? c.later : c.loan->node;
}

uint32_t BorrowStory::cause(const Conflict& c) const {
    const BodyFunction* closure = closure_at(c.loan->node);
    return closure ? closure->node : outlived_at(c);
}

ItemDiagnostic BorrowStory::outlived(const Conflict& c) const {
    const LocalDeclaration& owner = body_.locals[c.loan->place.local];
    std::string what = owner.name.empty() ? "a temporary value" : fmt::format("`{}`", owner.name.text());
    const BodyFunction* closure = closure_at(c.loan->node);
    std::string message;
    if (c.returned && closure)
        message = fmt::format("the closure is returned, but borrows {}, which ends with this function", what);
    else if (c.returned) message = fmt::format("the result borrows {}, which ends with this function", what);
    else if (owner.name.empty())
        message = "a temporary value is borrowed, but ends with its statement; give it a name first";
    else if (c.kept != kNoLocal)
        message =
            fmt::format("the borrow of {} is kept in `{}`, which outlives it", what, body_.locals[c.kept].name.text());
    else message = fmt::format("{} does not live as long as a borrow of it", what);
    uint32_t at = outlived_at(c);
    ItemDiagnostic d = diagnostic(DiagnosticCode::BorrowOutlivesValue, {item_, at}, std::move(message));
    if (at != c.loan->node) d.related.push_back({{item_, c.loan->node}, fmt::format("{} is borrowed here", what)});
    if (!owner.name.empty() && owner.node != 0)
        d.related.push_back({{item_, owner.node},
                             owner.kind == LocalKind::Parameter
                                 ? fmt::format("{} belongs to this function", what)
                                 : fmt::format("{} is declared here and ends with its block", what)});
    if (!c.returned) used_later(d, c);
    if (closure)
        d.fixes.push_back({"let the closure own what it captures",
                           {{{item_, closure->node}, ItemDiagnostic::FixEdit::InsertBefore, "move "}}});
    return d;
}

ItemDiagnostic BorrowStory::tell(const Conflict& c) const {
    switch (c.touch) {
        case Touch::Move: return moved(c);
        case Touch::Assign: return assigned(c);
        case Touch::End:
        case Touch::Drop: return outlived(c);
        default: return overlap(c);
    }
}

}  // namespace braid::checks
