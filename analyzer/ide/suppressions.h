#pragma once
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/syntax/tree.h"

namespace braid {

/// What a program has to say about its own diagnostics: `[allow(code)]` on a declaration, and the comment
/// `braid-allow code: reason`, which is about its line, or, on a line of its own, about what follows it. Takes the
/// allowed ones away. With `complete` (these are all diagnostics of the file) it adds `unused-allow` for what took
/// nothing away. Errors of syntax stay: what an allow reaches over is not known in a text that does not parse.
void apply_suppressions(const SyntaxTree& tree, FileId file, bool complete, std::vector<Diagnostic>& diagnostics);

}  // namespace braid
