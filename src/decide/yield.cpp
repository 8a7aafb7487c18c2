#include "decide/yield.h"

#include <algorithm>

namespace slotwarden::decide {

namespace {

Bytes percent(Bytes whole, int share) {
  return Bytes{whole.n / 100 * static_cast<std::uint64_t>(std::clamp(share, 0, 100))};
}

// Whether what is in force is what slotwarden has set.
bool in_force(const Yielding& y) {
  return y.lent && (y.maxmemory == y.lent->from || y.maxmemory == y.lent->to);
}

Bytes own(const Yielding& y) {
  return in_force(y) ? y.lent->own : y.maxmemory;
}

// Lowering maxmemory frees nothing until it is below what is used.
Bytes ceiling(const Yielding& y) {
  return y.maxmemory.n ? std::min(y.used, y.maxmemory) : y.used;
}

Bytes least(const Yielding& y) {
  return whole_of(y) - percent(whole_of(y), y.percent);
}

Bytes gives(const Yielding& y) {
  return y.evicts && y.percent > 0 ? ceiling(y) - least(y) : Bytes{};
}

}  // namespace

Bytes whole_of(const Yielding& y) {
  if (in_force(y) && y.lent->whole.n) return y.lent->whole;
  return own(y).n ? own(y) : y.used;
}

Bytes yieldable(const std::vector<Yielding>& all) {
  Bytes sum;
  for (const auto& y : all) sum = sum + gives(y);
  return sum;
}

std::vector<YieldStep> yield_steps(const std::vector<Yielding>& all, Bytes missing) {
  constexpr int step = 10;
  auto order = all;
  std::ranges::stable_sort(order, [](const Yielding& a, const Yielding& b) { return gives(b) < gives(a); });
  std::vector<YieldStep> steps;
  for (const auto& y : order) {
    const auto amount = std::min({gives(y), missing, std::max(percent(whole_of(y), step), Bytes{1})});
    if (amount.n == 0) continue;
    steps.push_back({y.port, y.maxmemory, ceiling(y) - amount});
    missing = missing - amount;
  }
  return steps;
}

std::vector<YieldStep> give_back(const std::vector<Yielding>& all) {
  std::vector<YieldStep> steps;
  for (const auto& y : all)
    if (in_force(y) && y.maxmemory != y.lent->own) steps.push_back({y.port, y.maxmemory, y.lent->own, true});
  return steps;
}

}  // namespace slotwarden::decide
