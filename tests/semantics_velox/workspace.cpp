#include "tests/semantics_velox/workspace.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/semantics/velox/language.h"
#include "analyzer/syntax/tree.h"

namespace braid::test {
namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

SyntaxTreePtr parse(const std::string& text) {
    return velox_semantics::language.grammar().parse(std::make_shared<const std::string>(text));
}

Position position(std::string_view text, uint32_t offset) {
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

Range range_of(std::string_view text, TextRange range) {
    return {position(text, range.begin), position(text, range.end)};
}

bool has_body(ItemKind kind) {
    switch (kind) {
        case ItemKind::File:
        case ItemKind::Function:
        case ItemKind::Static:
        case ItemKind::Class: return true;
        default: return false;
    }
}

}  // namespace

Workspace::Workspace() {
    const Language* languages[] = {&velox_semantics::language};
    register_languages(languages);
    database_.write([&](InputWriter& writer) {
        for (const auto& entry :
             std::filesystem::directory_iterator(std::filesystem::path(BRAID_SOURCE_DIR) / "stdlib/velox")) {
            if (entry.path().extension() != ".velox") continue;
            FileId file = files().intern("std:velox/" + entry.path().filename().string());
            writer.set<FileTree>(file, parse(read(entry.path())), Durability::High);
            standard_.push_back(file);
        }
    });
    publish_files();
}

void Workspace::publish_files() {
    std::vector<FileId> all = standard_;
    all.insert(all.end(), own_.begin(), own_.end());
    std::sort(all.begin(), all.end());
    database_.set<SourceFiles>(NoKey{}, all);
}

void Workspace::set(const std::string& name, const std::string& text) {
    FileId file = files().intern("/workspace/" + name);
    if (std::find(own_.begin(), own_.end(), file) == own_.end()) own_.push_back(file);
    database_.set<FileTree>(file, parse(text));
    publish_files();
}

std::vector<FoundDiagnostic> Workspace::diagnostics() { return diagnostics_of(own_); }
std::vector<FoundDiagnostic> Workspace::standard_library_diagnostics() { return diagnostics_of(standard_); }

std::vector<FoundDiagnostic> Workspace::diagnostics_of(const std::vector<FileId>& wanted) {
    std::vector<FoundDiagnostic> found;
    auto text_of = [](QueryContext& context, FileId file) {
        return std::string((*context.get<FileTree>(file))->text());
    };
    auto add = [&](QueryContext& context, const Diagnostic& d) {
        FoundDiagnostic out;
        std::string name = files().path(d.location.file);
        out.file = name.substr(name.rfind('/') + 1);
        out.range = range_of(text_of(context, d.location.file), d.location.range);
        out.severity = std::string(severity_name(d.severity));
        out.code = std::string(code_name(d.code));
        out.message = d.message;
        for (const auto& related : d.related) {
            std::string path = files().path(related.location.file);
            out.related.push_back({path.substr(path.rfind('/') + 1),
                                   range_of(text_of(context, related.location.file), related.location.range),
                                   related.message});
        }
        found.push_back(std::move(out));
    };
    auto done = database_.snapshot().run([&](QueryContext& context) {
        for (FileId file : wanted) {
            for (const SyntaxError& e : (*context.get<FileTree>(file))->errors()) {
                Diagnostic d;
                d.code = e.code;
                d.severity = default_severity(e.code);
                d.location = {file, e.range};
                d.message = e.message;
                add(context, d);
            }
            for (const ItemEntry& entry : context.get<FileItems>(file)->entries) {
                if (!entry.owns_syntax) continue;
                for (const ItemDiagnostic& d : *context.get<ItemDiagnosticsOf>(entry.item))
                    add(context, render(context, d));
                if (!has_body(kind_of(entry.item))) continue;
                for (const ItemDiagnostic& d : context.get<BodyOf>(entry.item)->diagnostics)
                    add(context, render(context, d));
            }
        }
    });
    if (!done) found.push_back({"", {}, "error", "cancelled", "the run was cancelled", {}});
    return found;
}

std::string Workspace::dump(const std::string& name) {
    std::string out;
    FileId file = files().intern("/workspace/" + name);
    auto done = database_.snapshot().run([&](QueryContext& context) {
        for (const ItemEntry& entry : context.get<FileItems>(file)->entries)
            if (entry.owns_syntax && has_body(kind_of(entry.item)))
                out += dump_body(*context.get<BodyOf>(entry.item)) + "\n";
    });
    return done ? out : "cancelled";
}

}  // namespace braid::test
