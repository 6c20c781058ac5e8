#include "cli/description.h"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace braid::cli {
namespace {

/// `TEXT:{text,json}` names the values there are.
std::vector<std::string> choices_of(const std::string& type) {
    std::vector<std::string> out;
    size_t open = type.find('{'), close = type.find('}');
    if (open == std::string::npos || close == std::string::npos) return out;
    for (size_t at = open + 1; at < close;) {
        size_t end = std::min(type.find(',', at), close);
        out.push_back(type.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c == '-' ? '_' : char(toupper(c)); });
    return text;
}

/// What is asked for by these words is a place in the file system.
bool names_file(const std::string& name) {
    return name == "path" || name == "file" || name == "baseline" || name == "arguments";
}

OptionDescription describe(const CLI::Option& option) {
    OptionDescription out;
    for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
    out.description = option.get_description();
    out.choices = choices_of(option.get_type_name());
    out.is_required = option.get_required();
    std::string name = option.get_positional() && out.names.empty() ? option.get_name(true)
                       : option.get_lnames().empty()                ? std::string()
                                                                    : option.get_lnames().front();
    bool is_flag = !out.names.empty() && option.get_items_expected_max() == 0;
    if (!is_flag) out.placeholder = upper(name);
    out.takes_file = !is_flag && out.choices.empty() && names_file(name);
    return out;
}

void add_options(const CLI::App& app, std::vector<OptionDescription>& options,
                 std::vector<OptionDescription>* positionals) {
    for (const CLI::Option* option : app.get_options()) {
        OptionDescription described = describe(*option);
        if (!described.names.empty()) options.push_back(std::move(described));
        else if (positionals) positionals->push_back(std::move(described));
    }
}

}  // namespace

ProgramDescription describe(const CLI::App& app) {
    ProgramDescription out{app.get_name(), app.get_description(), {}, {}};
    add_options(app, out.options, nullptr);
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        CommandDescription described{command->get_name(), command->get_description(), {}, {}};
        add_options(*command, described.options, &described.positionals);
        out.commands.push_back(std::move(described));
    }
    return out;
}

}  // namespace braid::cli
