#include "decide/deadline.h"

#include <algorithm>
#include <limits>

namespace slotwarden::decide {

namespace {

using std::chrono::milliseconds;

// Above this a deadline means "never", and sums of deadlines still fit.
constexpr std::uint64_t longest_seconds = 1'000'000'000;

milliseconds time_for(Bytes size, std::uint64_t bytes_per_second) {
  const std::uint64_t rate = std::max<std::uint64_t>(bytes_per_second, 1);
  const std::uint64_t seconds = std::min(size.n / rate, longest_seconds);
  const auto rest = static_cast<double>(size.n % rate) / static_cast<double>(rate);
  return milliseconds(static_cast<std::int64_t>(seconds) * 1000 + static_cast<std::int64_t>(rest * 1000));
}

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

constexpr std::uint64_t server_reserve = 32;  // CONFIG_MIN_RESERVED_FDS in server.h

}  // namespace

milliseconds load_deadline(Bytes dataset, const LoadPolicy& p) {
  return p.load_base + time_for(dataset, p.load_bytes_per_second);
}

milliseconds stop_deadline(Bytes used_memory, const StopPolicy& p) {
  return p.stop_base + time_for(used_memory, p.stop_bytes_per_second);
}

std::uint64_t nofile_for(std::uint64_t maxclients, const ProcessPolicy& p) {
  return sum(sum(maxclients, server_reserve), p.nofile_reserve);
}

}  // namespace slotwarden::decide
