// How much memory a fork will copy, foretold from what earlier ones of the same server copied.
//
// The model: writes fall on pages at random, so that w bytes of them dirty M(1-exp(-w/M)) of M bytes. Twice the writes
// in an empty child copy nearly twice as much, in one that has copied most of its memory hardly anything.
#pragma once

#include <chrono>
#include <optional>

#include "facts/fork.h"
#include "facts/units.h"

namespace slotwarden::decide {

// How much is written now.
struct WriteRate {
  double changes_per_second = 0;
  double bytes_per_second = 0;  // of the replication stream; 0 where there is none
};

struct CowEvidence {
  Bytes memory{};
  std::optional<ForkSample> last{};
  std::optional<WriteRate> rate{};  // unset: not known yet
  int margin_percent = 25;
};

// Never less than a hundredth of the memory, never more than all of it and that hundredth. Grows with the rate, the
// memory and the margin. Without a sample the writes are charged with two pages each; without a rate it is everything.
[[nodiscard]] Bytes predicted_cow(const CowEvidence& e);

// How long a fork will take: from the sample by size, else by a slow disk.
[[nodiscard]] std::chrono::milliseconds predicted_time(const CowEvidence& e);

}  // namespace slotwarden::decide
