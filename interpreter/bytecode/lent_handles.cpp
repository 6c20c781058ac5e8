#include "interpreter/bytecode/lent_handles.h"

#include <algorithm>

#include "analyzer/flow/mir_walk.h"

namespace braid::bytecode {

namespace {

/// What a `for` over a list says of the element it is at.
bool is_walked_over(const mir::MirBody& body, const mir::Place& place) {
    return std::any_of(body.blocks.begin(), body.blocks.end(), [&](const mir::Block& block) {
        return std::any_of(block.statements.begin(), block.statements.end(), [&](const mir::Statement& statement) {
            auto* read = std::get_if<mir::FakeRead>(&statement.kind);
            return read && read->place == place;
        });
    });
}

class Candidates {
  public:
    explicit Candidates(std::vector<bool> handles) : lent_(std::move(handles)), made_(lent_.size()) {}

    void look(const mir::MirBody& body) {
        auto given = [this](const mir::Operand& operand) {
            if (const mir::Place* place = mir::moved_place(operand)) refuse(place->local);
        };
        for (const mir::Block& block : body.blocks) {
            for (const mir::Statement& statement : block.statements) {
                mir::for_each_operand(statement, given, [](const mir::Place&) {});
                if (auto* assign = std::get_if<mir::Assign>(&statement.kind)) note(body, *assign);
            }
            mir::for_each_operand(block.terminator, given);
            if (auto* select = std::get_if<mir::SelectTerminator>(&block.terminator.kind))
                for (const mir::SelectArm& arm : select->arms) given(arm.value);
            mir::for_each_successor(block.terminator, [this](mir::BlockId, const mir::Place* written) {
                if (written) refuse(written->local);
            });
        }
        for (size_t local = 0; local < lent_.size(); ++local) lent_[local] = lent_[local] && made_[local];
    }
    std::vector<bool> take() { return std::move(lent_); }

  private:
    void refuse(mir::Local local) { lent_[local] = false; }

    void note(const mir::MirBody& body, const mir::Assign& assign) {
        mir::Local local = assign.place.local;
        if (!lent_[local]) return;
        auto* use = std::get_if<mir::Use>(&assign.value);
        auto* copy = use ? std::get_if<mir::Copy>(&use->operand) : nullptr;
        if (made_[local] || !assign.place.is_local() || !copy || !is_walked_over(body, copy->place)) refuse(local);
        made_[local] = true;
    }

    std::vector<bool> lent_, made_;
};

}  // namespace

std::vector<bool> lent_handles(const mir::MirBody& body, std::vector<bool> handles) {
    if (std::find(handles.begin(), handles.end(), true) == handles.end()) return handles;
    Candidates candidates(std::move(handles));
    candidates.look(body);
    return candidates.take();
}

}  // namespace braid::bytecode
