#include "analyzer/checks/result_sources.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "analyzer/checks/calls.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/bodies.h"

// The summary behind `let left = await this.available(sku)`: what was read in there is as old as the answer. A few
// rounds over the body without an order; what is made with `new` is something else.
namespace braid::checks {
namespace {

using namespace mir;
using MirPlace = braid::mir::Place;

constexpr size_t kMaxBlocks = 200, kMaxRounds = 4;

using Known = std::pair<uint32_t, std::string>;

class Flow {
  public:
    Flow(QueryContext& context, const MirBody& body)
        : context_(context), body_(body), from_(body.locals.size()), is_(body.locals.size(), 0) {
        for (uint32_t i = 0; i < body.parameter_count; ++i) is_[1 + i] = i + 1;
    }

    std::set<Known> run() {
        for (size_t round = 0; round < kMaxRounds && (changed_ || round == 0); ++round) {
            changed_ = false;
            for (const Block& block : body_.blocks) {
                for (const Statement& s : block.statements)
                    if (auto* assign = std::get_if<Assign>(&s.kind)) this->assign(*assign);
                if (auto* call = std::get_if<CallTerminator>(&block.terminator.kind)) this->call(*call);
                else if (auto* await = std::get_if<AwaitTerminator>(&block.terminator.kind))
                    add(await->destination, of(await->operand));
            }
        }
        return from_[0];
    }

  private:
    /// 1 + the parameter that a local is; 0: something else.
    uint32_t parameter(const Operand& operand) const {
        auto* place = read_place(operand);
        return place && place->is_local() ? is_[place->local] : 0;
    }

    std::set<Known> of(const Operand& operand) const {
        auto* place = read_place(operand);
        return place ? from_[place->local] : std::set<Known>();
    }

    void add(const MirPlace& to, const std::set<Known>& known) {
        if (!to.is_local()) return;
        for (const Known& each : known) changed_ |= from_[to.local].insert(each).second;
    }

    void assign(const Assign& assign) {
        if (!assign.place.is_local()) return;
        auto* use = std::get_if<Use>(&assign.value);
        auto* conversion = std::get_if<Conversion>(&assign.value);
        const Operand* same = use ? &use->operand : conversion ? &conversion->operand : nullptr;
        if (uint32_t which = same ? parameter(*same) : 0; which && is_[assign.place.local] != which)
            is_[assign.place.local] = which, changed_ = true;
        if (auto* property = std::get_if<PropertyOf>(&assign.value))
            if (uint32_t which = parameter(property->object))
                add(assign.place, {{which - 1, std::string(property->name.text())}});
        if (std::holds_alternative<ClosureOf>(assign.value)) return;
        for_each_operand(
            assign.value, [&](const Operand& o) { add(assign.place, of(o)); },
            [&](const MirPlace& place) { add(assign.place, from_[place.local]); });
    }

    void call(const CallTerminator& call) {
        if (call.is_new) return;
        for (const Operand& o : call.arguments) add(call.destination, of(o));
        const ItemId callee = called_function(call);
        if (callee == ItemId::None || is_std(file_of(callee))) return;
        for (const ResultSources::Source& source : *context_.get<ResultSources>(callee))
            if (source.parameter < call.arguments.size())
                if (uint32_t which = parameter(call.arguments[source.parameter]))
                    add(call.destination, {{which - 1, std::string(source.property.text())}});
    }

    QueryContext& context_;
    const MirBody& body_;
    std::vector<std::set<Known>> from_;
    std::vector<uint32_t> is_;
    bool changed_ = false;
};

}  // namespace

ResultSources::Value ResultSources::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) != ItemKind::Function) return {};
    auto signature = context.get<SignatureOf>(item);
    if (!signature->has_body || signature->is_native || context.get<BodyOf>(item)->has_errors) return {};
    auto bodies = context.get<BuiltMir>(item);
    const MirBody& body = bodies->functions[0];
    if (!body.errors_are_exceptions || body.is_generator || body.blocks.size() > kMaxBlocks) return {};
    Value out;
    for (const auto& [parameter, property] : Flow(context, body).run()) out.push_back({parameter, Name(property)});
    return out;
}

}  // namespace braid::checks
