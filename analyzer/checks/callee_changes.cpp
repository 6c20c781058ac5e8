#include "analyzer/checks/callee_changes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "analyzer/checks/effects.h"

namespace braid::checks {
namespace {

using namespace hir;
using How = ChangesOf::How;

constexpr size_t kMaxExpressions = 2000;

class Changes {
  public:
    Changes(QueryContext& context, const Body& body) : context_(context), body_(body), inside_(body) {}

    ChangesOf::Value run() {
        ExprId waited = ExprId::None;
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            const ExprId id{i};
            if (inside_.function(id) != BodyFunctionId(0)) continue;
            const bool waits = waited != ExprId::None;
            if (body_.as<Await>(id)) waited = id;
            branches_ |= body_.as<If>(id) || body_.as<Match>(id) || body_.as<Loop>(id);
            if (auto* assign = body_.as<Assign>(id)) changed(assign->place, How::Set, waits);
            else if (auto* compound = body_.as<CompoundAssign>(id)) changed(compound->place, How::Step, waits);
            else if (auto* step = body_.as<Increment>(id)) changed(step->place, How::Step, waits);
            else if (auto* call = body_.as<Call>(id)) called(*call, waits);
        }
        look();
        // It looks at the object and decides: at a version, at whether it is open.
        std::erase_if(out_, [&](const auto& change) {
            return branches_ && std::any_of(looked_.begin(), looked_.end(),
                                            [&](const auto& looked) { return looked.first == change.parameter; });
        });
        for (auto& change : out_)
            if (looked_.count({change.parameter, change.property.text()})) change.how = How::Step;
        return std::move(out_);
    }

  private:
    std::optional<uint32_t> parameter(ExprId value) const {
        auto* local = body_.as<LocalRef>(unconverted(body_, value));
        if (!local || body_[local->local].is_reassigned) return std::nullopt;
        const auto& parameters = body_.functions[0].parameters;
        auto it = std::find(parameters.begin(), parameters.end(), local->local);
        if (it == parameters.end()) return std::nullopt;
        return uint32_t(it - parameters.begin());
    }

    void changed(ExprId place, How how, bool waits) {
        for (place = unconverted(body_, place); auto* index = body_.as<Index>(place);) {
            place = unconverted(body_, index->base);
            how = How::Change;
        }
        auto* property = body_.as<Property>(place);
        auto which = property ? parameter(property->base) : std::nullopt;
        if (!which) return;
        targets_.insert(place);
        add({*which, property->name,
             property_key(context_, body_[unconverted(body_, property->base)].type, property->name), how, waits});
    }

    void called(const Call& call, bool waits) {
        if (is_mutator(call) && !call.arguments.empty()) {
            // What is gone already can be deleted once more; who takes something out sees what it gets.
            static const std::set<std::string_view> kTake = {"delete", "clear", "pop", "shift", "splice", "dequeue"};
            if (!kTake.count(called_name(call))) changed(call.arguments[0], How::Change, waits);
            else targets_.insert(unconverted(body_, call.arguments[0]));
            return;
        }
        const ItemId callee = called_item(call);
        if (callee == ItemId::None || is_std(file_of(callee)) || kind_of(callee) != ItemKind::Function) return;
        for (ChangesOf::Change change : *context_.get<ChangesOf>(callee)) {
            auto which =
                change.parameter < call.arguments.size() ? parameter(call.arguments[change.parameter]) : std::nullopt;
            if (!which) continue;
            change.parameter = *which;
            change.waits_before |= waits;
            add(std::move(change));
        }
    }

    void add(ChangesOf::Change change) {
        for (const auto& known : out_)
            if (known.parameter == change.parameter && known.property == change.property) return;
        out_.push_back(std::move(change));
    }

    /// What is read beside the changes themselves.
    void look() {
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            auto* property = body_.as<Property>(ExprId(i));
            if (!property || targets_.count(ExprId(i)) || inside_.function(ExprId(i)) == BodyFunctionId::None) continue;
            if (auto which = parameter(property->base)) looked_.emplace(*which, property->name.text());
        }
    }

    QueryContext& context_;
    const Body& body_;
    BodyContext inside_;
    ChangesOf::Value out_;
    std::set<ExprId> targets_;
    std::set<std::pair<uint32_t, std::string_view>> looked_;
    bool branches_ = false;
};

/// The properties of a class whose values are made for each object.
struct PartsOf {
    using Key = ItemId;
    using Value = std::vector<Name>;
    static constexpr const char* name = "parts_of";
    static Value compute(QueryContext& context, const Key& item) {
        std::map<std::string_view, std::pair<Name, bool>> found;
        auto look = [&](ItemId from) {
            auto body = context.get<BodyOf>(from);
            for (const Expr& e : body->expressions) {
                auto* assign = std::get_if<Assign>(&e.data);
                auto* property = assign ? body->as<Property>(assign->place) : nullptr;
                if (!property) continue;
                const ExprId value = unconverted(*body, assign->value);
                const bool made = body->as<New>(value) || body->as<Aggregate>(value);
                auto [it, is_new] = found.emplace(property->name.text(), std::pair(property->name, made));
                it->second.second &= made;
            }
        };
        look(item);
        for (ItemId method : context.get<DefinitionOf>(item)->methods)
            if (context.get<SignatureOf>(method)->has_body) look(method);
        Value out;
        for (const auto& [text, part] : found)
            if (part.second) out.push_back(part.first);
        return out;
    }
};

}  // namespace

ChangesOf::Value ChangesOf::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) != ItemKind::Function || is_std(file_of(item))) return {};
    auto signature = context.get<SignatureOf>(item);
    if (!signature->has_body || signature->is_native || signature->is_constructor) return {};
    auto body = context.get<BodyOf>(item);
    if (body->has_errors || body->functions.empty() || body->expressions.size() > kMaxExpressions) return {};
    return Changes(context, *body).run();
}

bool is_part(QueryContext& context, const StateKey& holder) {
    if (holder.owner == ItemId::None || holder.property.empty() || kind_of(holder.owner) != ItemKind::Class)
        return false;
    auto parts = context.get<PartsOf>(holder.owner);
    return std::find(parts->begin(), parts->end(), holder.property) != parts->end();
}

}  // namespace braid::checks
