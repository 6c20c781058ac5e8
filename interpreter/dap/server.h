#pragma once
#include <string>

#include "protocol/message.h"
#include "protocol/transport.h"

namespace braid::dap {

struct ServerOptions {
    protocol::Trace trace{};  // sees every message
};

/// Debugs one program for one client, until it disconnects or the connection ends. 0, or 1 when the connection broke or
/// carried something that is no DAP.
int serve(protocol::Transport& transport, ServerOptions options = {});

}  // namespace braid::dap
