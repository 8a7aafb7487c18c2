// How fast this host prepares and sends generations, learned from those that it sent.
#pragma once

#include <chrono>

#include "decide/transfer.h"
#include "facts/transfer_history.h"

namespace slotwarden::decide {

// One transfer, as it went. What was not done took no time.
struct TransferMeasured {
  Bytes base;  // that was signed for a delta
  std::chrono::microseconds signing{0};
  Bytes found;    // of the new file, in the base
  Bytes missed;   // not there
  Bytes written;  // what the missed became when it was compressed
  std::chrono::microseconds searching{0};
  Bytes whole;  // what was sent, before it was compressed for that
  Bytes sent;   // and after
  bool squeezed = false;
  std::chrono::microseconds sending{0};  // without what was waited for the bandwidth that is allowed
};

// Adds what it tells to the history, which keeps the last five of each. What is too small or too quick to be measured
// tells nothing (4 MiB, 2 ms), and neither does a speed that is more than fifty times the default or less than a
// fiftieth of it. Of a search, only the kind of byte that took most of its time is learned. A speed that nothing
// measured for sixteen transfers loses its oldest sample, so that one bad hour does not forbid a way for ever.
void learn(TransferHistory& h, Port port, const TransferMeasured& m);

// The median of what was learned; the default where nothing was. `patch` is the receiver's, and always the default.
[[nodiscard]] TransferSpeeds speeds(const TransferHistory& h);
// What compression leaves of an instance's data, as a share.
[[nodiscard]] double squeezed(const TransferHistory& h, Port port);

}  // namespace slotwarden::decide
