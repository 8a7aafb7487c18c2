#include "run/instance.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "run/succession_watch.h"

namespace slotwarden::run {

std::string Instance::directory() const {
  const auto home = std::filesystem::path(conf.config).parent_path();
  return server ? (home / server->dir).lexically_normal().string() : home.string();
}

adapters::Address Instance::address() const {
  if (!server) return {Endpoint{"127.0.0.1", port()}, {}};
  struct stat s {};
  if (!server->unix_socket.empty() && ::stat(server->unix_socket.c_str(), &s) == 0 && S_ISSOCK(s.st_mode))
    return {adapters::UnixPath{server->unix_socket}, {}};
  const bool tls = server->tls_port == port();
  std::string host = "127.0.0.1";
  const auto& binds = server->bind;
  const auto loopback = [](const std::string& b) {
    return b == "127.0.0.1" || b == "*" || b == "0.0.0.0" || b == "localhost";
  };
  if (!binds.empty() && std::ranges::none_of(binds, loopback)) {
    host = binds.front();
    if (host.starts_with('-')) host.erase(0, 1);  // "-::1": the server goes on when the address is missing
    if (host == "::*" || host == "::") host = "::1";
  }
  return {Endpoint{host, port()}, tls ? access.tls : std::nullopt};
}

Access Instance::peer_access() const {
  Access a = access;
  if (!server || !server->tls_cluster) a.tls.reset();
  return a;
}

bool Instance::was_slot_owner() const {
  if (nodes_file.view) {
    const auto* me = nodes_file.view->myself();
    return me && me->role == Role::master && me->slots.any();
  }
  return recorded && record.role == Role::master && record.slots.any();
}

Slots Instance::slots_at_death() const {
  if (nodes_file.view)
    if (const auto* me = nodes_file.view->myself()) return me->slots;
  return record.slots;
}

}  // namespace slotwarden::run
