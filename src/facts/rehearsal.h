// What loading a generation in a server of its own has shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "facts/units.h"

namespace slotwarden {

// A generation that was loaded, and whose keys were counted.
struct Proof {
  std::string generation;
  std::string sha256;  // of its bytes; empty where its note has none
  std::uint64_t keys = 0;
  std::int64_t at_unix_ms = 0;
  std::int64_t loaded_ms = 0;  // how long a server needs for it
  Bytes memory;                // that it took
  friend bool operator==(const Proof&, const Proof&) = default;
};

// One that was not.
struct Unproven {
  std::string generation;
  std::int64_t at_unix_ms = 0;
  std::string rule;
  std::string detail;
  friend bool operator==(const Unproven&, const Unproven&) = default;
};

// The last of each, of one instance.
struct Rehearsed {
  std::optional<Proof> proven;
  std::optional<Unproven> failed;
  // Something was found wrong after the last proof, or there was none.
  [[nodiscard]] bool doubtful() const { return failed && (!proven || failed->at_unix_ms > proven->at_unix_ms); }
  friend bool operator==(const Rehearsed&, const Rehearsed&) = default;
};

}  // namespace slotwarden
