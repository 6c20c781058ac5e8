#pragma once
#include <unordered_map>

#include "interpreter/optimizer/graph.h"

namespace braid::optimizer {

/// Small functions whose calls are replaced by their code. A frame that is not made is still seen: the line table says
/// which call the code stands for (DebugInfo::inlined).
class Inliner {
  public:
    explicit Inliner(const bytecode::Program& program);
    void run(Graph& graph, bytecode::Function& function) const;

  private:
    std::unordered_map<const bytecode::Function*, Graph> small_;
};

}  // namespace braid::optimizer
