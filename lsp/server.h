#pragma once
#include <chrono>
#include <cstddef>
#include <string>

#include "protocol/message.h"
#include "protocol/transport.h"

namespace braid::lsp {

struct ServerOptions {
    std::string version = "0.1.0";
    std::size_t threads = 0;  ///< of the pool; 0: as many as the machine has, three at least
    protocol::Trace trace{};  ///< sees every message
    /// How long the checks may keep syntax, names and types waiting before these are published alone.
    std::chrono::milliseconds patience{150};
};

/// Serves one client until it says `exit` or the connection ends. The exit status LSP asks for: 0 after `shutdown`,
/// else 1.
int serve(protocol::Transport& transport, ServerOptions options = {});

}  // namespace braid::lsp
