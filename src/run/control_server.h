// The control socket: RESP2 over a unix socket, one coroutine per client on the event loop's thread.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "control/request.h"
#include "facts/record.h"
#include "facts/result.h"

namespace slotwarden::run {

namespace asio = boost::asio;

// Who asks, as the kernel says it (SO_PEERCRED).
struct Caller {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
  std::string user;  // the name of uid, or empty
};
// "uid 0 (root), pid 4711", as it is recorded with what was asked.
[[nodiscard]] std::string describe(const Caller& c);

struct ControlOptions {
  std::string path;                                  // of the socket; its directory exists
  std::string group = "slotwarden";                  // owns the socket where such a group exists
  std::size_t clients = 64;                          // at once
  std::size_t reserved = 8;                          // more of them for uid 0
  std::chrono::milliseconds frame_deadline{5'000};   // from the first byte of a request to its last
  std::chrono::milliseconds write_deadline{10'000};  // for a client that does not read
  std::size_t queued_events = 1'000;                 // per subscriber
  std::size_t queued_bytes = 1'048'576;
};

// Everything runs on `on`, which is one thread. Requests of one client are answered in their order; a client can hold
// up only itself. Nothing that a client does ends the daemon: a coroutine that fails drops its client and logs at
// debug. HELP, PING, QUIT and SUBSCRIBE are answered here; every other request reaches the handler.
class ControlServer {
 public:
  // Answers the whole RESP reply (control/codec.h). An exception from it becomes "-ERR …" for that client.
  using Handler = std::function<asio::awaitable<std::string>(control::Request, Caller)>;

  // Listens with mode 0660. The socket file of a dead daemon is replaced; that of a live one is an error.
  [[nodiscard]] static Result<std::unique_ptr<ControlServer>> listen(asio::any_io_executor on, ControlOptions options,
                                                                     Handler handler);
  ~ControlServer();  // stops
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  // Queues the event for every subscriber. Never waits; a subscriber whose queue is full is told so and dropped.
  void publish(const Event& e);
  // Closes the socket and every client, after what is being written to them was flushed or its deadline passed, and
  // removes the socket file. Returns at once; idempotent.
  void stop();
  // Clients connected now; 0 some time after stop(), when the last reply was flushed.
  [[nodiscard]] std::size_t clients() const;
  // Until no client is connected; at once when none is.
  asio::awaitable<void> served();

 private:
  struct Impl;
  explicit ControlServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace slotwarden::run
