#pragma once
#include <string>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/semantics/place.h"

namespace braid {

/// A finding as severe as its code usually is.
inline ItemDiagnostic diagnostic(DiagnosticCode code, Place place, std::string message) {
    ItemDiagnostic out;
    out.code = code;
    out.severity = default_severity(code);
    out.location = place;
    out.message = std::move(message);
    return out;
}

}  // namespace braid
