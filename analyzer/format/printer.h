#pragma once
#include <string>
#include <vector>

#include "analyzer/format/document.h"
#include "analyzer/format/options.h"

namespace braid::format {

/// A range of the source and where it stands in the output.
struct Anchor {
    uint32_t source_begin, source_end;
    uint32_t output_begin, output_end;
};

struct Printed {
    std::string text;
    std::vector<Anchor> anchors;
};

/// Lays the document out, in two passes over its operations and without recursion: time and memory are linear.
Printed print(Document& document, const Options& options);

}  // namespace braid::format
