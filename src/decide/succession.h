// Who owns the slots of a dead master now, and whom should we ask to take them? (docs/architecture.md, "Succession")
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "facts/dataset.h"
#include "facts/policy.h"
#include "facts/record.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

// A replica of the dead master. Everything but `at_death` was asked from the replica itself, after the death.
struct Heir {
  NodeId id;
  Endpoint at;
  Tri answers = Tri::unknown;          // no: refused, or silent for the time of one question
  Tri process_dead = Tri::unknown;     // yes only where this daemon owns the process and saw it end
  Tri online_at_death = Tri::unknown;  // state=online in the dead master's last INFO
  // The furthest it can have come in the dead master's stream: the last offset the master reported for it or, of one
  // that was detached since, the master's own offset at the first probe that missed it. Unset, or 0, when never seen
  // attached and for one that was in the middle of a sync.
  std::optional<Offset> last_seen_offset;
  Role role = Role::unknown;
  Tri loading = Tri::unknown;
  bool same_history = false;  // its replication id is the one the dead master had
  Offset offset;              // slave_repl_offset; 0 for one that never synced (Valkey 9.1 shows 1)
  std::uint64_t keys = 0;
  // Since an election of its own, won or not, in its present process; unset when none is known.
  std::optional<std::chrono::milliseconds> since_own_election;
};

// Everything the question may consider. The caller fills it once; a fact it could not learn keeps its default.
struct SuccessionEvidence {
  NodeId master;  // the dead one
  std::chrono::milliseconds since_death{0};
  std::uint64_t keys_at_death = 0;        // by the record
  std::optional<Offset> offset_at_death;  // by the record's last probe

  int voters = 0;            // masters that own slots, the dead one included
  int voters_answering = 0;  // of those, how many answered now (the dead one cannot)
  int voters_agreeing = 0;   // of those, how many show every slot of the dead one at another node, at a higher epoch
  NodeId successor;          // whom they name; empty for none
  // Voters whose processes this daemon owns and knows to be dead, the dead one not counted.
  int voters_dead_here = 0;
  // Other voters that fell silent too, are not owned by this daemon, and whose ids sort before the dead one's: their
  // own hosts are asking for them at this very moment, and two requests in one epoch would split the votes.
  int elders_silent = 0;
  bool just_booted = false;  // the record is from an earlier boot of this host
  // Voters of Redis, and of Valkey up to 8.0, refuse a second vote (docs/server-behaviour.md, "The vote clock").
  Tri voters_keep_vote_clock = Tri::unknown;
  std::optional<std::chrono::milliseconds> since_vote_about_master;
  std::chrono::milliseconds node_timeout{15'000};

  // Every node that the dead master's record or an answering voter shows as its replica, less those which say
  // themselves that they follow another master now.
  std::vector<Heir> heirs;
  // A CLUSTER FAILOVER FORCE of ours about this master that was accepted and has not been seen to win.
  std::optional<NodeId> asked;
  std::chrono::milliseconds since_asked{0};
  bool another_force_running = false;  // this daemon is asking on behalf of another shard

  // The dataset of the dead master, once it was looked at. `local_offset` is on the replicas' scale: set iff the
  // dataset belongs to the history that the heirs follow.
  DatasetState local = DatasetState::unknown;
  std::optional<std::uint64_t> local_keys;  // of an append-only file an upper bound, where there is one
  std::optional<Offset> local_offset;
  // The dataset holds everything that the dead process acknowledged: a whole append-only file of a process that died in
  // this boot of the host, or the final save of a clean stop.
  Tri local_complete = Tri::unknown;

  SuccessionPolicy policy;
  StartPolicy start;
};

enum class Succession { unknown, ask, settled, impossible };

[[nodiscard]] constexpr std::string_view name(Succession s) {
  switch (s) {
    case Succession::unknown: return "unknown";
    case Succession::ask: return "ask";
    case Succession::settled: return "settled";
    case Succession::impossible: return "impossible";
  }
  return "";
}

struct SuccessionVerdict {
  Succession answer = Succession::unknown;
  Verdict verdict;  // ruling: go for settled and impossible, wait otherwise
  NodeId whom{};    // ask: the heir; settled: the successor
  // Bytes of the stream that the successor is known to lack; unset when not known.
  std::optional<std::uint64_t> lost_bytes{};
};

// Pure, total, fail-closed: `settled`, `ask` and `impossible` each rest on facts that are known.
//
// The ladder (first match answers):
//   settled            voters_agreeing is more than half of voters                                    -> settled
//   asked              a FORCE of ours is younger than policy.force_patience                          -> wait 10 ms
//   cold-start         no other voter answers and just_booted                                         -> wait 1 s
//   cut-off            no other voter answers, and not all of them are known to be dead here; the
//                      brake: assume that it is we who are cut off. voters == 0 counts as this        -> wait 500 ms
//   lost-majority      fewer than a majority answer (a cluster of one or two masters never can)       -> wait 1 s
//   successor-seen     an heir that is not loading says that it is master (while loading they all say so), or some
//                      voter, not yet a majority, names a successor: watch until a majority agrees    -> wait 20 ms
//   no-replica         majority answers, and there are no heirs                                       -> impossible
//   never-synced       every heir is known to be empty-handed                                         -> impossible
//   all-staler         the local dataset is valid and not much smaller than the record (start.fewest_keys_percent),
//                      no heir is both attached and synced, and
//                        local_offset is ahead of (or at) every heir's by the policy's allowance, or the heir is
//                        empty-handed; or
//                        local_complete, and every heir was asked, or is known dead, or was not online at death
//                                                                                                     -> impossible
//   off                policy.ask is false: the cluster elects by itself. Below the proofs, or a master that nobody can
//                      succeed would be held for ever                                                 -> wait 200 ms
//   vote-clock         voters may keep a vote clock (unknown counts) and the last vote about this master is younger
//                      than two node timeouts; or the best heir's own last election is younger than
//                      max(4 node timeouts, 4 s) on such versions                                     -> wait for the
//                      rest of the window, at most 1 s at a time
//   one-at-a-time      another FORCE of this daemon runs                                              -> wait 10 ms
//   its-turn           other masters died with this one, elders_silent of them before it by id: each has a quarter of a
//                      second, counted from the death                                                 -> wait 20 ms
//   force-spent        the best heir accepted a FORCE and won nothing: never repeat it on the same heir within
//                      max(4 node timeouts, 4 s); the cluster's own election goes on                  -> wait 200 ms
//   silent-replica     within policy.silent_replica_wait of the death, an heir neither answers nor is known dead that
//                      may be the best one: online at death (unknown counts), or last seen ahead of the best
//                                                                                                     -> wait 50 ms
//   best-replica       the best heir that was attached at death: synced, same history, not loading, highest offset,
//                      then smallest id                                                               -> ask
//   local-unread       only heirs that were not attached at death are left and the local dataset was not looked at: it
//                      may be fresher                                                                 -> wait 50 ms
//   local-unplaced     the same, and the local dataset is valid and not much smaller than the record, but its place in
//                      the stream is not known: nobody can tell which is fresher                      -> wait 200 ms
//   late-replica       the best synced heir although it was not attached at death, where the local dataset is not
//                      usable or not ahead of it by more than the allowance (data it lacks is lost; it is reported)
//                                                                                                     -> ask
//   replicas-loading   an heir is loading                                                             -> wait 200 ms
//   replicas-unheard   anything else: heirs exist, none can be asked and not all can be ruled out     -> wait 500 ms
// With start.data_may_go the local-… rules are left out: a late heir is asked at once.
//
// "Synced": answers == yes, role replica, loading == no, same_history, offset > 1, and keys > 0 unless keys_at_death
// was 0. "Attached": online_at_death == yes, and not further behind offset_at_death than policy.lag_allowed.
// "Empty-handed": answers, is a replica, is not loading, has no keys, and has offset <= 1 or its master had keys. One
// with keys but without an offset has loaded them from its own disk, and they may be the newest that there are.
// "Every heir's offset": its own where it is synced or has the same history; otherwise, and only if it was not online
// at death and is not loading, last_seen_offset.
[[nodiscard]] SuccessionVerdict succession(const SuccessionEvidence& e);

// The rules above in order, for the manual and the tests.
[[nodiscard]] std::span<const RuleText> succession_rules();

// After max(4 node timeouts, 4 s) a replica of Redis and of Valkey up to 8.0 may try an election again
// (auth_retry_time; docs/server-behaviour.md, "Elections").
[[nodiscard]] std::chrono::milliseconds election_retry_time(std::chrono::milliseconds node_timeout);

}  // namespace slotwarden::decide
