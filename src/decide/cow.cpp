#include "decide/cow.h"

#include <algorithm>
#include <cmath>

namespace slotwarden::decide {

namespace {

constexpr double page = 4096;
constexpr double slow_bytes_per_second = 50e6;
constexpr double least_share = 0.05;  // what less of its work tells nothing about the whole

double seconds(std::chrono::milliseconds t) {
  return static_cast<double>(t.count()) / 1000;
}

// The bytes of writes that dirtied `copied` of `memory`.
double writes_behind(double copied, double memory) {
  constexpr double nearly_all = 0.98;
  return -memory * std::log(1 - std::min(copied / memory, nearly_all));
}

double copied_by(double writes, double memory) {
  return memory * (1 - std::exp(-writes / memory));
}

double writes_by_rate(const WriteRate& rate, double for_seconds) {
  // A write touches the value and its place in the table; a long value all of its pages.
  return for_seconds * (rate.changes_per_second * 2 * page + rate.bytes_per_second);
}

}  // namespace

std::chrono::milliseconds predicted_time(const CowEvidence& e) {
  const auto memory = static_cast<double>(std::max<std::uint64_t>(e.memory.n, 1));
  double took = memory / slow_bytes_per_second;
  if (e.last && e.last->memory.n > 0 && e.last->share >= least_share)
    took = seconds(e.last->took) * memory / static_cast<double>(e.last->memory.n) / e.last->share;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::max(took, 0.1) * 1000));
}

Bytes predicted_cow(const CowEvidence& e) {
  const auto memory = static_cast<double>(std::max<std::uint64_t>(e.memory.n, 1));
  const double least = memory / 100;
  double copied = memory;
  if (e.rate) {
    const double lasts = seconds(predicted_time(e));
    double writes = writes_by_rate(*e.rate, lasts);
    if (e.last && e.last->memory.n > 0 && e.last->share >= least_share) {
      const auto then = static_cast<double>(e.last->memory.n);
      const double behind = writes_behind(static_cast<double>(e.last->cow.n), then) / e.last->share;
      const double changes_then = e.last->changes / e.last->share;
      const double changes_now = e.rate->changes_per_second * lasts;
      // What one change cost then, times the changes to come. A fork under hardly any writes tells nothing of their
      // price, and what it copied all the same will be copied again.
      constexpr double telling = 1000;
      writes = changes_then >= telling ? behind * changes_now / changes_then : behind + writes;
    }
    copied = copied_by(writes, memory);
  }
  copied = std::min(copied * (1 + e.margin_percent / 100.0), memory) + least;
  return Bytes{static_cast<std::uint64_t>(std::ceil(copied))};
}

}  // namespace slotwarden::decide
