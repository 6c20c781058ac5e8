#include <fmt/format.h>

#include "cli/description.h"

// Completion for the shells: the words are written into the scripts, so that a Tab starts no program of ours.
namespace braid::cli {
namespace {

std::string joined(const std::vector<std::string>& words, const char* separator = " ") {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : separator) + word;
    return out;
}

std::vector<std::string> option_words(const std::vector<OptionDescription>& options) {
    std::vector<std::string> out;
    for (const OptionDescription& option : options) out.insert(out.end(), option.names.begin(), option.names.end());
    return out;
}

/// The words that a value may be; `code` is one of a diagnostic.
const std::vector<std::string>& values_of(const OptionDescription& option, const std::vector<std::string>& codes) {
    return option.placeholder == "CODE" ? codes : option.choices;
}

// ---- bash ----

std::string bash_values(const OptionDescription& option, const std::vector<std::string>& codes) {
    const auto& values = values_of(option, codes);
    if (!values.empty()) return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", joined(values));
    return option.takes_file ? "_braid_files" : ":";
}

std::string bash_command(const CommandDescription& command, const std::vector<std::string>& codes) {
    std::string out = fmt::format("        {})\n", command.name);
    std::string cases;
    for (const OptionDescription& option : command.options)
        if (!option.placeholder.empty())
            cases += fmt::format("                {}) {}; return ;;\n", joined(option.names, " | "),
                                 bash_values(option, codes));
    if (!cases.empty()) out += "            case $prev in\n" + cases + "            esac\n";
    out += fmt::format(
        "            if [[ $cur == -* ]]; then\n"
        "                COMPREPLY=($(compgen -W '{}' -- \"$cur\"))\n"
        "                return\n"
        "            fi\n",
        joined(option_words(command.options)));
    if (command.positionals.size() == 1) {
        out += "            " + bash_values(command.positionals[0], codes) + "\n";
    } else if (!command.positionals.empty()) {
        out += "            case $((COMP_CWORD - at)) in\n";
        for (size_t i = 0; i < command.positionals.size(); ++i)
            out += fmt::format("                {}) {} ;;\n",
                               i + 1 == command.positionals.size() ? "*" : std::to_string(i + 1),
                               bash_values(command.positionals[i], codes));
        out += "            esac\n";
    }
    return out + "            ;;\n";
}

std::string bash_script(const ProgramDescription& program, const std::vector<std::string>& codes) {
    std::vector<std::string> commands = option_words(program.options);
    std::string cases;
    for (const CommandDescription& command : program.commands) {
        commands.push_back(command.name);
        cases += bash_command(command, codes);
    }
    return fmt::format(
        "# Completion of {0} for bash. Put it where bash-completion looks, or source it:\n"
        "#   braid completions bash > ~/.local/share/bash-completion/completions/braid\n"
        "_braid_files() {{\n"
        "    compopt -o filenames 2>/dev/null\n"
        "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
        "}}\n"
        "_braid() {{\n"
        "    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}} command= at\n"
        "    COMPREPLY=()\n"
        "    # `--format=json` is three words to bash.\n"
        "    if [[ $cur == = ]]; then\n"
        "        cur=\n"
        "    elif [[ $prev == = ]]; then\n"
        "        prev=${{COMP_WORDS[COMP_CWORD - 2]}}\n"
        "    fi\n"
        "    for ((at = 1; at < COMP_CWORD; at++)); do\n"
        "        if [[ ${{COMP_WORDS[at]}} != -* ]]; then\n"
        "            command=${{COMP_WORDS[at]}}\n"
        "            break\n"
        "        fi\n"
        "    done\n"
        "    case $command in\n"
        "        '') COMPREPLY=($(compgen -W '{1}' -- \"$cur\")) ;;\n"
        "{2}"
        "    esac\n"
        "}}\n"
        "complete -F _braid {0}\n",
        program.name, joined(commands), cases);
}

// ---- zsh ----

/// Within single quotes and the brackets of `_arguments`.
std::string zsh_quoted(const std::string& text) {
    std::string out;
    for (char c : text) {
        if (c == '\'') out += "'\\''";
        else if (c == '[' || c == ']' || c == ':' || c == '\\') out += std::string("\\") + c;
        else out += c;
    }
    return out;
}

std::string zsh_values(const OptionDescription& option, const std::vector<std::string>& codes) {
    const auto& values = values_of(option, codes);
    std::string message = option.placeholder.empty() ? "value" : zsh_quoted(option.placeholder);
    if (!values.empty()) return fmt::format(":{}:({})", message, joined(values));
    return fmt::format(":{}:{}", message, option.takes_file ? "_files" : " ");
}

std::string zsh_command(const CommandDescription& command, const std::vector<std::string>& codes) {
    std::string out = fmt::format("            {})\n                _arguments", command.name);
    for (const OptionDescription& option : command.options)
        for (const std::string& name : option.names)
            out += fmt::format(" \\\n                    '{}[{}]{}'",
                               name + (option.placeholder.empty() || !name.starts_with("--") ? "" : "="),
                               zsh_quoted(option.description),
                               option.placeholder.empty() ? "" : zsh_values(option, codes));
    for (size_t i = 0; i < command.positionals.size(); ++i)
        out += fmt::format(" \\\n                    '{}{}'",
                           i + 1 == command.positionals.size() ? "*" : std::to_string(i + 1),
                           zsh_values(command.positionals[i], codes));
    return out + "\n                ;;\n";
}

std::string zsh_script(const ProgramDescription& program, const std::vector<std::string>& codes) {
    std::string names, cases, options;
    for (const OptionDescription& option : program.options)
        for (const std::string& name : option.names)
            options += fmt::format(" \\\n        '{}[{}]'", name, zsh_quoted(option.description));
    for (const CommandDescription& command : program.commands) {
        names += fmt::format("        '{}:{}'\n", command.name, zsh_quoted(command.description));
        cases += zsh_command(command, codes);
    }
    return fmt::format(
        "#compdef {0}\n"
        "# Completion of {0} for zsh. Put it into a folder of $fpath, as _{0}.\n"
        "_{0}() {{\n"
        "    local context state state_descr line\n"
        "    typeset -A opt_args\n"
        "    local -a commands\n"
        "    commands=(\n{1}    )\n"
        "    _arguments -C{2} \\\n"
        "        '1:command:->command' \\\n"
        "        '*::argument:->arguments'\n"
        "    case $state in\n"
        "        command) _describe command commands ;;\n"
        "        arguments)\n"
        "            case $words[1] in\n{3}            esac\n"
        "            ;;\n"
        "    esac\n"
        "}}\n"
        "if [[ $funcstack[1] == _{0} ]]; then\n"
        "    _{0} \"$@\"\n"
        "else\n"
        "    compdef _{0} {0}\n"
        "fi\n",
        program.name, names, options, cases);
}

// ---- fish ----

std::string fish_quoted(const std::string& text) {
    std::string out = "'";
    for (char c : text) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "'";
}

std::string fish_option(const std::string& condition, const OptionDescription& option,
                        const std::vector<std::string>& codes) {
    std::string out = condition;
    for (const std::string& name : option.names)
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.placeholder.empty()) {
        const auto& values = values_of(option, codes);
        out += option.takes_file ? " -r -F" : " -x";
        if (!values.empty()) out += " -a " + fish_quoted(joined(values));
    }
    return out + " -d " + fish_quoted(option.description) + "\n";
}

std::string fish_script(const ProgramDescription& program, const std::vector<std::string>& codes) {
    std::string out = fmt::format(
        "# Completion of {0} for fish: braid completions fish > ~/.config/fish/completions/{0}.fish\n"
        "complete -c {0} -f\n",
        program.name);
    for (const OptionDescription& option : program.options)
        out += fish_option("complete -c " + program.name + " -n __fish_use_subcommand", option, codes);
    for (const CommandDescription& command : program.commands) {
        out += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", program.name, command.name,
                           fish_quoted(command.description));
        std::string condition =
            fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}'", program.name, command.name);
        for (const OptionDescription& option : command.options) out += fish_option(condition, option, codes);
        for (const OptionDescription& positional : command.positionals) {
            const auto& values = values_of(positional, codes);
            if (!values.empty()) out += condition + " -a " + fish_quoted(joined(values)) + "\n";
            else if (positional.takes_file) out += condition + " -F\n";
        }
    }
    return out;
}

}  // namespace

std::string completion_script(const ProgramDescription& program, const std::string& shell,
                              const std::vector<std::string>& codes) {
    if (shell == "bash") return bash_script(program, codes);
    if (shell == "zsh") return zsh_script(program, codes);
    if (shell == "fish") return fish_script(program, codes);
    return {};
}

}  // namespace braid::cli
