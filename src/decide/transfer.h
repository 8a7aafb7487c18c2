// How a new generation travels to another host: whole, or as what changed since one that both hold.
#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

// A generation that the receiver has under the same sum as the sender.
enum class DeltaBase { none, other_process, same_process };

// What this host makes of a second, in bytes. The defaults are of one core of 2023; decide/transfer_speeds.h learns
// them.
struct TransferSpeeds {
  Bytes sign{400'000'000};     // the base, indexed by blocks
  Bytes find{450'000'000};     // the new file, where it is found in the base
  Bytes miss{120'000'000};     // the new file, where it is not
  Bytes patch{1'500'000'000};  // the receiver, putting it together
  Bytes squeeze{400'000'000};  // zstd over the whole file
  Bytes plain{2'000'000'000};  // reading and sending without it, where the bandwidth does not hold it up
};

struct TransferEvidence {
  Bytes size;  // of the new file
  std::uint64_t keys = 0;
  DeltaBase base = DeltaBase::none;
  Bytes base_size;
  // How many writes there were from the base to the new file. Unknown: as many as would change a tenth of the keys.
  std::optional<std::uint64_t> writes;
  // Each record carries how long ago or how often it was used (maxmemory-policy *-lru or *-lfu).
  Tri records_use = Tri::unknown;
  // What zstd leaves of the file; of the last transfer where there was one.
  double squeezed = 0.6;
  std::optional<Bytes> bandwidth;  // bytes a second that are allowed or seen; unset: as fast as the host can
  Bytes index_memory = 256_MiB;    // that the index of the base may take
  TransferSpeeds speeds;
};

enum class TransferMethod { whole, whole_squeezed, delta };

struct TransferPlan {
  Verdict verdict;  // go, always: there is a way in any case; the rule says why this one
  TransferMethod method = TransferMethod::whole;
  Bytes block;    // of a delta
  Bytes travels;  // predicted
  std::chrono::milliseconds takes{0};
  std::chrono::milliseconds whole_takes{0};  // the better of the two whole ways, for comparison
};

// Pure and total. By predicted time: of preparing, sending and putting together.
[[nodiscard]] TransferPlan plan_transfer(const TransferEvidence& e);

// The share of the new file that a delta with such blocks would carry, before compression. Records that change are
// taken to be spread evenly over the file: a block is found again when none of the records that it touches changed.
[[nodiscard]] double literal_share(const TransferEvidence& e, Bytes block);

[[nodiscard]] std::span<const RuleText> transfer_rules();

}  // namespace slotwarden::decide
