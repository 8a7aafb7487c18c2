// Gathers what one judgement of the host needs: the kernel's settings, and of each running server its process, its
// files and its answers. Used by the daemon and by `slotwardenctl doctor` alike.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <vector>

#include "adapters/resp.h"
#include "facts/host.h"
#include "run/instance.h"

namespace slotwarden::run {

// A running server: how it is reached and by which policy it is judged.
struct HostSubject {
  Instance* instance = nullptr;
  Pid pid;
  bool managed = false;
};

// Keeps one connection to each server: one that has reached its maxclients lets nobody in any more, and that is when it
// must be asked. Used on one executor; one look at a time.
class HostExaminer {
 public:
  // `scans` does what may block on a disk.
  explicit HostExaminer(asio::thread_pool& scans) : scans_(scans) {}

  // A server that does not answer within moments is named in `blind`, and judged by what the host shows of it.
  asio::awaitable<HostSeen> look(std::vector<HostSubject> subjects);

  // The connection that the last look used; null when there is none.
  [[nodiscard]] adapters::RespConnection* connection(Port p);

 private:
  asio::awaitable<ServerSeen> look_at(HostSubject subject, std::vector<std::string>& blind);
  asio::awaitable<Result<void>> connect(HostSubject subject);

  struct Connected {
    Pid to;
    std::unique_ptr<adapters::RespConnection> connection;
  };
  asio::thread_pool& scans_;
  std::map<Port, Connected> connections_;
};

}  // namespace slotwarden::run
