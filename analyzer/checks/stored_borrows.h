#pragma once
#include <vector>

#include "analyzer/flow/queries.h"

namespace braid::checks {

/// Summary of a function: which parameters' borrows it puts into what another parameter refers to.
///
///     fn add(&mut self, job: &Job): self.jobs.push(job)      # `job` is borrowed for as long as `self` is used
///
/// Signatures do not say so, as lifetimes are inferred; callers ask. Found as the body is written, with the calls in it
/// taken by their signatures alone.
struct StoredBorrows {
    using Key = ItemId;
    struct Stored {
        uint32_t to = 0, region = 0;  ///< the parameter, the receiver first; which region of its type
        uint32_t regions = 0;         ///< how many the type has
        uint32_t from = 0;            ///< the parameter whose borrow it is
        friend bool operator==(const Stored&, const Stored&) = default;
    };
    using Value = std::vector<Stored>;
    static constexpr const char* name = "stored_borrows";
    static Value compute(QueryContext&, const Key&);
};

}  // namespace braid::checks
