#include "adapters/resp_stream.h"

#include <fcntl.h>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include "adapters/tls_context.h"

namespace slotwarden::adapters {

namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using Target = asio::generic::stream_protocol::endpoint;

Error refused(const Address& to, const error_code& why) {
  const bool system = why.category() == boost::system::system_category();
  return {"cannot connect to " + describe(to) + ": " + why.message(), system ? why.value() : 0};
}

asio::awaitable<std::vector<Target>> targets_of(const Endpoint& to, error_code& error) {
  std::vector<Target> found;
  const auto literal = asio::ip::make_address(to.host, error);
  if (!error) {
    found.emplace_back(tcp::endpoint(literal, to.port.n));
    co_return found;
  }
  error = {};
  tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto names = co_await resolver.async_resolve(to.host, std::to_string(to.port.n),
                                                     asio::redirect_error(asio::use_awaitable, error));
  for (const auto& name : names) found.emplace_back(name.endpoint());
  co_return found;
}

asio::awaitable<std::vector<Target>> targets_of(const Address& to, error_code& error) {
  if (const auto* unix_path = std::get_if<UnixPath>(&to.where)) {
    std::vector<Target> one;
    if (unix_path->path.size() >= sizeof(sockaddr_un::sun_path))
      error = asio::error::name_too_long;
    else
      one.emplace_back(asio::local::stream_protocol::endpoint(unix_path->path));
    co_return one;
  }
  co_return co_await targets_of(std::get<Endpoint>(to.where), error);
}

// Nobody listens, but the kernel gave us the very port that we called, and we answered ourselves. Keeping such a
// connection would keep the server from its port.
bool is_itself(const Socket& s) {
  error_code ignored;
  return s.local_endpoint(ignored) == s.remote_endpoint(ignored);
}

asio::awaitable<error_code> connect_one(Socket& s, const Target& to) {
  error_code error;
  co_await s.async_connect(to, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return error;
  const bool internet = to.protocol().family() != AF_UNIX;
  if (internet && is_itself(s)) co_return asio::error::connection_refused;
  if (internet) s.set_option(tcp::no_delay(true), error);
  ::fcntl(s.native_handle(), F_SETFD, FD_CLOEXEC);
  co_return error_code{};
}

}  // namespace

struct RespStream::Impl {
  explicit Impl(const asio::any_io_executor& on) : socket(on) {}

  // Moved into `tls` by the handshake, where one is wanted.
  Socket socket;
  std::shared_ptr<asio::ssl::context> context;
  std::unique_ptr<asio::ssl::stream<Socket>> tls;
  bool closed = false;

  Socket& lowest() { return tls ? tls->next_layer() : socket; }
  asio::awaitable<Result<void>> shake_hands(const Address& to);
};

RespStream::RespStream(asio::any_io_executor on) : impl_(std::make_unique<Impl>(on)) {}
RespStream::~RespStream() = default;

asio::awaitable<Result<void>> RespStream::connect(Address to) {
  error_code error;
  const auto targets = co_await targets_of(to, error);
  if (!error && targets.empty()) error = asio::error::host_not_found;
  for (const auto& target : targets) {
    if (impl_->closed) error = asio::error::operation_aborted;
    if (impl_->closed) break;
    error = co_await connect_one(impl_->socket, target);
    if (!error) break;
    error_code ignored;
    impl_->socket.close(ignored);
  }
  if (error) co_return refused(to, error);
  if (to.tls && std::holds_alternative<Endpoint>(to.where)) co_return co_await impl_->shake_hands(to);
  co_return Result<void>{};
}

asio::awaitable<Result<void>> RespStream::Impl::shake_hands(const Address& to) {
  auto loaded = tls_context(*to.tls);
  if (!loaded) co_return loaded.error();
  context = *loaded;
  tls = std::make_unique<asio::ssl::stream<Socket>>(std::move(socket), *context);
  error_code error;
  co_await tls->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Error{"the TLS handshake with " + describe(to) + " failed: " + error.message()};
  co_return Result<void>{};
}

asio::awaitable<error_code> RespStream::write(std::string_view all) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (impl_->tls)
    co_await asio::async_write(*impl_->tls, asio::buffer(all), token);
  else
    co_await asio::async_write(impl_->socket, asio::buffer(all), token);
  co_return error;
}

asio::awaitable<RespStream::Chunk> RespStream::read_some(char* into, std::size_t room) {
  Chunk chunk;
  auto token = asio::redirect_error(asio::use_awaitable, chunk.error);
  if (impl_->tls)
    chunk.size = co_await impl_->tls->async_read_some(asio::buffer(into, room), token);
  else
    chunk.size = co_await impl_->socket.async_read_some(asio::buffer(into, room), token);
  co_return chunk;
}

bool RespStream::is_open() const {
  return !impl_->closed && impl_->lowest().is_open();
}

void RespStream::close() {
  impl_->closed = true;
  error_code ignored;
  impl_->lowest().close(ignored);
}

}  // namespace slotwarden::adapters
