#pragma once
// The files of one language as names and types see them, and what the tests of each language do with them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/semantics/bodies.h"
#include "analyzer/semantics/language.h"
#include "analyzer/semantics/queries.h"
#include "analyzer/syntax/grammar.h"
#include "analyzer/syntax/tree.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"
#include "tests/support/sources.h"

namespace braid::test {

inline Position position_at(std::string_view text, uint32_t offset) {
    Position p;
    for (uint32_t i = 0; i < offset && i < text.size(); ++i) {
        if (text[i] == '\n') {
            ++p.line;
            p.column = 1;
        } else if ((text[i] & 0xc0) != 0x80) {
            ++p.column;
        }
    }
    return p;
}

/// Files of a language and its standard library in a database of their own; no I/O but reading the library.
class Workspace {
  public:
    explicit Workspace(const Language& language) : language_(language) {
        const Language* languages[] = {&language};
        register_languages(languages);
        std::string module(language.name);
        database_.write([&](InputWriter& writer) {
            for (const auto& path : sources({"stdlib/" + module}, language.file_extension)) {
                FileId file = files().intern("std:" + module + "/" + path.filename().string());
                writer.set<FileTree>(file, parse(text_of(path)), Durability::High);
                standard_.push_back(file);
            }
        });
        publish_files();
    }

    void set(const std::string& name, const std::string& text) {
        FileId file = own_file(name);
        if (std::find(own_.begin(), own_.end(), file) == own_.end()) own_.push_back(file);
        database_.set<FileTree>(file, parse(text));
        publish_files();
    }

    /// Of syntax, declarations and bodies; not of the checks.
    std::vector<FoundDiagnostic> diagnostics() { return diagnostics_of(own_); }
    std::vector<FoundDiagnostic> standard_library_diagnostics() { return diagnostics_of(standard_); }

    /// Dumps of all bodies of a file, in order.
    std::string dump(const std::string& name) {
        std::string out;
        auto done = database_.snapshot().run([&](QueryContext& context) {
            for (ItemId item : items_with_bodies(context, own_file(name)))
                out += dump_body(*context.get<BodyOf>(item)) + "\n";
        });
        return done ? out : "cancelled";
    }

    Database& database() { return database_; }

  private:
    static FileId own_file(const std::string& name) { return files().intern("/workspace/" + name); }

    SyntaxTreePtr parse(const std::string& text) const {
        return language_.grammar().parse(std::make_shared<const std::string>(text));
    }

    void publish_files() {
        std::vector<FileId> all = standard_;
        all.insert(all.end(), own_.begin(), own_.end());
        std::sort(all.begin(), all.end());
        database_.set<SourceFiles>(NoKey{}, all);
    }

    static std::string file_name(FileId file) { return std::filesystem::path(files().path(file)).filename().string(); }

    static Range range_of(QueryContext& context, const FileRange& place) {
        auto tree = *context.get<FileTree>(place.file);
        return {position_at(tree->text(), place.range.begin), position_at(tree->text(), place.range.end)};
    }

    static FoundDiagnostic found(QueryContext& context, const Diagnostic& d) {
        FoundDiagnostic out;
        out.file = file_name(d.location.file);
        out.range = range_of(context, d.location);
        out.severity = std::string(severity_name(d.severity));
        out.code = std::string(code_name(d.code));
        out.message = d.message;
        for (const auto& related : d.related)
            out.related.push_back(
                {file_name(related.location.file), range_of(context, related.location), related.message});
        return out;
    }

    std::vector<FoundDiagnostic> diagnostics_of(const std::vector<FileId>& wanted) {
        std::vector<FoundDiagnostic> result;
        auto done = database_.snapshot().run([&](QueryContext& context) {
            for (FileId file : wanted) {
                for (const SyntaxError& e : (*context.get<FileTree>(file))->errors()) {
                    Diagnostic d;
                    d.code = e.code;
                    d.severity = default_severity(e.code);
                    d.location = {file, e.range};
                    d.message = e.message;
                    result.push_back(found(context, d));
                }
                auto add = [&](const std::vector<ItemDiagnostic>& diagnostics) {
                    for (const ItemDiagnostic& d : diagnostics) result.push_back(found(context, render(context, d)));
                };
                for (const ItemEntry& entry : context.get<FileItems>(file)->entries)
                    if (entry.owns_syntax) add(*context.get<ItemDiagnosticsOf>(entry.item));
                for (ItemId item : items_with_bodies(context, file)) add(context.get<BodyOf>(item)->diagnostics);
            }
        });
        if (!done) result.push_back({"", {}, "error", "cancelled", "the run was cancelled", {}});
        return result;
    }

    const Language& language_;
    Database database_;
    std::vector<FileId> standard_, own_;
};

inline void check_fixture(const Language& language, const std::filesystem::path& path) {
    auto fixture = read_fixture(path);
    REQUIRE(fixture);
    Workspace workspace(language);
    if (updating() && fixture->steps.size() == 1 && fixture->steps[0].files.size() == 1) {
        const FixtureFile& file = fixture->steps[0].files[0];
        workspace.set(file.name, file.text);
        std::ofstream(path) << with_marks(file, workspace.diagnostics());
        return;
    }
    for (const FixtureStep& step : fixture->steps) {
        for (const FixtureFile& file : step.files) workspace.set(file.name, file.text);
        Subject subject;
        subject.diagnostics = workspace.diagnostics();
        for (const std::string& line : mismatches(step, subject)) FAIL_CHECK(line);
    }
}

inline void check_silent(const std::vector<FoundDiagnostic>& diagnostics) {
    for (const FoundDiagnostic& d : diagnostics)
        FAIL_CHECK(d.file << ":" << d.range.start.line << ": " << d.code << ": " << d.message);
}

inline void check_silent(const Language& language, const std::string& name, const std::string& text) {
    Workspace workspace(language);
    workspace.set(name, text);
    check_silent(workspace.diagnostics());
}

}  // namespace braid::test
