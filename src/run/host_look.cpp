#include "run/host_look.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "formats/shard_ids.h"
#include "observe/belonging.h"
#include "observe/proc.h"
#include "observe/version.h"

namespace slotwarden::run {

namespace {

// nodes.conf is rewritten on every change, beside the old one, and failing to is fatal to the server; its line for a
// node takes some 150 bytes.
constexpr std::uint64_t least_free_bytes = 65'536;

// Who would start it again if it ended, as far as the kernel shows.
std::string keeper_of(Pid holder) {
  const auto at = observe::belonging_of(holder);
  if (!at) return {};
  if (at->parent.n > 1) return fmt::format(", a child of {} (pid {})", at->parent_name, at->parent.n);
  const auto unit = at->group.substr(at->group.rfind('/') + 1);
  return unit.ends_with(".service") ? ", of the unit " + unit : "";
}

void look_at_ports(const HostQuestion& q, HostLook& l) {
  const auto listener = observe::listener_on(q.port);
  const auto bus = q.bus_port.n ? observe::listener_on(q.bus_port) : Result<Pid>(Pid{});
  l.port_free = Tri::no;
  if (!listener || !bus) {
    l.port_holder = (listener ? bus.error() : listener.error()).what;
    return;
  }
  const Pid holder = *listener ? *listener : *bus;
  if (!holder)
    l.port_free = Tri::yes;
  else
    l.port_holder = fmt::format("port {} is taken by {}{}", *listener ? q.port.n : q.bus_port.n,
                                observe::command_of(holder), keeper_of(holder));
}

void look_at_disk(const HostQuestion& q, HostLook& l) {
  const auto writable = observe::writable_by(q.directory, q.user);
  l.directory_writable = writable && *writable ? Tri::yes : Tri::no;
  if (!writable)
    l.directory_holder = writable.error().what;
  else if (!*writable)
    l.directory_holder = fmt::format("{} cannot be written by the server's user", q.directory);
  // Where it cannot be told the directory itself is the trouble, and directory_writable says so.
  const auto space = observe::disk_space(q.directory);
  l.disk_full = space && space->free < least_free_bytes ? Tri::yes : Tri::no;
}

void look_at_users(const HostQuestion& q, const observe::ProcessTable& table, HostLook& l) {
  if (q.elder_in_directory.n != 0) {
    l.directory_free = Tri::no;
    l.directory_holder = fmt::format("{} is the data directory of port {} too", q.directory, q.elder_in_directory.n);
    return;
  }
  bool locked = q.locked;
  if (!locked) {
    auto lock = adapters::DirectoryLock::take(q.directory);
    locked = lock.has_value();
    if (lock)
      l.lock = std::move(*lock);
    else if (lock.error().os_error != EWOULDBLOCK) {
      l.directory_free = Tri::yes;  // it cannot be locked because it cannot be written: that is its own fact
      return;
    }
  }
  auto users = observe::users_of_directory(q.directory, Pid{}, table);
  if (!locked) {
    for (const auto pid : observe::holders_of_lock(q.directory, table))
      if (std::ranges::find(users, pid) == users.end()) users.push_back(pid);
  }
  std::string names;
  for (const auto pid : users)
    if (pid.n != ::getpid()) names += (names.empty() ? "" : ", ") + observe::command_of(pid) + keeper_of(pid);
  l.directory_free = names.empty() && locked ? Tri::yes : Tri::no;
  if (l.directory_free == Tri::no)
    l.directory_holder = fmt::format("{} is in use by {}", q.directory, names.empty() ? "another slotwardend" : names);
}

void look_at_nodes(const HostQuestion& q, HostLook& l) {
  l.nodes = observe::nodes_conf(q.nodes_path);
  if (!l.nodes->view) return;
  const auto conflict = formats::shard_id_conflict(*l.nodes->view);
  if (!conflict) return;
  const auto version = observe::server_version(q.server);
  if (version && formats::refuses_shard_id_conflict(*version))
    l.nodes->damage = q.nodes_path + ": " + formats::describe(*conflict);
}

}  // namespace

HostLook look_at_host(const HostQuestion& q, ProcessScan& processes) {
  HostLook l;
  look_at_ports(q, l);
  look_at_disk(q, l);
  if (const auto table = processes.since(q.asked)) {
    l.orphans = q.dead && !observe::session_members(q.dead, *table).empty() ? Tri::yes : Tri::no;
    if (l.orphans == Tri::yes)
      l.directory_free = Tri::yes;  // it is they who use it
    else
      look_at_users(q, *table, l);
  }
  if (!q.nodes_path.empty()) look_at_nodes(q, l);
  for (auto& path : observe::leftover_temporaries(q.directory)) {
    struct stat s {};
    const bool told = ::stat(path.c_str(), &s) == 0;
    l.leftovers.push_back({std::move(path), Bytes{told ? static_cast<std::uint64_t>(s.st_size) : 0}});
  }
  return l;
}

}  // namespace slotwarden::run
