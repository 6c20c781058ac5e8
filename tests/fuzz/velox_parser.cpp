// A file and an edit (laws.h): the tree covers the text before and after, and the re-parse is the parse.
#include "analyzer/syntax/velox/velox.h"
#include "tests/fuzz/laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    braid::fuzz::parse_and_edit(braid::velox::grammar(), data, size);
    return 0;
}
