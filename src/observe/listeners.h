// The TCP sockets that listen in our network namespace.
#pragma once

#include <cstdint>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::observe {

struct Listener {
  Port port;
  std::uint64_t inode = 0;
};

// Of one address family (AF_INET, AF_INET6), by NETLINK_SOCK_DIAG; empty for a family that the kernel does not have.
[[nodiscard]] Result<std::vector<Listener>> listening_sockets(int family);

}  // namespace slotwarden::observe
