// Who holds a port or a data directory.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>

#include "formats/proc.h"
#include "observe/listeners.h"
#include "observe/proc.h"
#include "observe/processes.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

constexpr auto lock_name = ".slotwarden.lock";  // adapters/process.h: DirectoryLock

using Inodes = std::vector<std::uint64_t>;

// The listening sockets on `port`, asked from the kernel itself: its tables in /proc list every connection as well, and
// take ten milliseconds and more to print.
Result<Inodes> listening_on(Port port) {
  Inodes all;
  for (const auto family : {AF_INET, AF_INET6}) {
    auto found = listening_sockets(family);
    if (!found) return found.error();
    for (const auto& s : *found)
      if (s.port == port) all.push_back(s.inode);
  }
  return all;
}

bool holds(Pid pid, const Inodes& inodes) {
  return any_descriptor(pid, [&](std::string_view target) {
    const auto inode = formats::socket_inode(target);
    return inode && std::ranges::find(inodes, *inode) != inodes.end();
  });
}

// Servers first: it is nearly always one of them, and listing the descriptors of everybody is slow.
Result<Pid> owner_of(const Inodes& inodes) {
  auto pids = all_processes();
  if (!pids) return pids.error();
  std::stable_partition(pids->begin(), pids->end(), is_server_program);
  const auto owner = std::ranges::find_if(*pids, [&](Pid pid) { return holds(pid, inodes); });
  return owner == pids->end() ? Pid{} : *owner;
}

// As the kernel names it in /proc, or as given when it cannot be resolved.
std::string resolved(const std::string& directory) {
  const std::unique_ptr<char, decltype(&std::free)> path(::realpath(directory.c_str(), nullptr), &std::free);
  return path ? std::string(path.get()) : directory;
}

// As /proc/locks lists them.
std::vector<Pid> owners_of_lock(const std::string& path) {
  struct stat s {};
  if (::lstat(path.c_str(), &s) != 0) return {};
  const auto locks = read_kernel_file("/proc/locks");
  if (!locks) return {};
  return formats::lock_holders(*locks, major(s.st_dev), minor(s.st_dev), s.st_ino);
}

}  // namespace

Result<Pid> listener_on(Port port) {
  // A listener may go away between the two looks; only one that stays and has no visible owner is an error.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto inodes = listening_on(port);
    if (!inodes) return inodes.error();
    if (inodes->empty()) return Pid{};
    const auto owner = owner_of(*inodes);
    if (!owner || *owner) return owner;
  }
  return Error{"port " + std::to_string(port.n) +
                   " is taken by a process that cannot be seen from here; look with `ss -ltnp` as root",
               EACCES};
}

std::vector<Pid> users_of_directory(const std::string& directory, Pid except, const ProcessTable& table) {
  const auto home = resolved(directory);
  std::vector<Pid> users;
  for (const auto& p : table)
    if (p.directory == home && p.pid != except) users.push_back(p.pid);
  return users;
}

std::vector<Pid> holders_of_lock(const std::string& directory, const ProcessTable& table) {
  const auto home = resolved(directory);
  const auto lock = (home == "/" ? "" : home) + "/" + lock_name;
  auto holders = owners_of_lock(lock);
  // A lock that is not ours is kept open by whoever inherited it; nobody has, where it is free or our own.
  if (std::ranges::all_of(holders, [](Pid p) { return p.n == ::getpid(); })) return holders;
  for (const auto& p : table)
    if (std::ranges::find(holders, p.pid) == holders.end() && is_server_program(p.pid) &&
        any_descriptor(p.pid, [&](std::string_view target) { return target == lock; }))
      holders.push_back(p.pid);
  return holders;
}

}  // namespace slotwarden::observe
