// What transfers of generations to other hosts were measured at.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "facts/units.h"

namespace slotwarden {

// What the sending host does with a file; each has a speed of its own.
enum class TransferWork { sign, find, miss, squeeze, plain };
inline constexpr std::array transfer_works{TransferWork::sign, TransferWork::find, TransferWork::miss,
                                           TransferWork::squeeze, TransferWork::plain};

[[nodiscard]] constexpr const char* name(TransferWork w) {
  switch (w) {
    case TransferWork::sign: return "sign";
    case TransferWork::find: return "find";
    case TransferWork::miss: return "miss";
    case TransferWork::squeeze: return "squeeze";
    case TransferWork::plain: return "plain";
  }
  return "";
}

// The last few of each, newest last.
struct TransferHistory {
  std::map<TransferWork, std::vector<Bytes>> speeds;  // bytes a second
  std::map<Port, std::vector<std::uint32_t>> left;    // of an instance's data by compression, in thousandths
  std::map<TransferWork, int> unused;                 // transfers since it was last measured; not kept
  friend bool operator==(const TransferHistory&, const TransferHistory&) = default;
};

}  // namespace slotwarden
