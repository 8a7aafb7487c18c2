// Quantities as types of their own, so that a comparison or a log line cannot mix a port with a pid or bytes with
// mebibytes. Durations are std::chrono everywhere.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace slotwarden {

// A byte count.
struct Bytes {
  std::uint64_t n = 0;
  friend constexpr auto operator<=>(Bytes, Bytes) = default;
};
constexpr Bytes operator+(Bytes a, Bytes b) {
  return {a.n + b.n};
}
constexpr Bytes operator-(Bytes a, Bytes b) {
  return {a.n > b.n ? a.n - b.n : 0};
}
constexpr Bytes operator""_KiB(unsigned long long n) {
  return {n << 10};
}
constexpr Bytes operator""_MiB(unsigned long long n) {
  return {n << 20};
}
constexpr Bytes operator""_GiB(unsigned long long n) {
  return {n << 30};
}

// The port that clients use; it names an instance on its host.
struct Port {
  std::uint16_t n = 0;
  friend constexpr auto operator<=>(Port, Port) = default;
};

// A process number of this host. 0 means that there is no process.
struct Pid {
  std::int32_t n = 0;
  explicit constexpr operator bool() const { return n > 0; }
  friend constexpr auto operator<=>(Pid, Pid) = default;
};

// A cluster node's name: 40 lowercase hexadecimal digits, or empty when it is not known.
struct NodeId {
  std::string hex;
  [[nodiscard]] bool known() const { return !hex.empty(); }
  // The first eight digits, as people quote them.
  [[nodiscard]] std::string brief() const { return hex.substr(0, 8); }
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// A configuration epoch of Redis Cluster; larger wins.
struct Epoch {
  std::uint64_t n = 0;
  friend constexpr auto operator<=>(Epoch, Epoch) = default;
};

// A position in a replication stream, in bytes since its beginning. Comparable only under one replication id.
struct Offset {
  std::int64_t n = 0;
  friend constexpr auto operator<=>(Offset, Offset) = default;
};

// Where a server can be reached: a literal IPv4 or IPv6 address or a host name, and the client port.
struct Endpoint {
  std::string host;
  Port port;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace slotwarden

template <>
struct std::hash<slotwarden::NodeId> {
  std::size_t operator()(const slotwarden::NodeId& id) const noexcept { return std::hash<std::string>{}(id.hex); }
};
