#pragma once
#include <string>
#include <vector>

#include "analyzer/explore/machine.h"
#include "analyzer/semantics/item_diagnostic.h"

namespace braid::checks {

/// Of locks and actors: one at a time.
bool is_lock(explore::OpKind kind);
bool is_receive(explore::OpKind kind);
bool is_permit(explore::OpKind kind);
bool is_channel(explore::OpKind kind);

/// A state of the explorer in the words of the program: who is who, what each waits for, how it came to this.
class Story {
  public:
    Story(QueryContext& context, const explore::State& state) : context_(context), state_(state) {}

    std::string task_name(explore::TaskIndex task) const;

    /// The operand the innermost program frame hands to its call, as the program writes it.
    std::string written_name(explore::TaskIndex task, size_t argument = 0) const;

    /// The first operand of the call at a place: what a lock is called where it was taken.
    std::string name_at(Place place, explore::ObjectIndex index) const;

    std::string object_name(explore::ObjectIndex index, explore::TaskIndex task) const;

    /// `3. the task receives from `ch``
    std::string act(const explore::Step& step) const;

    std::string wait(explore::TaskIndex task) const;

    /// How it comes to this: tasks, locks that are held, and the steps that touched what is waited for.
    void tell(ItemDiagnostic& d, const std::vector<explore::TaskIndex>& waiting, bool with_steps) const;

    void steps(std::vector<ItemDiagnostic::Related>& story, const std::vector<explore::TaskIndex>& waiting) const;

  private:
    std::string called_function_of(explore::TaskIndex task) const;
    std::string name_of_place(const mir::MirBody& body, const mir::Block& block, const mir::Place& place) const;

    void call_path(std::vector<ItemDiagnostic::Related>& story, explore::TaskIndex task) const;

    QueryContext& context_;
    const explore::State& state_;
};

}  // namespace braid::checks
