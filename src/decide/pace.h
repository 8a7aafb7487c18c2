// How many bytes a second a generation may travel with, beside what else the host sends.
#pragma once

#include <optional>

#include "facts/units.h"

namespace slotwarden::decide {

// All a second.
struct PaceEvidence {
  std::optional<Bytes> limit{};  // the operator's; unset: none
  std::optional<Bytes> link{};   // what the network interface can; unset: it does not say
  Bytes others{};                // what everybody else on this host sent through it lately
};

// Four fifths of the link are shared: what the others leave of them is ours, and never less than a hundredth of the
// link, so that a transfer comes to its end. Unset: as fast as it goes.
[[nodiscard]] std::optional<Bytes> pace(const PaceEvidence& e);

}  // namespace slotwarden::decide
