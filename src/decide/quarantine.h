// A server that started in place of a master keeps its replicas waiting until what it loaded was counted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "facts/cluster.h"
#include "facts/policy.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct QuarantineEvidence {
  Tri loading = Tri::unknown;
  Role role = Role::unknown;               // as it says after loading
  std::optional<std::uint64_t> keys;       // DBSIZE after loading
  std::optional<std::uint64_t> promised;   // keys by the dataset's header, expired ones included
  std::uint64_t promised_with_expiry = 0;  // of those, may have expired by now
  std::uint64_t recorded_keys = 0;
  bool forced = false;   // the operator accepted what is there
  bool settled = false;  // another node owns its slots: it is to become a replica
  StartPolicy policy;
};

// go: release the replicas; wait: count later; refuse: stop the server, the replicas still have everything.
//   quarantine-loading      it loads, or nothing is known yet            -> wait
//   quarantine-replica      it is a replica now: nothing can come of it  -> go
//   quarantine-succeeded    settled, and still a master: for the moment between its start and its first word from the
//                           others it claims slots that it lost; its count matters to nobody         -> wait
//   quarantine-forced       the operator's word                          -> go
//   quarantine-data-may-go  policy.data_may_go                           -> go
//   quarantine-short        fewer keys than promised minus those that may have expired, or shrunken against the record
//                           where nothing was promised                   -> refuse
//   quarantine-counted      the count agrees                             -> go
[[nodiscard]] Verdict quarantine(const QuarantineEvidence& e);

[[nodiscard]] std::span<const RuleText> quarantine_rules();

}  // namespace slotwarden::decide
