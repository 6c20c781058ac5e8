#pragma once
#include "analyzer/checks/body_context.h"
#include "analyzer/semantics/item_diagnostic.h"

namespace braid::checks {

/// What a check of one typed body works with. A check derives from it, has `run()`, and is run by `check_body`.
class BodyCheck {
  public:
    BodyCheck(QueryContext& context, ItemId item, const Body& body, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), inside_(body), out_(out) {}

  protected:
    QueryContext& context_;
    ItemId item_;
    const Body& body_;
    BodyContext inside_;
    std::vector<ItemDiagnostic>& out_;
};

template <typename Check>
void check_body(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto body = context.get<BodyOf>(item);
    Check(context, item, *body, out).run();
}

}  // namespace braid::checks
