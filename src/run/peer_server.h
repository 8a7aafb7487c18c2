// Where the wardens of other hosts knock: RESP over TLS 1.3, both sides with certificates of one authority.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "adapters/resp.h"
#include "facts/result.h"
#include "run/receive.h"

namespace slotwarden::run {

struct PeerOptions {
  std::string address;
  Port port;
  adapters::TlsFiles tls;  // read again when they change
  std::size_t connections = 32;
  std::size_t connections_of_one = 4;  // of one address
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds frame{30'000};    // from its first byte to its last
  std::chrono::milliseconds silence{90'000};  // between two requests
};

// Closed with this object, and every connection with it.
class PeerServer {
 public:
  // Fails for an address that cannot be listened on, and for certificates that cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<PeerServer>> listen(asio::any_io_executor on, PeerOptions options,
                                                                  Receiver& receiver);
  ~PeerServer();
  PeerServer(const PeerServer&) = delete;
  PeerServer& operator=(const PeerServer&) = delete;

 private:
  struct Impl;
  explicit PeerServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace slotwarden::run
