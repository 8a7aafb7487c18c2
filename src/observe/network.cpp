#include "observe/network.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "adapters/fd.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

constexpr auto any_port = "9";  // a datagram socket is bound by connecting it, and no datagram follows

struct FreeAddresses {
  void operator()(addrinfo* a) const { ::freeaddrinfo(a); }
  void operator()(ifaddrs* a) const { ::freeifaddrs(a); }
};

bool same_address(const sockaddr& a, const sockaddr_storage& b) {
  if (a.sa_family != b.ss_family) return false;
  if (a.sa_family == AF_INET)
    return std::memcmp(&reinterpret_cast<const sockaddr_in&>(a).sin_addr,
                       &reinterpret_cast<const sockaddr_in&>(b).sin_addr, sizeof(in_addr)) == 0;
  if (a.sa_family == AF_INET6)
    return std::memcmp(&reinterpret_cast<const sockaddr_in6&>(a).sin6_addr,
                       &reinterpret_cast<const sockaddr_in6&>(b).sin6_addr, sizeof(in6_addr)) == 0;
  return false;
}

Result<sockaddr_storage> own_address_towards(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* raw = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), any_port, &hints, &raw); failed != 0)
    return Error{host + ": " + ::gai_strerror(failed), EINVAL};
  const std::unique_ptr<addrinfo, FreeAddresses> to(raw);
  const adapters::Fd socket(::socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (socket.get() < 0 || ::connect(socket.get(), to->ai_addr, to->ai_addrlen) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0)
    return adapters::os_error("no way to " + host);
  return own;
}

}  // namespace

Result<std::string> interface_towards(const std::string& host) {
  const auto own = own_address_towards(host);
  if (!own) return own.error();
  ifaddrs* raw = nullptr;
  if (::getifaddrs(&raw) != 0) return adapters::os_error("cannot list the network interfaces");
  const std::unique_ptr<ifaddrs, FreeAddresses> all(raw);
  for (const auto* i = all.get(); i; i = i->ifa_next)
    if (i->ifa_addr && same_address(*i->ifa_addr, *own))
      return Result<std::string>(boost::system::in_place_value, i->ifa_name);
  return Error{"no network interface has the address from which " + host + " is reached", ENOENT};
}

Result<InterfaceTraffic> interface_traffic(const std::string& name) {
  const auto folder = "/sys/class/net/" + name;
  const auto sent = read_kernel_file(folder + "/statistics/tx_bytes");
  if (!sent) return sent.error();
  InterfaceTraffic t{Bytes{std::strtoull(sent->c_str(), nullptr, 10)}, std::nullopt};
  // Megabits. Reading it fails, or says -1, where the interface does not know.
  if (const auto speed = read_kernel_file(folder + "/speed"))
    if (const auto megabits = std::strtoll(speed->c_str(), nullptr, 10); megabits > 0)
      t.link = Bytes{static_cast<std::uint64_t>(megabits) * 125'000};
  return t;
}

}  // namespace slotwarden::observe
