// Connections to other nodes of the cluster, kept warm: at the moment of a master's death there is no time to dial.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adapters/resp.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::run {

namespace asio = boost::asio;

// How to reach the nodes of one cluster: the certificates and the credentials of the local server, which its cluster
// shares.
struct Access {
  adapters::Credentials who;
  std::optional<adapters::TlsFiles> tls;
};

// Used on the event loop.
class Peers {
 public:
  // Asks over a warm connection where there is one, dials otherwise. Several asks of one endpoint may be under way;
  // each has a connection of its own.
  asio::awaitable<Result<std::vector<adapters::Reply>>> ask(Endpoint at, Access how,
                                                            std::vector<adapters::Command> what,
                                                            std::chrono::milliseconds patience);

  // Borrows a connection that answers, for what must be asked once; give it back with `give_back`, or let it go when it
  // broke.
  asio::awaitable<Result<std::unique_ptr<adapters::RespConnection>>> borrow(Endpoint at, Access how,
                                                                            std::chrono::milliseconds patience);
  void give_back(const Endpoint& at, std::unique_ptr<adapters::RespConnection> c);

  // Says which endpoints `owner` wants warm from now on, in place of what it wanted before.
  void want(Port owner, std::map<Endpoint, Access> endpoints);

  // Dials what is wanted and missing, lets go of what nobody wants, and checks that idle connections answer. Called
  // every few seconds; runs one round.
  asio::awaitable<void> tend();

  [[nodiscard]] std::size_t warm() const;

 private:
  using Idle = std::vector<std::unique_ptr<adapters::RespConnection>>;
  [[nodiscard]] std::unique_ptr<adapters::RespConnection> warm_one(const Endpoint& at);
  asio::awaitable<void> tend_one(Endpoint at, Access how);

  std::map<Endpoint, Idle> idle_;
  std::map<Port, std::map<Endpoint, Access>> wanted_;
};

}  // namespace slotwarden::run
