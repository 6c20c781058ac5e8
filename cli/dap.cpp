#include "cli/command.h"
#include "cli/serve.h"
#include "interpreter/dap/server.h"

namespace braid::cli {

void add_dap(CLI::App& app, int& status) {
    add_server(
        app, "dap", "Serve an editor: the debug adapter protocol on standard input and output",
        [](protocol::Transport& transport) { return dap::serve(transport); }, status);
}

}  // namespace braid::cli
