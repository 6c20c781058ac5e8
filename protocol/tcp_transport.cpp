// TCP on the loopback address with Boost.Asio; an open connection is then a descriptor like others.
#include <fcntl.h>
#include <fmt/core.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "protocol/transport.h"

namespace braid::protocol {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

tcp::endpoint local(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

std::unique_ptr<Transport> connected(tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const int descriptor = socket.release(ignored);
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return descriptor_transport(descriptor, descriptor);
}

}  // namespace

struct TcpListener::Impl {
    asio::io_context context;
    tcp::acceptor acceptor{context};
    std::atomic<bool> closed{false};
};

TcpListener::TcpListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TcpListener::TcpListener(TcpListener&&) noexcept = default;
TcpListener& TcpListener::operator=(TcpListener&&) noexcept = default;
TcpListener::~TcpListener() = default;

tl::expected<TcpListener, TransportError> TcpListener::listen(std::uint16_t port) {
    auto impl = std::make_unique<Impl>();
    boost::system::error_code error;
    impl->acceptor.open(tcp::v4(), error);
    if (!error) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) impl->acceptor.bind(local(port), error);
    if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return tl::unexpected(TransportError{fmt::format("cannot listen on 127.0.0.1:{}: {}", port, error.message())});
    return TcpListener(std::move(impl));
}

std::uint16_t TcpListener::port() const {
    boost::system::error_code error;
    const auto endpoint = impl_->acceptor.local_endpoint(error);
    return error ? 0 : endpoint.port();
}

tl::expected<std::unique_ptr<Transport>, TransportError> TcpListener::accept() {
    tcp::socket socket(impl_->context);
    boost::system::error_code result = asio::error::operation_aborted;
    if (!impl_->closed) {
        impl_->acceptor.async_accept(socket, [&](const boost::system::error_code& error) { result = error; });
        impl_->context.restart();
        impl_->context.run();
    }
    if (result)
        return tl::unexpected(TransportError{
            fmt::format("no connection on 127.0.0.1:{}: {}", port(), impl_->closed ? "closed" : result.message())});
    return connected(std::move(socket));
}

void TcpListener::close() {
    impl_->closed = true;
    asio::post(impl_->context, [impl = impl_.get()] {
        boost::system::error_code ignored;
        impl->acceptor.cancel(ignored);
    });
}

tl::expected<std::unique_ptr<Transport>, TransportError> tcp_connect(std::uint16_t port) {
    asio::io_context context;
    tcp::socket socket(context);
    boost::system::error_code error;
    socket.connect(local(port), error);
    if (error)
        return tl::unexpected(TransportError{fmt::format("cannot connect to 127.0.0.1:{}: {}", port, error.message())});
    return connected(std::move(socket));
}

}  // namespace braid::protocol
