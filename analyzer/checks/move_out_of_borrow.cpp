#include <set>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/language.h"

// move-out-of-borrow: a part would be moved out of something that is only lent, or out of a list or a static, and leave
// a hole in what somebody else owns.
//
//     fn steps(job: &Job) -> [string]:
//         return job.steps         # `job` keeps its steps
//
// A move is wrong by its place alone: one that goes through a reference or an index. What rustc calls E0507 and E0508.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;  // not the place in the source

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const Body& typed, const MirBody& body,
             std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), typed_(typed), body_(body), out_(out) {}

    void run() {
        for (const Block& block : body_.blocks) {
            if (block.is_cleanup) continue;
            for (const Statement& s : block.statements)
                for_each_operand(
                    s, [&](const Operand& o) { check(o, s.node); }, [](const Place&) {});
            for_each_operand(block.terminator, [&](const Operand& o) { check(o, block.terminator.node); });
        }
    }

  private:
    /// How much of the place belongs to somebody else: what stands before the last reference or index.
    std::optional<Place> lender(const Place& place) const {
        std::optional<Place> found;
        Place prefix{place.local, {}};
        for (const Projection& projection : place.projections) {
            bool slot = prefix.is_local() && body_.locals[place.local].is_slot;
            bool reference = std::holds_alternative<Deref>(projection) && !slot;
            if (reference || std::holds_alternative<IndexOf>(projection)) found = prefix;
            prefix.projections.push_back(projection);
        }
        return found;
    }

    void check(const Operand& operand, uint32_t otherwise) {
        auto* place = moved_place(operand);
        if (!place || place->is_local() || body_.locals[place->local].is_alias) return;
        auto from = lender(*place);
        if (!from) return;
        Type type = place_type(context_, body_, *place);
        if (type->has(TypeHasError) || context_.get<CapabilitiesOf>(type)->copy) return;
        uint32_t node = node_of(operand, otherwise);
        if (!reported_.insert(node).second) return;
        report(*place, *from, type, node);
    }

    void report(const Place& place, const Place& from, Type type, uint32_t node) {
        std::string name = describe(context_, body_, place), lender_name = describe(context_, body_, from);
        Type lender_type = place_type(context_, body_, from);
        std::string what = name.empty() || name == lender_name
                               ? fmt::format("a value of type `{}`", print_type(item_, type))
                               : fmt::format("`{}`", name);
        std::string owner = lender_name.empty() ? "something that is only borrowed" : fmt::format("`{}`", lender_name);
        bool is_list = !lender_type->is(TypeKind::Reference);
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::MoveOutOfBorrow, {item_, node},
                       is_list               ? fmt::format("{} cannot be moved out of {}, which would keep a hole",
                                             name.empty() ? what : "an element", lender_name.empty() ? "a list" : owner)
                       : lender_name.empty() ? fmt::format("{} cannot be moved out of {}", what, owner)
                                             : fmt::format("{} cannot be moved: {} is only borrowed (`{}`)", what,
                                                           owner, print_type(item_, lender_type)));
        const LocalDeclaration& local = body_.locals[from.local];
        if (!local.name.empty() && local.node != 0 && !is_list)
            d.related.push_back({{item_, local.node}, fmt::format("`{}` is borrowed, not owned", local.name.text())});
        d.related.push_back(
            {{item_, node},
             fmt::format("`{}` is not Copy, so reading it here would move it", print_type(item_, type))});
        if (is_written_expression(typed_, node) && has_std_trait(context_, type, "Clone"))
            d.fixes.push_back(clone(node));
        out_.push_back(std::move(d));
    }

    ItemDiagnostic::Fix clone(uint32_t node) const {
        using Edit = ItemDiagnostic::FixEdit;
        bool prefix = false;  // `*guard.clone()` would clone the guard
        for (const Expr& e : typed_.expressions) prefix |= e.node == node && std::holds_alternative<hir::Deref>(e.data);
        if (!prefix) return {"clone it", {{{item_, node}, Edit::InsertAfter, ".clone()"}}};
        return {"clone it",
                {{{item_, node}, Edit::InsertBefore, "("}, {{item_, node}, Edit::InsertAfter, ").clone()"}}};
    }

    QueryContext& context_;
    ItemId item_;
    const Body& typed_;
    const MirBody& body_;
    std::vector<ItemDiagnostic>& out_;
    std::set<uint32_t> reported_;
};

}  // namespace

void move_out_of_borrow(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (language_of(item).has_any) return;
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions) Analysis(context, item, *bodies->body, body, out).run();
}

}  // namespace braid::checks
