// Whose memory is lent to a save, and when it is given back: maxmemory of servers whose policy allows it is lowered in
// steps, so that they evict.
//
// Pure. A difference: asked again with what it wanted done, it wants nothing more. Guards: never below the share that
// the policy allows, never below what is remembered as the server's own.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "facts/save_record.h"
#include "facts/units.h"

namespace slotwarden::decide {

struct Yielding {
  Port port{};
  int percent = 0;      // of its own maxmemory (of what it uses, where it has no limit) that it may be asked for
  bool evicts = false;  // its maxmemory-policy drops keys; one that does not would refuse writes instead
  Bytes used{};
  Bytes maxmemory{};                 // as it is now; 0: no limit
  std::optional<LentMemory> lent{};  // remembered of it, by this process of it
};

struct YieldStep {
  Port port{};
  Bytes from;
  Bytes to;
  bool gives_back = false;
};

// What the share of one is measured by: its own maxmemory, or what it used when it was first asked.
[[nodiscard]] Bytes whole_of(const Yielding& y);
// What they could still give.
[[nodiscard]] Bytes yieldable(const std::vector<Yielding>& all);
// One step towards `missing` bytes: at most a tenth of a server's own at a time, the one with the most to give first.
[[nodiscard]] std::vector<YieldStep> yield_steps(const std::vector<Yielding>& all, Bytes missing);
// Everything that was lent and is no longer needed. What somebody else has changed meanwhile is left alone.
[[nodiscard]] std::vector<YieldStep> give_back(const std::vector<Yielding>& all);

}  // namespace slotwarden::decide
