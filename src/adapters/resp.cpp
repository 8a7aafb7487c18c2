#include "adapters/resp.h"

#include <algorithm>
#include <boost/asio.hpp>

#include "adapters/resp_codec.h"
#include "adapters/resp_stream.h"

namespace slotwarden::adapters {

namespace {

constexpr std::size_t largest_reply = 64u << 20;
constexpr std::size_t read_room = 16u << 10;

Error said(const Address& who, const std::string& what) {
  return {describe(who) + " " + what};
}

// One line of the server's words, for an error message.
std::string words(const Reply& r) {
  return r.text.substr(0, std::min(r.text.find_first_of("\r\n"), std::size_t{160}));
}

}  // namespace

std::string describe(const Address& a) {
  if (const auto* unix_path = std::get_if<UnixPath>(&a.where)) return unix_path->path;
  const auto& [host, port] = std::get<Endpoint>(a.where);
  const bool bracket = host.find(':') != host.npos;
  return (bracket ? "[" + host + "]" : host) + ":" + std::to_string(port.n);
}

std::string_view Reply::error_code() const {
  if (!is_error()) return {};
  return std::string_view(text).substr(0, text.find_first_of(" \r\n"));
}

struct RespConnection::Impl : std::enable_shared_from_this<RespConnection::Impl> {
  Impl(const asio::any_io_executor& on, Address where) : address(std::move(where)), stream(on), timer(on) {}

  const Address address;
  RespStream stream;
  asio::steady_timer timer;
  std::uint64_t turn = 0;  // names the ask that the timer belongs to
  bool asking = false;
  bool out_of_patience = false;

  class Turn;
  [[nodiscard]] asio::awaitable<Result<std::vector<Reply>>> exchange(const std::vector<Command>& commands);
  [[nodiscard]] asio::awaitable<Result<void>> collect(std::size_t wanted, std::vector<Reply>& into);
  [[nodiscard]] asio::awaitable<Result<void>> introduce(const Credentials& who);
  [[nodiscard]] Error broken(const boost::system::error_code& why) const;
};

// One use of the connection, from the first byte to the last reply. Closes it when `patience` ends, and when the use
// ends in any other way than done(): by an error, an exception or the destruction of the coroutine.
class RespConnection::Impl::Turn {
 public:
  Turn(Impl& connection, std::chrono::milliseconds patience) : connection_(connection) {
    connection_.asking = true;
    connection_.timer.expires_after(patience);
    connection_.timer.async_wait([weak = connection.weak_from_this(), mine = ++connection.turn](auto cancelled) {
      const auto impl = weak.lock();
      if (cancelled || !impl || impl->turn != mine) return;
      impl->out_of_patience = true;
      impl->stream.close();
    });
  }
  ~Turn() {
    ++connection_.turn;
    connection_.timer.cancel();
    connection_.asking = false;
    if (!done_) connection_.stream.close();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  void done() { done_ = true; }

 private:
  Impl& connection_;
  bool done_ = false;
};

Error RespConnection::Impl::broken(const boost::system::error_code& why) const {
  if (out_of_patience) return {describe(address) + " did not answer in time", ETIMEDOUT};
  if (why == asio::error::eof) return {describe(address) + " closed the connection", ECONNRESET};
  const bool system = why.category() == boost::system::system_category();
  return {"the connection to " + describe(address) + " broke: " + why.message(), system ? why.value() : 0};
}

asio::awaitable<Result<std::vector<Reply>>> RespConnection::Impl::exchange(const std::vector<Command>& commands) {
  std::string request;
  for (const auto& command : commands)
    if (auto r = append_request(request, command); !r) co_return r.error();
  if (const auto error = co_await stream.write(request)) co_return broken(error);
  std::vector<Reply> replies;
  const auto collected = co_await collect(commands.size(), replies);
  if (!collected) co_return collected.error();
  co_return replies;
}

// The reader and its buffers live for one exchange: a thousand idle connections hold none.
asio::awaitable<Result<void>> RespConnection::Impl::collect(std::size_t wanted, std::vector<Reply>& into) {
  ReplyReader reader(largest_reply);
  const auto room = std::make_unique_for_overwrite<char[]>(read_room);
  while (into.size() < wanted) {
    const auto chunk = co_await stream.read_some(room.get(), read_room);
    if (chunk.error && !into.empty() && into.back().is_error())
      co_return said(address, "closed the connection after it had said: " + words(into.back()));
    if (chunk.error) co_return broken(chunk.error);
    if (auto fed = reader.feed({room.get(), chunk.size}); !fed)
      co_return said(address, "misbehaves: " + fed.error().what);
    while (into.size() < wanted) {
      auto reply = reader.next();
      if (!reply) co_return said(address, "misbehaves: " + reply.error().what);
      if (!reply->has_value()) break;
      into.push_back(std::move(**reply));
    }
  }
  if (reader.holds_more()) co_return said(address, "misbehaves: it sent more replies than it was asked for");
  co_return Result<void>{};
}

namespace {

Command auth(const Credentials& who) {
  if (who.user.empty()) return {"AUTH", who.password};
  return {"AUTH", who.user, who.password};
}

// Whether the reply to AUTH leaves us a connection that works, or will once the server has loaded.
bool let_in(const Reply& r, const Credentials& who) {
  if (!r.is_error() || r.error_code() == "LOADING" || r.error_code() == "BUSY") return true;
  return who.user.empty() && r.text.find("without any password configured") != r.text.npos;
}

// What a server says, before it closes the connection, to a client that it does not want.
bool turned_away(const Reply& r) {
  return r.error_code() == "DENIED" || r.text.starts_with("ERR max number of clients");
}

}  // namespace

asio::awaitable<Result<void>> RespConnection::Impl::introduce(const Credentials& who) {
  std::vector<Command> commands;
  if (!who.password.empty()) commands.push_back(auth(who));
  commands.push_back({"CLIENT", "SETNAME", "slotwarden"});
  const auto replies = co_await exchange(commands);
  if (!replies) co_return replies.error();
  const auto& first = replies->front();
  if (turned_away(first)) co_return said(address, "turned the connection away: " + words(first));
  if (who.password.empty() || let_in(first, who)) co_return Result<void>{};
  const auto user = who.user.empty() ? "the default user" : "user " + who.user;
  co_return said(address, "refused the password of " + user + ": " + words(first));
}

RespConnection::RespConnection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
RespConnection::~RespConnection() {
  close();
}

asio::awaitable<Result<std::unique_ptr<RespConnection>>> RespConnection::open(Address where, Credentials who,
                                                                              std::chrono::milliseconds patience) {
  const auto impl = std::make_shared<Impl>(co_await asio::this_coro::executor, std::move(where));
  Impl::Turn turn(*impl, patience);
  auto ready = co_await impl->stream.connect(impl->address);
  if (ready) ready = co_await impl->introduce(who);
  if (!ready && impl->out_of_patience) co_return Error{describe(impl->address) + " did not answer in time", ETIMEDOUT};
  if (!ready) co_return ready.error();
  turn.done();
  co_return std::unique_ptr<RespConnection>(new RespConnection(impl));
}

asio::awaitable<Result<std::vector<Reply>>> RespConnection::ask(std::vector<Command> commands,
                                                                std::chrono::milliseconds patience) {
  const auto impl = impl_;
  if (impl->asking) co_return said(impl->address, "is being asked something else");
  if (!impl->stream.is_open()) co_return Error{"the connection to " + describe(impl->address) + " is closed", ENOTCONN};
  Impl::Turn turn(*impl, patience);
  auto replies = co_await impl->exchange(commands);
  if (replies) turn.done();
  co_return replies;
}

bool RespConnection::idle() const {
  return open() && !impl_->asking;
}
bool RespConnection::open() const {
  return impl_->stream.is_open();
}
void RespConnection::close() {
  impl_->stream.close();
}

}  // namespace slotwarden::adapters
