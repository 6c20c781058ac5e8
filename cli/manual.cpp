#include <fmt/format.h>

#include "cli/command.h"
#include "cli/description.h"

// The manual page, in the macros of man(7).
namespace braid::cli {
namespace {

/// Text that roff takes as it is: no control lines, no escapes, hyphens that can be copied.
std::string roff(const std::string& text) {
    std::string out;
    for (char c : text) {
        if (c == '\\') out += "\\e";
        else if (c == '-') out += "\\-";
        else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += std::string("\\&") + c;
        else out += c;
    }
    return out;
}

std::string names_of(const OptionDescription& option) {
    std::string out;
    for (const std::string& name : option.names) out += (out.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
    if (option.names.empty()) return "\\fI" + roff(option.placeholder) + "\\fR";
    return option.placeholder.empty() ? out : out + " \\fI" + roff(option.placeholder) + "\\fR";
}

std::string entry(const OptionDescription& option) {
    std::string values;
    for (const std::string& choice : option.choices) values += (values.empty() ? ": " : ", ") + choice;
    return ".TP\n" + names_of(option) + "\n" + roff(option.description + values) + "\n";
}

std::string section(const CommandDescription& command) {
    std::string out = fmt::format(".SS braid {}", roff(command.name));
    for (const OptionDescription& each : command.positionals)
        out += each.is_required ? " " + roff(each.placeholder) : " [" + roff(each.placeholder) + "]";
    out += "\n" + roff(command.description) + ".\n";
    for (const OptionDescription& each : command.positionals) out += entry(each);
    for (const OptionDescription& each : command.options) out += entry(each);
    return out;
}

constexpr const char* kStatuses[][2] = {
    {"0", "fine"},
    {"1", "diagnostics with errors, failed tests, or the program returned Err or rejected"},
    {"2", "wrong usage or an unreadable file"},
    {"3", "deadlock"},
    {"101", "panic"},
    {"130", "interrupted"},
};

}  // namespace

std::string manual_page(const ProgramDescription& program) {
    std::string out = fmt::format(".TH BRAID 1 \"\" \"braid {}\" \"User Commands\"\n", kVersion);
    out += ".SH NAME\nbraid \\- " + roff(program.description) + "\n";
    out += ".SH SYNOPSIS\n.B braid\n\\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n.SH OPTIONS\n";
    for (const OptionDescription& each : program.options) out += entry(each);
    out += ".SH COMMANDS\n";
    for (const CommandDescription& command : program.commands) out += section(command);
    out += ".SH EXIT STATUS\n";
    for (const auto& [number, meaning] : kStatuses) out += fmt::format(".TP\n{}\n{}\n", number, roff(meaning));
    out +=
        ".SH ENVIRONMENT\n.TP\nNO_COLOR\nWhen set and not empty, output has no colours.\n"
        ".SH FILES\n.TP\nAltru.toml, Velox.toml\nThe manifest of a project.\n"
        ".TP\n\\&.editorconfig\nIndentation and line widths for the formatter.\n";
    return out;
}

}  // namespace braid::cli
