// May what a peer offers be received? Asked before a byte of it travels.
#pragma once

#include <optional>
#include <span>

#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct OfferEvidence {
  bool runs_here = false;           // the node that it is for is an instance of this host
  Tri sender_known = Tri::unknown;  // the node that saved it is of that instance's cluster
  Tri same_shard = Tri::unknown;    // and of its shard
  Tri sender_there = Tri::unknown;  // and at the address that it comes from
  bool kept_already = false;        // it is here under some name
  bool receiving = false;           // another peer is sending to this instance now
  Bytes size;                       // once it is whole
  std::optional<Bytes> disk_free;   // on the file system of the data directory
  Bytes disk_total;
  int least_free_percent = 0;  // of it that must stay free
};

// Pure, total, fail-closed. First match answers.
[[nodiscard]] Verdict receive(const OfferEvidence& e);

[[nodiscard]] std::span<const RuleText> receive_rules();

}  // namespace slotwarden::decide
