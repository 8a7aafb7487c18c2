// May this server be stopped or restarted as planned, and who takes over first?
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decide/succession.h"
#include "facts/cluster.h"
#include "facts/policy.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct Deputy {
  NodeId id;
  Tri answers = Tri::unknown;
  Tri link_up = Tri::unknown;
  Tri loading = Tri::unknown;
  Offset offset;
  std::uint64_t keys = 0;
  // Since it was last asked for an election that it has won, as the process that it is; unset: not by us.
  std::optional<std::chrono::milliseconds> since_own_election{};
  bool keeps_votes = true;  // its version does, from one election to a planned one
};

struct HandoverEvidence {
  Tri running = Tri::unknown;  // the server answers
  Role role = Role::unknown;
  Tri owns_slots = Tri::unknown;
  std::uint64_t keys = 0;
  Offset offset;  // the master's own
  int voters = 0;
  int voters_answering = 0;                // this one included while it answers
  bool in_place = false;                   // the operator gave up the hand-over, with a reason
  bool open_slots = false;                 // a reshard is under way on this master
  Tri another_member_down = Tri::unknown;  // a different member of this shard is down or restarting by our hand
  std::vector<Deputy> deputies;
  std::chrono::milliseconds node_timeout{0};
  StopPolicy policy;
};

enum class Handover { not_needed, to_deputy, refused };

struct HandoverVerdict {
  Handover answer = Handover::refused;
  Verdict verdict;
  NodeId whom;  // to_deputy
};

//   stop-replica        a replica, or a master without slots            -> not needed
//   stop-not-running    it is not running                               -> not needed
//   stop-in-place       the operator's recorded word                    -> not needed
//   stop-unknown        running, role or slots unknown                  -> refused
//   stop-member-down    another member of the shard is down by our hand -> refused
//   stop-open-slots     slots are open: the marks would be lost with it -> refused
//   stop-no-majority    fewer than a majority of voters answer: a coordinated failover would only block writes for
//                       five seconds (docs/server-behaviour.md, "CLUSTER FAILOVER")  -> refused
//   stop-handover       the deputy with the highest offset that answers, is linked, does not load, lags by at most
//                       handover_lag, and has keys where the master has -> to_deputy
//   stop-votes-left     somebody does, but for an election within the last four node timeouts, whose votes it would
//                       take for new ones (docs/server-behaviour.md, "Elections")  -> refused
//   stop-no-replica     nobody qualifies                                -> refused
[[nodiscard]] HandoverVerdict handover(const HandoverEvidence& e);

[[nodiscard]] std::span<const RuleText> handover_rules();

}  // namespace slotwarden::decide
