#include "decide/backoff.h"

#include <algorithm>
#include <cmath>

namespace slotwarden::decide {

namespace {

using std::chrono::milliseconds;

// How many of the newest lives in a row were short ones.
int early_exits_in_a_row(std::span<const milliseconds> lifetimes, const BackoffPolicy& p) {
  int n = 0;
  for (auto life = lifetimes.rbegin(); life != lifetimes.rend() && *life < p.stable_after; ++life) ++n;
  return n;
}

// first_delay doubled for every early exit but the first, never above longest_delay, however long the row is.
milliseconds doubled(int exits, const BackoffPolicy& p) {
  auto delay = std::min(p.first_delay, p.longest_delay);
  for (int i = 1; i < exits && delay < p.longest_delay; ++i) delay = std::min(delay * 2, p.longest_delay);
  return delay;
}

milliseconds jittered(milliseconds delay, double chance, const BackoffPolicy& p) {
  const double swing = std::clamp(chance, 0.0, 1.0) * 2 - 1;
  const double factor = 1 + swing * std::clamp(p.jitter_percent, 0, 100) / 100.0;
  return milliseconds(std::llround(static_cast<double>(delay.count()) * factor));
}

}  // namespace

Restart restart(std::span<const milliseconds> lifetimes, std::span<const milliseconds> ended_ago, double chance,
                const BackoffPolicy& p) {
  const auto recent = std::ranges::count_if(ended_ago, [&](milliseconds ago) { return ago <= p.window; });
  Restart r{.spent = recent > 0 && recent >= p.budget};
  if (const int n = early_exits_in_a_row(lifetimes, p); n > 0) r.delay = jittered(doubled(n, p), chance, p);
  return r;
}

}  // namespace slotwarden::decide
