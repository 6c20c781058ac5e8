#include "cli/serve.h"

#include <csignal>
#include <optional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"

namespace braid::cli {
namespace {

using TransportPtr = std::unique_ptr<protocol::Transport>;

/// Says on standard error where it listens, so that a script can pass port 0 and read which one it got.
tl::expected<TransportPtr, protocol::TransportError> connection_on(uint16_t port) {
    auto listener = protocol::TcpListener::listen(port);
    if (!listener) return tl::make_unexpected(listener.error());
    say(fmt::format("listening on 127.0.0.1:{}", listener->port()));
    return listener->accept();
}

}  // namespace

void add_server(CLI::App& app, const std::string& name, const std::string& description,
                int (*serve)(protocol::Transport&), int& status) {
    auto port = std::make_shared<std::optional<uint16_t>>();
    auto stdio = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand(name, description);
    CLI::Option* tcp =
        command->add_option("--port", *port, "Serve one client on 127.0.0.1:PORT instead (0: any free port)");
    command->add_flag("--stdio", *stdio, "Standard input and output (the default)")->excludes(tcp);
    command->callback([port, stdio, serve, &status] {
        std::signal(SIGPIPE, SIG_IGN);  // a client that has gone is a failed write, not a death
        auto transport = *port ? connection_on(**port) : protocol::stdio_transport();
        if (transport) {
            status = serve(**transport);
        } else {
            complain(transport.error().message);
            status = Exit::Failed;
        }
    });
}

}  // namespace braid::cli
