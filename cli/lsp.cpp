#include "cli/command.h"
#include "cli/serve.h"
#include "lsp/server.h"

namespace braid::cli {

void add_lsp(CLI::App& app, int& status) {
    add_server(
        app, "lsp", "Serve an editor: the language server protocol on standard input and output",
        [](protocol::Transport& transport) { return lsp::serve(transport, {.version = BRAID_VERSION}); }, status);
}

}  // namespace braid::cli
