// How long to wait after a server that did not live long, and when to give up.
#pragma once

#include <chrono>
#include <span>

#include "facts/policy.h"

namespace slotwarden::decide {

struct Restart {
  std::chrono::milliseconds delay{0};
  bool spent = false;  // the budget of the window is used up: FATAL
};

// `lifetimes` are those of the last processes that ended without being asked to, newest last; `ended_ago` says how long
// ago each of them ended (same order, same length). `chance` in [0, 1) draws the jitter.
// A first exit after a stable life restarts at once (delay 0). The n-th early exit in a row waits
// first_delay * 2^(n-1), at most longest_delay, give or take jitter_percent. Spent: `budget` exits within `window`.
[[nodiscard]] Restart restart(std::span<const std::chrono::milliseconds> lifetimes,
                              std::span<const std::chrono::milliseconds> ended_ago, double chance,
                              const BackoffPolicy& p);

}  // namespace slotwarden::decide
