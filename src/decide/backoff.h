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

// A process that ended without being asked to, or a start that came to nothing.
struct Attempt {
  std::chrono::milliseconds lived{0};
  std::chrono::milliseconds ended_ago{0};
  // The host had no process, memory or descriptor to give (EAGAIN, ENOMEM, ENFILE, EMFILE from fork): not the server's
  // fault, and over when others give theirs back.
  bool host_refused = false;
};

// `attempts`: the last ones, newest last. `chance` in [0, 1) draws the jitter.
// A first exit after a stable life restarts at once (delay 0). The n-th early exit in a row waits
// first_delay * 2^(n-1), at most longest_delay, give or take jitter_percent. Spent: `budget` exits within `window`,
// where those that the host refused do not count.
[[nodiscard]] Restart restart(std::span<const Attempt> attempts, double chance, const BackoffPolicy& p);

}  // namespace slotwarden::decide
