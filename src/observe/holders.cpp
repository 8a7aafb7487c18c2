// Who holds a port or a data directory.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>

#include "adapters/fd.h"
#include "formats/proc.h"
#include "observe/proc.h"
#include "observe/processes.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

constexpr auto lock_name = ".slotwarden.lock";  // adapters/process.h: DirectoryLock

using Inodes = std::vector<std::uint64_t>;

bool bindable(int family, const sockaddr* at, socklen_t length) {
  const adapters::Fd s(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  return s.get() >= 0 && ::setsockopt(s.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
         ::bind(s.get(), at, length) == 0;
}

// Whether the kernel would let somebody listen on the port, tried without listening. It takes microseconds, where the
// kernel's tables of sockets take it ten milliseconds to print, and every start asks.
bool nobody_listens(Port port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port.n);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port.n);
  // A socket of the second kind takes IPv4 addresses too unless the host says otherwise, hence both.
  return bindable(AF_INET, reinterpret_cast<const sockaddr*>(&v4), sizeof v4) &&
         bindable(AF_INET6, reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

Result<Inodes> listening_on(Port port) {
  Inodes all;
  for (const std::string path : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
    const auto table = read_kernel_file(path);
    if (!table && table.error().os_error == ENOENT) continue;  // a kernel without IPv6
    if (!table) return table.error();
    const auto inodes = formats::listeners(*table, port);
    if (!inodes) return while_doing(path, inodes.error());
    all.insert(all.end(), inodes->begin(), inodes->end());
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

std::vector<Pid> holders_of_lock(const std::string& path) {
  struct stat s {};
  if (::lstat(path.c_str(), &s) != 0) return {};
  const auto locks = read_kernel_file("/proc/locks");
  if (!locks) return {};
  return formats::lock_holders(*locks, major(s.st_dev), minor(s.st_dev), s.st_ino);
}

}  // namespace

Result<Pid> listener_on(Port port) {
  if (nobody_listens(port)) return Pid{};
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

Result<std::vector<Pid>> users_of_directory(const std::string& directory, Pid except) {
  const auto pids = all_processes();
  if (!pids) return pids.error();
  const auto home = resolved(directory);
  const auto lock = (home == "/" ? "" : home) + "/" + lock_name;
  const auto lockers = holders_of_lock(lock);
  // A lock that is not ours is kept open by whoever inherited it; nobody has, where the lock is free or our own.
  const bool inherited = std::ranges::any_of(lockers, [](Pid p) { return p.n != ::getpid(); });
  std::vector<Pid> users;
  for (const auto pid : *pids) {
    if (pid == except) continue;
    const bool uses =
        process_link(pid, "cwd") == home || std::ranges::find(lockers, pid) != lockers.end() ||
        (inherited && is_server_program(pid) && any_descriptor(pid, [&](std::string_view t) { return t == lock; }));
    if (uses) users.push_back(pid);
  }
  return users;
}

}  // namespace slotwarden::observe
