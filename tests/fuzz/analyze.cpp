// A file, read as both languages. Everything there is to say about it lies inside of it: what the stages after the
// parser make of any text. The standard library is analyzed once, with the first input.
#include "analyzer/ide/file_diagnostics.h"
#include "tests/fuzz/laws.h"
#include "workspace/workspace.h"

using namespace braid;
using braid::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 1 << 13) return 0;
    static const std::unique_ptr<AnalysisHost> host = make_host();
    for (const char* path : {"/fuzz/main.altru", "/fuzz/main.velox"}) {
        FileId file = host->set_file(path, std::string(reinterpret_cast<const char*>(data), size));
        auto found = host->snapshot().get<FileDiagnostics>(file);
        require(bool(found));
        for (const Diagnostic& diagnostic : **found) {
            const TextRange& range = diagnostic.location.range;
            require(range.begin <= range.end && (diagnostic.location.file != file || range.end <= size));
            require(!diagnostic.message.empty());
        }
        host->remove_file(file);
    }
    return 0;
}
