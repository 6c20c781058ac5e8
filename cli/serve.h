#pragma once
#include <string>

#include "protocol/transport.h"

namespace CLI {
class App;
}

namespace braid::cli {

/// A command that serves one editor, on standard input and output or on a port of this machine: `serve` runs until the
/// client is gone and gives the exit status.
void add_server(CLI::App& app, const std::string& name, const std::string& description,
                int (*serve)(protocol::Transport&), int& status);

}  // namespace braid::cli
