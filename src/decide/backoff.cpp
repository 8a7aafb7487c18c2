#include "decide/backoff.h"

#include <algorithm>
#include <cmath>

namespace slotwarden::decide {

namespace {

using std::chrono::milliseconds;

// How many of the newest lives in a row were short ones.
int early_exits_in_a_row(std::span<const Attempt> attempts, const BackoffPolicy& p) {
  int n = 0;
  for (auto a = attempts.rbegin(); a != attempts.rend() && a->lived < p.stable_after; ++a) ++n;
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

Restart restart(std::span<const Attempt> attempts, double chance, const BackoffPolicy& p) {
  const auto counts = [&](const Attempt& a) { return a.ended_ago <= p.window && !a.host_refused; };
  const auto recent = std::ranges::count_if(attempts, counts);
  Restart r{.spent = recent > 0 && recent >= p.budget};
  if (const int n = early_exits_in_a_row(attempts, p); n > 0) r.delay = jittered(doubled(n, p), chance, p);
  return r;
}

}  // namespace slotwarden::decide
