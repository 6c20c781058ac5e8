#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace braid::cli {

/// What may be typed, as the declarations of the commands have it; shell completions and the manual page are made of
/// it.
struct OptionDescription {
    std::vector<std::string> names;  ///< "-j", "--jobs"; none for what is told by its position
    std::string placeholder;         ///< of the value: "FORMAT"; empty for a flag
    std::string description;
    std::vector<std::string> choices;  ///< the values it may have; empty: any
    bool is_required = false;
    bool takes_file = false;
};
struct CommandDescription {
    std::string name, description;
    std::vector<OptionDescription> options;  ///< in the order of their declaration
    std::vector<OptionDescription> positionals;
};
struct ProgramDescription {
    std::string name, description;
    std::vector<OptionDescription> options;
    std::vector<CommandDescription> commands;
};
ProgramDescription describe(const CLI::App& app);

/// A script for a shell; empty when there is none for it. `codes` completes the argument of `explain`.
std::string completion_script(const ProgramDescription&, const std::string& shell,
                              const std::vector<std::string>& codes);
/// The manual page, for man.
std::string manual_page(const ProgramDescription&);

}  // namespace braid::cli
