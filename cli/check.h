#pragma once
#include <string>
#include <vector>

#include "cli/check_session.h"

// `braid check`, in pieces: check.cpp (one round and its report), check_watch.cpp, check_fix.cpp.
namespace braid::cli {

struct CheckOptions {
    std::vector<std::string> paths;
    std::string format = "text";
    std::string deny;
    std::string baseline;
    bool update_baseline = false;
    bool watch = false;
    bool fix = false;
    unsigned jobs = 0;  ///< 0: as many as there are processors
};

/// What one round came to.
struct CheckReport {
    int status = 0;
    std::string counts;  ///< "2 errors, 1 warning", "nothing to report"
};

/// Checks what the session holds and prints what there is to say.
CheckReport check_and_report(CheckSession& session, const CheckOptions& options);

/// Checks again whenever something changed, until a signal ends the program.
int check_and_watch(CheckSession& session, const CheckOptions& options);

/// Applies the fixes that leave no choice, in the session and then on disk. False: a file could not be written.
bool apply_fixes(CheckSession& session, const CheckOptions& options);

/// Of the diagnostics, those that the baseline of the options, if any, does not know; an error is a message.
tl::expected<std::vector<Diagnostic>, std::string> unknown_to_baseline(std::vector<Diagnostic> diagnostics,
                                                                       const CheckOptions& options);

}  // namespace braid::cli
