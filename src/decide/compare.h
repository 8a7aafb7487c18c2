// Which of two copies of a shard's data is the fresher? Asked before a copy is put in another's place, and of the
// members of a shard.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "facts/copy.h"

namespace slotwarden::decide {

enum class Relation {
  unknown,
  unrelated,  // neither is an earlier state of the other
  same,
  fresher,
  staler,
};

[[nodiscard]] constexpr std::string_view name(Relation r) {
  switch (r) {
    case Relation::unknown: return "unknown";
    case Relation::unrelated: return "unrelated";
    case Relation::same: return "same";
    case Relation::fresher: return "fresher";
    case Relation::staler: return "staler";
  }
  return "";
}

struct Comparison {
  Relation relation = Relation::unknown;
  std::string_view rule;
  std::string_view because;
  // How far the fresher is ahead: set iff it was told by offsets, or by the time of the save.
  std::optional<std::uint64_t> bytes{};
  std::optional<std::chrono::seconds> time{};
  friend bool operator==(const Comparison&, const Comparison&) = default;
};

// What `a` is to `b`. Pure, total, and the other way round for the other way round.
//
// The ladder (first match answers):
//   not-whole          one of them is not known to be whole: nothing follows from its header     -> unknown
//   other-shard        they are known to be of different shards                                  -> unrelated
//   same-history       one replication id, both offsets known                                    -> by offset
//   earlier-history    one's id is the other's second id, and its offset is within what the other continued
//                                                                                                -> staler (fresher)
//   parted             the same, but it went on behind the point where the other left that history; or both left the
//                      same one                                                                  -> unrelated
//   by-save-time       of one shard, or under one id without offsets; both save times known and different. Clocks of
//                      different hosts may disagree: a hint, where there is nothing better       -> by time
//   same-time          the same, and the times are equal                                         -> unknown
//   no-common-history  both ids known and nothing ties them to each other                        -> unrelated
//   untold             anything else                                                             -> unknown
[[nodiscard]] Comparison compare(const Copy& a, const Copy& b);

// Where `of` lies in the stream that `in` is of, on the scale of the offsets of `in`: in the same history, or in the
// earlier one that `in` went on from. Nothing where that cannot be told. Only the places are looked at, not the states.
[[nodiscard]] std::optional<Offset> place_in_stream(const Copy& of, const Copy& in);

struct RelationText {
  std::string_view answer;  // what it answers, for the manual
  std::string_view rule;
  std::string_view because;
};

// The rules above in order, for the manual and the tests.
[[nodiscard]] std::span<const RelationText> compare_rules();

}  // namespace slotwarden::decide
