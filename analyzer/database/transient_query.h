#pragma once
#include "analyzer/database/query.h"

namespace braid {
namespace detail {
void declare_transient(const QueryType& type);
bool is_transient(const QueryType& type);
}  // namespace detail

/// Stands beside the definition of a query whose values are large and soon made again: only those asked for lately are
/// kept.
///
///     const TransientQuery<BuiltMir> kBuiltMirIsTransient;
///
/// An `equal` of such a query says false: the old value may be gone when there is a new one.
template <QueryDeclaration Q>
struct TransientQuery {
    TransientQuery() { detail::declare_transient(detail::Erased<Q>::type); }
};

}  // namespace braid
