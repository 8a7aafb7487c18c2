// Server processes: spawned detached, watched and signalled through pidfds, so that a signal can never reach another
// process that was given the same pid.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facts/process.h"
#include "facts/result.h"

namespace slotwarden::adapters {

namespace asio = boost::asio;

// A held pidfd. Spawned and adopted servers are watched by the same code.
class ProcessWatch {
 public:
  // Fails with ESRCH when there is no such process. The caller compares the identity *after* opening: then the pidfd is
  // known to name the process whose start time was read.
  [[nodiscard]] static Result<std::unique_ptr<ProcessWatch>> open(asio::any_io_executor on, Pid pid);
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  [[nodiscard]] Pid pid() const;
  // Returns when the process has ended (and reaps it if it is our child), at once if it had before. Code and signal are
  // unset when it was not our child. `oom` is left unknown: observe/ answers that. Cancelled, or the watch destroyed,
  // it throws boost::system::system_error, so that it can never be taken for a death.
  [[nodiscard]] asio::awaitable<ExitStatus> wait();
  // pidfd_send_signal. Fails with ESRCH when it has ended.
  [[nodiscard]] Result<void> signal(int number);

 private:
  struct Impl;
  explicit ProcessWatch(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with a wait under way, which may outlive the watch
};

struct SpawnRequest {
  std::string executable;              // absolute path
  std::vector<std::string> arguments;  // without argv[0]
  std::string directory = "/";         // working directory
  // Unset: keep the daemon's own user. Set: initgroups, setgid, setuid in the child, before exec.
  std::optional<std::string> user;
  std::uint64_t nofile = 0;      // soft and hard; lowered to what the kernel allows (`nofile_granted`); 0: unchanged
  std::int64_t core_bytes = -1;  // -1: no limit
  std::int64_t nproc = -1;       // -1: unchanged
  int oom_score_adj = 0;         // lowering it needs a privilege; without that the inherited value stays
  int umask = 0077;
  std::vector<std::string> environment;  // "NAME=value", the whole of it
  // stdout and stderr go to a stream of the journal under this SYSLOG_IDENTIFIER. Empty, or where no journal takes it:
  // they are appended to the file `output`, created 0640, owned by `user`; to /dev/null where that is empty too.
  std::string journal;
  std::string output;
  // The child, still as the daemon's user, writes here (atomically, by rename) the boot id, a newline and its own
  // /proc/self/stat before it execs; so a daemon that dies at any moment finds out which process it had started.
  std::string identity_file;
  // It is killed when the daemon ends, however that ends: for what is no server of anybody's.
  bool dies_with_us = false;
  int inherited_fd = -1;  // stays open in the server (the data directory's lock); -1 for none
};

struct Spawned {
  Pid pid;
  std::uint64_t nofile_granted = 0;
};

// Forks with Boost.Process v2 and returns after a successful exec, in a millisecond or two: detached (setsid: the
// server's pid is its session id, by which its children are found again), clean signal mask and dispositions, stdin
// from /dev/null, no other descriptor of ours open. Nothing ends or reaps the server on the daemon's side: watch it. On
// failure no process is left, and the error says which step failed ("cannot execute /usr/bin/redis-server: …").
[[nodiscard]] Result<Spawned> spawn(const SpawnRequest& r);

// An exclusive lock on a data directory, held by the daemon and inherited by the server it starts there, so that it
// lasts as long as either lives. A server's own does not (docs/server-behaviour.md, "One directory, one server").
class DirectoryLock {
 public:
  // Locks `directory`/.slotwarden.lock (created 0600, owner of the directory). Fails with EWOULDBLOCK when another
  // process holds it.
  [[nodiscard]] static Result<DirectoryLock> take(const std::string& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();
  [[nodiscard]] int fd() const { return fd_; }

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace slotwarden::adapters
