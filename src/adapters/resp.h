// A client connection to a Redis or Valkey server: TCP, TLS or a unix socket, spoken with hiredis's reader and
// formatter over Asio streams.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::adapters {

namespace asio = boost::asio;

struct UnixPath {
  std::string path;
  friend bool operator==(const UnixPath&, const UnixPath&) = default;
};

// Certificates as the server's own configuration names them. The peer's chain is verified against the CA; its host name
// is not, as redis-server itself does between nodes.
struct TlsFiles {
  std::string ca_file;
  std::string ca_directory;
  std::string certificate;  // empty: no client certificate
  std::string key;
  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

// (Address and Credentials have constructors because GCC 12 destroys an aggregate that is made inside a co_await
// expression twice.)
struct Address {
  std::variant<Endpoint, UnixPath> where;
  std::optional<TlsFiles> tls;  // not used for a unix socket
  Address() = default;
  explicit(false) Address(Endpoint e, std::optional<TlsFiles> t = std::nullopt)
      : where(std::move(e)), tls(std::move(t)) {}
  explicit(false) Address(UnixPath p, std::optional<TlsFiles> t = std::nullopt)
      : where(std::move(p)), tls(std::move(t)) {}
};
// "127.0.0.1:7000", "[::1]:7000", "/run/redis/7000.sock".
[[nodiscard]] std::string describe(const Address& a);

// Never printed, never logged. No password: no AUTH is sent. A user without a name is the default user.
struct Credentials {
  std::string user;
  std::string password;
  Credentials() = default;
  Credentials(std::string u, std::string p) : user(std::move(u)), password(std::move(p)) {}
};

using Command = std::vector<std::string>;

struct Reply {
  enum class Kind { string, error, integer, nil, array };
  Kind kind = Kind::nil;
  std::string text;  // of a string (bulk or status) or an error
  std::int64_t number = 0;
  std::vector<Reply> items;

  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
  // The error's first word: LOADING, BUSY, NOAUTH, …; empty for anything else.
  [[nodiscard]] std::string_view error_code() const;
};

// Not thread-safe: used on the one executor it was opened on. One `ask` at a time.
class RespConnection {
 public:
  // Connects, shakes hands, authenticates and names itself "slotwarden", all within `patience` (a host name's look-up
  // may overrun it). On failure: what was refused, naming the address, never the secret. -LOADING and -BUSY to AUTH do
  // not fail it; neither does a server that turns out to have no password for the default user.
  [[nodiscard]] static asio::awaitable<Result<std::unique_ptr<RespConnection>>> open(
      Address where, Credentials who, std::chrono::milliseconds patience);
  ~RespConnection();
  RespConnection(const RespConnection&) = delete;
  RespConnection& operator=(const RespConnection&) = delete;

  // Sends all commands in one write and awaits as many replies. Error replies are values, not failures. After a failure
  // (broken connection, something that is not RESP, a reply over 64 MiB, patience at an end, cancellation) the
  // connection is closed and every further ask fails at once.
  [[nodiscard]] asio::awaitable<Result<std::vector<Reply>>> ask(std::vector<Command> commands,
                                                                std::chrono::milliseconds patience);
  // Whether it is connected and no ask is under way.
  [[nodiscard]] bool idle() const;
  [[nodiscard]] bool open() const;
  void close();

 private:
  struct Impl;
  explicit RespConnection(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with an ask under way, which may outlive the connection
};

}  // namespace slotwarden::adapters
