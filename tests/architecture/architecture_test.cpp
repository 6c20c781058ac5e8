// The sentences of docs/architecture.md that a program can check.
#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>

#include "tests/architecture/sources.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

const std::vector<SourceFile>& all_sources() {
    static const std::vector<SourceFile> files = sources(BRAID_SOURCE_DIR);
    return files;
}

const FolderTable& table() {
    static const FolderTable parsed =
        FolderTable::parse(*read_file(fs::path(BRAID_SOURCE_DIR) / "cmake/folders.cmake"));
    return parsed;
}

bool starts_with(const std::string& text, const std::string& prefix) {
    return text.compare(0, prefix.size(), prefix) == 0;
}

bool has_ending(const std::string& path, std::initializer_list<const char*> endings) {
    std::string ending = fs::path(path).extension().string();
    return std::any_of(endings.begin(), endings.end(), [&](const char* each) { return ending == each; });
}

bool is_cpp(const std::string& path) { return has_ending(path, {".cpp", ".h", ".def", ".inc"}); }

std::vector<Include> all_includes() {
    std::vector<Include> result;
    for (const SourceFile& file : all_sources()) {
        if (!is_cpp(file.path)) continue;
        auto more = includes_of(file.path, file.text);
        result.insert(result.end(), more.begin(), more.end());
    }
    return result;
}

/// Fails with one line for each of the problems.
void expect_none(const std::vector<std::string>& problems) {
    std::string message;
    for (const std::string& each : problems) message += "\n  " + each;
    if (!problems.empty()) FAIL(message);
    SUCCEED();
}

std::string place(const Include& include) {
    return include.file + ":" + std::to_string(include.line) + ": " + include.target;
}

TEST_CASE("a folder includes only what cmake/folders.cmake lets it depend on") {
    REQUIRE(table().libraries().size() > 20);
    expect_none(forbidden_includes(table(), all_includes()));
}

TEST_CASE("the arrows of cmake/folders.cmake point one way: analyzer, interpreter, servers") {
    std::vector<std::string> problems;
    for (const Library& library : table().libraries()) {
        bool analyzer = starts_with(library.folder, "analyzer/") || library.folder == "stdlib";
        bool interpreter = starts_with(library.folder, "interpreter/") && library.folder != "interpreter/dap";
        for (const std::string& folder : table().reachable_folders(library)) {
            bool server = folder == "protocol" || folder == "lsp" || folder == "interpreter/dap" || folder == "cli";
            if ((analyzer || interpreter) && server) problems.push_back(library.folder + " reaches " + folder);
            if (analyzer && starts_with(folder, "interpreter/"))
                problems.push_back(library.folder + " reaches " + folder);
            if (folder == "cli") problems.push_back(library.folder + " reaches cli");
        }
    }
    expect_none(problems);
}

TEST_CASE("the analyzer does no I/O and prints nothing") {
    static const std::set<std::string> headers{"fstream",      "iostream",   "cstdio",     "stdio.h",    "filesystem",
                                               "unistd.h",     "fcntl.h",    "print",      "syncstream", "fmt/os.h",
                                               "sys/socket.h", "sys/stat.h", "sys/mman.h", "uv.h"};
    static const std::regex calls(
        R"((\bf?printf\s*\(|\bputs\s*\(|\bfopen\s*\(|\bstd::c(out|err|log)\b|\bfmt::print\b|\bgetenv\s*\())");
    std::vector<std::string> problems;
    for (const Include& include : all_includes()) {
        bool forbidden = !include.quoted && headers.count(include.target) != 0;
        if (starts_with(include.file, "analyzer/") && forbidden) problems.push_back(place(include));
    }
    for (const SourceFile& file : all_sources()) {
        std::smatch match;
        if (!starts_with(file.path, "analyzer/") || !is_cpp(file.path)) continue;
        std::string code = code_only(file.text);
        if (std::regex_search(code, match, calls)) problems.push_back(file.path + ": " + match.str());
    }
    expect_none(problems);
}

TEST_CASE("only the servers speak the protocols' JSON; its header stays out of other headers") {
    std::vector<std::string> problems;
    for (const Include& include : all_includes()) {
        if (!starts_with(include.target, "nlohmann/")) continue;
        bool server = starts_with(include.file, "protocol/") || starts_with(include.file, "lsp/") ||
                      starts_with(include.file, "interpreter/dap/");
        bool interpreter = starts_with(include.file, "interpreter/");
        // The natives of std::json and http are about JSON as data, not as a protocol.
        bool natives = starts_with(include.file, "interpreter/natives/");
        bool header = has_ending(include.file, {".h"}) && !starts_with(include.file, "tests/");
        if (!server && ((interpreter && !natives) || header)) problems.push_back(place(include));
    }
    expect_none(problems);
}

TEST_CASE("every folder says what it is for") {
    std::set<std::string> folders{"cli", "tests", "bench", "docs", "examples", "stdlib", "vscode-extension"};
    for (const Library& library : table().libraries()) folders.insert(library.folder);
    std::vector<std::string> problems;
    for (const std::string& folder : folders) {
        if (!fs::exists(fs::path(BRAID_SOURCE_DIR) / folder / "README.md"))
            problems.push_back(folder + " has no README.md");
    }
    expect_none(problems);
}

TEST_CASE("a file has one subject: no source is longer than 600 lines") {
    std::vector<std::string> problems;
    for (const SourceFile& file : all_sources()) {
        bool source =
            is_cpp(file.path) || has_ending(file.path, {".cmake", ".sh", ".ts", ".mjs", ".py", ".lua", ".el"});
        auto lines = std::count(file.text.begin(), file.text.end(), '\n');
        if (source && lines > 600) problems.push_back(file.path + " has " + std::to_string(lines) + " lines");
    }
    expect_none(problems);
}

TEST_CASE("headers are guarded and included from the root") {
    std::vector<std::string> problems;
    for (const SourceFile& file : all_sources()) {
        if (has_ending(file.path, {".h"}) && file.text.find("#pragma once") == std::string::npos) {
            problems.push_back(file.path + " lacks #pragma once");
        }
    }
    for (const Include& include : all_includes()) {
        bool generated = has_ending(include.target, {".inc"});
        bool rooted = include.target.find('/') != std::string::npos;
        if (include.quoted && !rooted && !generated) problems.push_back(place(include));
    }
    expect_none(problems);
}

TEST_CASE("nothing names a place on the machine it was written on") {
    // Taken apart, so that this file does not find itself.
    static const std::vector<std::string> paths{std::string("/wo") + "rk/", std::string(".libr") + "ary/",
                                                std::string("shared/") + "design", std::string("/ro") + "ot/",
                                                std::string("/home") + "/"};
    std::vector<std::string> problems;
    for (const SourceFile& file : all_sources()) {
        for (const std::string& path : paths) {
            size_t at = file.text.find(path);
            bool inside_a_word = at != std::string::npos && at > 0 && path.front() == '/' &&
                                 (std::isalnum(static_cast<unsigned char>(file.text[at - 1])) != 0 ||
                                  file.text[at - 1] == '.' || file.text[at - 1] == '}');
            if (at != std::string::npos && !inside_a_word) problems.push_back(file.path + " mentions " + path);
        }
    }
    expect_none(problems);
}

TEST_CASE("the checks can fail") {
    FolderTable small = FolderTable::parse(
        "# a comment\n"
        "braid_library(text a/text)\n"
        "braid_library(tree a/tree DEPENDS text LINK fmt::fmt)\n"
        "braid_library(names a/names DEPENDS tree)\n"
        "braid_library(vm i/vm)\n");
    auto problems = [&](const std::string& file, const std::string& text) {
        return forbidden_includes(small, includes_of(file, text)).size();
    };
    CHECK(problems("a/names/x.cpp", "#include \"a/text/t.h\"\n#include \"a/names/n.h\"\n#include <vector>\n") == 0);
    CHECK(problems("a/text/x.cpp", "#include \"a/tree/t.h\"\n") == 1);
    CHECK(problems("a/names/x.cpp", "  #  include \"i/vm/vm.h\"\n") == 1);
    CHECK(problems("a/names/x.cpp", "#include \"elsewhere/vm.h\"\n") == 1);
    CHECK(problems("cli/x.cpp", "#include \"i/vm/vm.h\"\n") == 0);
    CHECK(code_only("a /* printf( */ b // printf(\n\"printf(\" 'x' R\"q(printf()q\" 1'000 c").find("printf") ==
          std::string::npos);
    CHECK(code_only("x = \"\\\"\"; printf()").find("printf") != std::string::npos);
}

}  // namespace
}  // namespace braid::test
