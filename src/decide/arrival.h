// A verified copy of a shard's data has come to the host of an instance: what becomes of it there?
#pragma once

#include <optional>
#include <span>

#include "facts/copy.h"
#include "facts/policy.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct ArrivalEvidence {
  Copy copy;             // as it was found when it was read through here; its shard is the one that its note names
  bool changed = false;  // its bytes are not those that its note names
  // The instance that it is for.
  std::optional<Copy> record;     // what it was last seen to hold, and its shard
  bool runs = false;              // nothing is put in place of a dataset that is being judged for a start
  bool master = false;            // as it says itself
  Tri reads_dump = Tri::unknown;  // at its next start it would load the dump, not an append-only file
  Copy present;                   // the dump that is in place
  Copy serving;                   // what the running server holds, by its own word: its place in the stream
  bool same_as_present = false;
  bool kept_already = false;  // the folder has it under some name
  StartPolicy policy;
};

enum class Arrival { refused, known, beside, in_place };

struct ArrivalVerdict {
  Arrival arrival = Arrival::refused;
  Verdict verdict;
};

// Pure and total; first match answers. A copy that arrived is nobody's word: it goes in place only where everything
// shows that the server loses nothing by it.
//   arrival-damaged   it is not whole, this server could not load it, or it is not what was sent  -> refused
//   arrival-stranger  nothing shows that it is of this instance's shard                           -> refused
//   arrival-known     it is here already                                                          -> known
//   arrival-small     it holds no keys, or far fewer than the instance was last seen to have      -> beside
//   arrival-down      the instance does not run: its start gate judges what is there              -> beside
//   arrival-replica   it is not the shard's master: it refills itself                             -> beside
//   arrival-aof       it would load its append-only file, or that is not known                    -> beside
//   arrival-parted    nothing shows that the server went on from it: it may hold what was left behind  -> beside
//   arrival-staler    what is in place is whole and has keys, and nothing shows that this is the fresher  -> beside
//   arrival-fresher                                                                               -> in place
[[nodiscard]] ArrivalVerdict arrival(const ArrivalEvidence& e);

[[nodiscard]] std::span<const RuleText> arrival_rules();

}  // namespace slotwarden::decide
