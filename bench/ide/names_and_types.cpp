// Names and types of the files of a folder, on one thread: what `./dev bench ide` divides by the lines.
#include <sys/resource.h>

#include <fmt/format.h>

#include "analyzer/ide/file_diagnostics.h"
#include "workspace/workspace.h"

namespace {

double seconds(const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; }

}  // namespace

int main(int count, char** arguments) {
    using namespace braid;
    auto paths = find_sources(count > 1 ? arguments[1] : ".");
    if (!paths) return fmt::print(stderr, "{}\n", paths.error()), 2;
    auto host = make_host();
    for (const std::string& path : *paths)
        if (auto file = read_into(*host, path); !file) return fmt::print(stderr, "{}\n", file.error()), 2;
    size_t diagnostics = 0;
    for (FileId file : host->workspace_files()) {
        auto answer =
            host->snapshot().run([&](QueryContext& context) { return context.get<FastDiagnostics>(file)->size(); });
        if (answer) diagnostics += *answer;
    }
    rusage used;
    getrusage(RUSAGE_SELF, &used);
    fmt::print("{{\"cpu\": {:.3f}, \"megabytes\": {}, \"diagnostics\": {}}}\n",
               seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss / 1024, diagnostics);
    return 0;
}
