#include "run/peer_server.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <set>

#include "adapters/certificate.h"
#include "adapters/tls_context.h"
#include "control/codec.h"
#include "observe/read_file.h"
#include "run/control_client.h"

namespace slotwarden::run {

namespace {

using asio::ip::tcp;
using boost::system::error_code;
using control::RequestDecoder;

// 10.0.0.1 as such, also where it came in over IPv6.
std::string plain(const asio::ip::address& a) {
  if (a.is_v6() && a.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, a.to_v6()).to_string();
  return a.to_string();
}

// One connection, owned by its coroutine.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  Peer(tcp::socket s, std::shared_ptr<asio::ssl::context> c, std::string address, const PeerOptions& o, Receiver& r)
      : context_(std::move(c)),
        stream_(std::move(s), *context_),
        options_(o),
        receiver_(r),
        deadline_(stream_.get_executor()) {
    session_.address = std::move(address);
  }

  asio::awaitable<void> serve(std::string cluster);
  void close() {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  asio::awaitable<bool> shake_hands(std::string cluster);
  asio::awaitable<bool> answer_all();
  asio::awaitable<bool> send(std::string reply);
  void arm(std::chrono::milliseconds in, const char* rule, const char* because);

  std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<tcp::socket> stream_;
  const PeerOptions& options_;
  Receiver& receiver_;
  PeerSession session_;
  RequestDecoder decoder_{control::longest_peer_frame};
  Deadline deadline_;
  bool in_frame_ = false;
};

void Peer::arm(std::chrono::milliseconds in, const char* rule, const char* because) {
  deadline_.arm(in, [self = shared_from_this(), rule, because] {
    self->receiver_.refused(self->session_.address, Port{}, rule, because);
    self->close();
  });
}

asio::awaitable<bool> Peer::shake_hands(std::string cluster) {
  arm(options_.handshake, "peer-slow", "it did not come to the end of the TLS handshake");
  error_code failed;
  co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, failed));
  if (!deadline_.armed()) co_return false;
  deadline_.call_off();
  if (failed) {
    receiver_.refused(session_.address, Port{}, "peer-stranger", "the TLS handshake failed: " + failed.message());
    co_return false;
  }
  const auto shown = adapters::peer_certificate(stream_.native_handle());
  if (!shown || shown->host.empty() || shown->cluster != cluster) {
    receiver_.refused(session_.address, Port{}, "peer-wrong-cluster",
                      shown
                          ? "its certificate is of the cluster \"" + shown->cluster + "\", ours of \"" + cluster + "\""
                          : shown.error().what);
    co_return false;
  }
  session_.host = shown->host;
  co_return true;
}

asio::awaitable<void> Peer::serve(std::string cluster) {
  const auto self = shared_from_this();
  const bool known = co_await shake_hands(std::move(cluster));
  std::array<char, 64 * 1024> chunk;
  while (known) {
    if (!in_frame_) arm(options_.silence, "peer-slow", "it said nothing for too long");
    error_code failed;
    const std::size_t n =
        co_await stream_.async_read_some(asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, failed));
    if (failed) break;
    decoder_.feed({chunk.data(), n});
    const bool stay = co_await answer_all();
    if (!stay) break;
  }
  deadline_.call_off();
  close();
}

asio::awaitable<bool> Peer::answer_all() {
  for (;;) {
    RequestDecoder::Next next = decoder_.next();
    if (std::holds_alternative<RequestDecoder::NeedMore>(next)) {
      if (decoder_.partial() && !in_frame_)
        arm(options_.frame, "peer-slow", "it began a request and did not come to its end");
      in_frame_ = decoder_.partial();
      co_return true;
    }
    deadline_.call_off();
    in_frame_ = false;
    std::string reply;
    if (const auto* garbage = std::get_if<RequestDecoder::Garbage>(&next)) {
      receiver_.refused(session_.address, Port{}, "peer-garbage", garbage->why);
      reply = control::error("ERR " + garbage->why);
      co_await send(std::move(reply));
      co_return false;
    }
    auto request = control::parse_peer(std::get<RequestDecoder::Arguments>(std::move(next)));
    if (request)
      reply = co_await receiver_.answer(session_, std::move(*request));
    else
      reply = control::error(request.error().what);
    const bool sent = co_await send(std::move(reply));
    if (!sent) co_return false;
  }
}

asio::awaitable<bool> Peer::send(std::string reply) {
  arm(options_.frame, "peer-slow", "it does not read its replies");
  error_code failed;
  co_await asio::async_write(stream_, asio::buffer(reply), asio::redirect_error(asio::use_awaitable, failed));
  deadline_.call_off();
  co_return !failed;
}

}  // namespace

struct PeerServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(const asio::any_io_executor& executor, PeerOptions o, Receiver& r)
      : on(executor), options(std::move(o)), receiver(r), acceptor(executor), pause(executor) {}

  asio::any_io_executor on;
  const PeerOptions options;
  Receiver& receiver;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  std::set<std::shared_ptr<Peer>> peers;
  std::map<std::string, std::size_t> of_address;
  bool stopped = false;

  Result<void> open();
  asio::awaitable<void> accept();
  void take(tcp::socket s);
  asio::awaitable<void> host(std::shared_ptr<Peer> peer, std::string cluster, std::string address);
};

// The cluster that our own certificate is of.
static Result<std::string> own_cluster(const std::string& file) {
  const auto text = observe::read_regular(file, 64 * 1024, observe::Links::follow);
  if (!text) return text.error();
  const auto c = adapters::read_certificate(*text);
  if (!c) return while_doing("cannot use " + file, c.error());
  if (c->cluster.empty() || c->host.empty())
    return Error{file + " names no cluster and host: slotwardenctl cert issue makes one that does"};
  return Result<std::string>(boost::system::in_place_value, c->cluster);
}

Result<void> PeerServer::Impl::open() {
  error_code failed;
  const auto where = options.address + " port " + std::to_string(options.port.n);
  const auto address = asio::ip::make_address(options.address, failed);
  if (failed) return Error{"peer_listen = \"" + options.address + "\" is no address; write one such as \"0.0.0.0\""};
  const tcp::endpoint at(address, options.port.n);
  acceptor.open(at.protocol(), failed);
  if (!failed) ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(at, failed);
  if (!failed) acceptor.listen(64, failed);
  if (failed) return Error{"cannot listen for peers on " + where + ": " + failed.message(), failed.value()};
  return {};
}

asio::awaitable<void> PeerServer::Impl::accept() {
  const auto self = shared_from_this();
  while (!stopped) {
    error_code failed;
    tcp::socket s = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
    if (stopped) co_return;
    if (!failed) {
      take(std::move(s));
      continue;
    }
    pause.expires_after(std::chrono::milliseconds{100});  // out of descriptors, most likely
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failed));
  }
}

void PeerServer::Impl::take(tcp::socket s) {
  error_code failed;
  const auto remote = s.remote_endpoint(failed);
  if (failed) return;
  ::fcntl(s.native_handle(), F_SETFD, FD_CLOEXEC);
  s.set_option(tcp::no_delay(true), failed);
  const auto address = plain(remote.address());
  const auto known = of_address.find(address);
  if (peers.size() >= options.connections ||
      (known != of_address.end() && known->second >= options.connections_of_one)) {
    receiver.refused(address, Port{}, "peer-too-many", "too many connections are open already");
    return;
  }
  const auto cluster = own_cluster(options.tls.certificate);
  auto context = adapters::tls_peer_context(options.tls);
  if (!cluster || !context) {
    spdlog::error("no peer can be let in: {}", !cluster ? cluster.error().what : context.error().what);
    return;
  }
  auto peer = std::make_shared<Peer>(std::move(s), std::move(*context), address, options, receiver);
  peers.insert(peer);
  ++of_address[address];
  start(on, "a peer's connection", host(std::move(peer), *cluster, address));
}

asio::awaitable<void> PeerServer::Impl::host(std::shared_ptr<Peer> peer, std::string cluster, std::string address) {
  const auto self = shared_from_this();
  co_await peer->serve(std::move(cluster));
  peers.erase(peer);
  if (--of_address[address] == 0) of_address.erase(address);
}

Result<std::unique_ptr<PeerServer>> PeerServer::listen(asio::any_io_executor on, PeerOptions options,
                                                       Receiver& receiver) {
  const auto cluster = own_cluster(options.tls.certificate);
  if (!cluster) return cluster.error();
  const auto context = adapters::tls_peer_context(options.tls);
  if (!context) return context.error();
  auto impl = std::make_shared<Impl>(on, std::move(options), receiver);
  if (auto opened = impl->open(); !opened) return opened.error();
  start(on, "the peers' door", impl->accept());
  return std::unique_ptr<PeerServer>(new PeerServer(std::move(impl)));
}

PeerServer::PeerServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

PeerServer::~PeerServer() {
  impl_->stopped = true;
  error_code ignored;
  impl_->acceptor.close(ignored);
  impl_->pause.cancel();
  for (const auto& peer : impl_->peers) peer->close();
}

}  // namespace slotwarden::run
