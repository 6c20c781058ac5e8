#include "analyzer/checks/possible_loans.h"

#include <algorithm>

namespace braid::checks {

using namespace mir;

namespace {

/// Strongly connected components (Tarjan 1972), without recursion; the number of each region's.
std::vector<uint32_t> components(uint32_t count, const std::vector<uint32_t>& first, const std::vector<uint32_t>& to) {
    constexpr uint32_t kUnseen = 0xffffffff;
    std::vector<uint32_t> index(count, kUnseen), low(count, 0), component(count, kUnseen), stack;
    std::vector<std::pair<uint32_t, uint32_t>> work;  // a region and its next edge
    uint32_t next = 0, found = 0;
    auto enter = [&](uint32_t v) {
        index[v] = low[v] = next++;
        stack.push_back(v);
        work.emplace_back(v, first[v]);
    };
    for (uint32_t root = 0; root < count; ++root) {
        if (index[root] != kUnseen) continue;
        enter(root);
        while (!work.empty()) {
            uint32_t v = work.back().first;
            if (work.back().second < first[v + 1]) {
                uint32_t w = to[work.back().second++];
                if (index[w] == kUnseen) enter(w);
                else if (component[w] == kUnseen) low[v] = std::min(low[v], index[w]);
                continue;
            }
            work.pop_back();
            if (!work.empty()) low[work.back().first] = std::min(low[work.back().first], low[v]);
            if (low[v] != index[v]) continue;
            for (uint32_t w = kUnseen; w != v;) {
                w = stack.back();
                stack.pop_back();
                component[w] = found;
            }
            ++found;
        }
    }
    return component;
}

/// Sorted pairs as one list with where each first number's begin.
void index_pairs(std::vector<std::pair<uint32_t, uint32_t>> pairs, uint32_t count, std::vector<uint32_t>& first,
                 std::vector<uint32_t>& second) {
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    first.assign(count + 1, 0);
    second.clear();
    for (const auto& [a, b] : pairs) ++first[a + 1], second.push_back(b);
    for (uint32_t i = 0; i < count; ++i) first[i + 1] += first[i];
}

}  // namespace

PossibleLoans::PossibleLoans(const MirBody& body, Loans& loans)
    : loans_(loans), held_(body.locals.size()), waiting_(body.locals.size(), kNone) {
    find_components(flows(body));
    std::vector<std::pair<uint32_t, uint32_t>> made;
    position_.resize(loans.all().size());
    for (LoanId id = 0; id < loans.all().size(); ++id) {
        const Loan& loan = loans.all()[id];
        if (loan.held_by == kStatic) continue;
        made.emplace_back(component_[loans.regions().representative(loan.held_by)], id);
        if (loan.kind == BorrowKind::TwoPhase) waiting_[loan.holder] = id;
    }
    index_pairs(std::move(made), uint32_t(lives_.size()), first_loan_, loan_of_);
}

PossibleLoans::Edges PossibleLoans::flows(const MirBody& body) {
    Edges out;
    BodyRegions& regions = loans_.regions();
    auto note = [&](Region to, Region from) {
        to = regions.representative(to), from = regions.representative(from);
        if (to != from && to != kStatic && from != kStatic) out.emplace_back(to, from);
    };
    for (const Block& block : body.blocks) {
        for (const Statement& s : block.statements)
            if (auto* assign = std::get_if<Assign>(&s.kind)) regions.flow(*assign, note);
        regions.flow(block.terminator, note);
    }
    return out;
}

void PossibleLoans::find_components(const Edges& flows) {
    uint32_t count = loans_.regions().region_count();
    index_pairs(flows, count, first_from_, from_);
    component_ = components(count, first_from_, from_);
    Edges between;
    for (const auto& [to, from] : flows)
        if (component_[to] != component_[from]) between.emplace_back(component_[to], component_[from]);
    lives_.assign(count, 0);
    index_pairs(std::move(between), count, first_from_, from_);
}

void PossibleLoans::change(Local local, bool begins) {
    std::vector<uint32_t> work;
    loans_.regions().for_each_region(
        local, [&](Region region) { work.push_back(component_[loans_.regions().representative(region)]); });
    while (!work.empty()) {
        uint32_t at = work.back();
        work.pop_back();
        if (begins ? lives_[at]++ != 0 : --lives_[at] != 0) continue;
        for (uint32_t i = first_loan_[at]; i < first_loan_[at + 1]; ++i) put(loan_of_[i], begins);
        work.insert(work.end(), from_.begin() + ptrdiff_t(first_from_[at]),
                    from_.begin() + ptrdiff_t(first_from_[at + 1]));
    }
}

void PossibleLoans::put(LoanId id, bool held) {
    const Loan& loan = loans_.all()[id];
    for (size_t which = 0; which <= size_t(loan.is_mutable()); ++which) {
        std::vector<LoanId>& list = held_[loan.place.local][which];
        uint32_t& at = position_[id][which];
        if (held) {
            at = uint32_t(list.size());
            list.push_back(id);
        } else {
            position_[list.back()][which] = at;
            list[at] = list.back();
            list.pop_back();
        }
    }
}

}  // namespace braid::checks
