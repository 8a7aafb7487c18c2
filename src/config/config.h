// What slotwardend was told: the host, its instances and the policies they follow.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"
#include "facts/host_policy.h"
#include "facts/policy.h"
#include "facts/units.h"

namespace slotwarden::config {

enum class LogLevel { debug, info, warning, error };

[[nodiscard]] constexpr std::string_view name(LogLevel l) {
  switch (l) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "";
}

struct HostConfig {
  std::string control_socket = "/run/slotwarden/control.sock";
  std::string control_group = "slotwarden";
  std::string state_dir = "/var/lib/slotwarden";
  std::string log_dir;  // never empty in a loaded configuration: state_dir + "/log" unless it was written
  LogLevel log_level = LogLevel::info;
  std::chrono::milliseconds probe_interval{1'000};
  // The channel between the wardens of several hosts.
  std::string peer_listen;       // an address; empty: no peer is listened to
  Port peer_port{6780};          // here and on every other host of the cluster
  std::string peer_certificate;  // with its key; empty: nothing is sent to other hosts
  std::string peer_authority;
  std::uint64_t peer_bandwidth = 0;  // bytes a second that are sent; 0: no limit
  friend bool operator==(const HostConfig&, const HostConfig&) = default;
};

struct InstanceConfig {
  Port port;
  std::string config;  // the server's own file
  std::string server = "/usr/bin/redis-server";
  std::string policy = "storage";
  std::string user;         // empty: the user that the daemon runs as
  std::string credentials;  // path of a 0600 file (config/credentials.h); empty: what the server's own file says
  Where where;              // its [[instance]]
  bool sound = true;        // false: a problem is about it or its policy; it must not be started
};

struct Config {
  HostConfig host;
  std::vector<InstanceConfig> instances;   // in the order of the files
  std::map<std::string, Policy> policies;  // by name; always has storage and cache
  HostPolicy host_policy;                  // of the files host.toml; its mode is off where one of them has a problem
  // Where each written value stands, by "host.state_dir", "instance.0.port" (an index into `instances`),
  // "policy.cache.backoff.budget" or "policy.host.vm.swappiness.want". A value that has no entry is a default.
  std::map<std::string, Where> set_at;

  // The policy an instance follows; its name must be known, as it is for every sound instance.
  [[nodiscard]] const Policy& policy_of(const InstanceConfig& instance) const { return policies.at(instance.policy); }
};

}  // namespace slotwarden::config
