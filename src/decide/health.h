// Slow is not dead. What a server's silence, or its odd answer, means.
#pragma once

#include <chrono>
#include <span>
#include <string_view>

#include "decide/succession.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct HealthEvidence {
  Tri process_alive = Tri::unknown;
  // Since the last answer of any kind, errors included (docs/server-behaviour.md, "What counts as alive").
  std::chrono::milliseconds since_answer{0};
  char kernel_state = '?';  // field 3 of /proc/PID/stat: T stopped, D waits for the disk, R, S
  bool owned_slots = false;
  Succession succession = Succession::unknown;  // asked from the other masters once it is silent
  std::chrono::milliseconds silence_noticed{3'000};
};

// go: leave it alone; wait: it is slow, say so and leave it alone; refuse: end it, its place was taken.
//   healthy                it answered lately                                           -> go
//   succeeded-while-hung   silent, and a majority names another owner of its slots at a higher epoch. Thawed, it would
//                          acknowledge writes, and lose them (docs/server-behaviour.md, "Thawed masters")  -> refuse
//   slow-stopped           silent, and the kernel says it is stopped (T)                -> wait
//   slow-disk              silent, waits for the disk (D)                               -> wait
//   slow                   silent, reason unknown (long command, swap, fork)            -> wait
[[nodiscard]] Verdict health(const HealthEvidence& e);

[[nodiscard]] std::span<const RuleText> health_rules();

}  // namespace slotwarden::decide
