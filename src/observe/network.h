// The network interface that leads to a peer, and what goes through it.
#pragma once

#include <optional>
#include <string>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::observe {

// Its name, by the kernel's routes; nothing is sent. `host` is an address: names are not looked up.
[[nodiscard]] Result<std::string> interface_towards(const std::string& host);

struct InterfaceTraffic {
  Bytes sent;                 // since it is there
  std::optional<Bytes> link;  // a second; unset where it does not say, as loopback and most virtual ones
};
[[nodiscard]] Result<InterfaceTraffic> interface_traffic(const std::string& name);

}  // namespace slotwarden::observe
