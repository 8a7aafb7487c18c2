// The same settings as files for an image or a configuration management: what a host is to have before slotwarden, or
// without it. Pure text, from the policy alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/host.h"
#include "facts/host_policy.h"

namespace slotwarden::decide {

// What the policy does not know of the host: its servers.
struct HostFileNeeds {
  std::vector<std::uint16_t> ports;  // client and bus ports
  std::uint64_t nofile = 0;          // of the largest server, with its reserve
  std::string user = "redis";
};

// "sysctl" (sysctl.d), "tmpfiles" (tmpfiles.d), "limits" (limits.d), "systemd" (a drop-in of slotwarden.service).
[[nodiscard]] const std::vector<std::string_view>& host_file_topics();
// nullopt for another topic. Settings that are off are left out.
[[nodiscard]] std::optional<std::string> host_file(std::string_view topic, const HostPolicy& policy,
                                                   const HostFileNeeds& needs);

}  // namespace slotwarden::decide
