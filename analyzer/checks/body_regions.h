#pragma once
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "analyzer/checks/regions.h"

/// The regions of one function's locals, and what flows between them in each statement.
namespace braid::checks {

/// `to` holds from then on what `from` does. `from` kStatic: nothing flows.
using RegionFlow = std::function<void(Region to, Region from)>;

class BodyRegions {
  public:
    BodyRegions(RegionsOfTypes& types, const mir::MirBody& body);

    View view(const mir::Place&);
    View view(const mir::Operand&);
    View view(mir::Local local) const { return {body_.locals[local].type, regions_of(local)}; }
    std::vector<Region> regions_of(mir::Local) const;
    template <typename F>
    void for_each_region(mir::Local local, F&& f) const {
        for (Region r = first_[local]; r != 0 && r < owner_.size() && owner_[r] == local; ++r) f(r);
    }
    bool is_tracked(mir::Local local) const { return first_[local] != 0; }
    uint32_t region_count() const { return uint32_t(owner_.size()); }

    /// The index by which a loop walks over a list, where the statement says so: it holds a loan of the list.
    static std::optional<mir::Local> walked_by(const mir::Statement&);
    bool is_walk(mir::Local index) const { return walks_.count(index) != 0; }

    /// Regions that name one thing: what is put into it through one name is found through the others.
    Region representative(Region);

    void flow(const View& to, const View& from, const RegionFlow&);
    void flow(const mir::Assign&, const RegionFlow&);
    void flow(const mir::CallTerminator&, const RegionFlow&);
    void flow(const mir::Terminator&, const RegionFlow&);
    /// The references that a borrowed place goes through and that the new one must not outlive, innermost first.
    std::vector<Region> lenders(const mir::Place&);

  private:
    void unite_all();
    void unite(Region a, Region b);
    void unite_shared(const View& to, const View& from);
    void all_to_all(const View& to, const View& from, const RegionFlow&);

    RegionsOfTypes& types_;
    const mir::MirBody& body_;
    std::vector<Region> first_;  // by local; 0: it holds no borrows
    std::vector<mir::Local> owner_;
    std::vector<Region> parent_;
    std::set<mir::Local> walks_;
};

}  // namespace braid::checks
